package web_test

import (
	"fmt"
	"testing"

	"chatsim/manager"
	"chatsim/manager/web"
)

// Who scrolls in the very task in which lines are drawn, before any event tells the page of
// it, is taken at that: up, one stays where one is, and down at the end, one stays there.
func TestScrollWhileDrawn(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{History: 200}, web.Config{})
	bob := h.line(t, "bob")
	talk(t, bob, 100)
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	ann.shows("#log", "line 99.")
	ann.until(atEnd)
	for i, by := range []int{300, 20, 5000, 2} {
		ann.scrollsWithNextFrame(fmt.Sprintf("-= %d", by))
		bob.Say(fmt.Appendf(nil, "above, %d.", i))
		ann.shows("#log", fmt.Sprintf("above, %d.", i))
		ann.stays(fmt.Sprintf("after %d pixels up", by))
		ann.scrollsWithNextFrame("= 1e6")
		bob.Say(fmt.Appendf(nil, "below, %d.", i))
		ann.shows("#log", fmt.Sprintf("below, %d.", i))
		ann.until(atEnd + " && document.getElementById('newer').hidden")
	}

	// What is written anew in another language, and a page that is left, are no frames.
	ann.eval("(document.getElementById('scroll').scrollTop -= 400, document.querySelector('header .language').click())")
	ann.draws(3)
	if ann.eval(atEnd) == "true" || ann.eval("document.getElementById('newer').hidden") == "true" {
		t.Error("in another language one is at the end, and was above")
	}
	ann.eval("document.getElementById('newer').click()")
	ann.until(atEnd)
	if got := ann.eval(`(document.getElementById('scroll').scrollTop -= 400, dispatchEvent(new Event('pagehide')), JSON.parse(sessionStorage.getItem('pass')).place > 0)`); got != "true" {
		t.Errorf("the page leaves its place: %s", got)
	}
}

const atEnd = `((e) => e.scrollHeight - e.clientHeight - e.scrollTop < 2)(document.getElementById('scroll'))`

// scrollsWithNextFrame sets how far the conversation is scrolled in the task that draws the
// next lines, before they are.
func (b *tab) scrollsWithNextFrame(to string) {
	b.t.Helper()
	b.eval(fmt.Sprintf(`(() => {
		const scroll = document.getElementById('scroll');
		const frame = window.requestAnimationFrame;
		const top = (row) => row.getBoundingClientRect().top;
		const firstSeen = () => {
			const row = [...document.querySelectorAll('#log > *')].find((e) => top(e) >= top(scroll));
			const at = top(row);
			return () => Math.abs(top(row) - at); // how far it has moved since
		};
		window.requestAnimationFrame = (f) => {
			window.requestAnimationFrame = frame;
			return frame((now) => { scroll.scrollTop %s; window.seen = firstSeen(); f(now); });
		};
	})()`, to))
}

// stays holds the page to where scrollsWithNextFrame has put it. Rows that come into view
// get their height, which may be another by a pixel.
func (b *tab) stays(when string) {
	b.t.Helper()
	b.draws(3)
	if b.eval("window.seen() < 10") != "true" || b.eval("document.getElementById('newer').hidden") == "true" {
		b.t.Errorf("%s the page has moved by %s pixels, and follows the end: %s", when, b.eval("window.seen()"), b.eval("document.getElementById('newer').hidden"))
	}
}
