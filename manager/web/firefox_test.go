package web_test

import (
	"strings"
	"testing"

	"chatsim/manager"
	"chatsim/manager/web"
)

// Firefox logs in, talks, is told what was said before, and is the same person at the
// same place when it has loaded the page anew, or has lost its connection.
func TestFirefox(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{History: 200}, web.Config{})
	through, cut := ghosts(t, h.addr)
	bob := h.line(t, "bob")
	talk(t, bob, 100)
	hears(t, bob, "line 99.")
	browser := startFirefox(t)
	ann := browser.visit("http://" + h.addr + "/")
	ann.enter("ann")
	ann.shows("#log", "Welcome to the group chat")
	ann.shows("#log", "Said before you joined")
	ann.until("document.querySelectorAll('#log .line.old').length === 100")
	eve := browser.visit("http://" + through + "/?name=ann")
	eve.press(enterKey)
	eve.shows("#log", "You are ann2 here: ann is taken.")

	ann.say("hello <b>all</b> 👋")
	eve.shows("#log", "hello <b>all</b> 👋")
	hears(t, bob, "hello <b>all</b>")
	bob.Tell("ann", []byte("just for you"))
	ann.shows(".line.received", "just for you")
	ann.say("/reply and `code` for you")
	hears(t, bob, "and `code` for you")
	ann.until("document.querySelector('.line.sent code')?.textContent === 'code'")
	if got := eve.eval(texts); strings.Contains(got, "for you") {
		t.Errorf("a private line reached a third: %s", got)
	}

	ann.until("document.querySelectorAll('#log .line').length === 103")
	all := ann.eval(texts)
	for range 2 {
		ann.reload()
		ann.until("document.getElementById('me').textContent === 'ann' && !document.getElementById('banner').checkVisibility()")
		ann.until("document.querySelectorAll('#log .line').length === 103")
		if got := ann.eval(texts); got != all {
			t.Errorf("loaded anew, one sees\n%s\nwant\n%s", got, all)
		}
	}
	eve.shows("#log .moves", "ann left and came back")
	eve.shows("#online-title", "Online (3)")
	ann.say("still here")
	hears(t, bob, "still here")

	// What is said while the connection is lost.
	eve.shows("#log", "still here")
	cut()
	bob.Say([]byte("meanwhile"))
	eve.shows("#log", "Back in the room; nothing was missed.")
	eve.until(texts + ".endsWith('still here|meanwhile')")
	eve.say("back")
	ann.shows("#log", "back")
}
