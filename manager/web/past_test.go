package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chatsim/manager"
	"chatsim/manager/listen/listentest"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// texts are those of the lines that are seen, in their order.
const texts = `[...document.querySelectorAll('#log .line .text')].map((e) => e.textContent).join('|')`

// Who comes later sees what was said, marked and with its time, and private lines
// of others never.
func TestPast(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{History: 200}, web.Config{})
	bob, eve := h.line(t, "bob"), h.line(t, "eve")
	for i := range 3 {
		bob.Say(fmt.Appendf(nil, "line %d", i))
	}
	bob.Tell("eve", []byte("psst"))
	hears(t, eve, "psst")
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	ann.shows("#log", "Said before you joined")
	if got := ann.eval(texts); got != "line 0|line 1|line 2" {
		t.Errorf("seen: %s", got)
	}
	if got := ann.eval(`document.querySelectorAll('#log .line.old time').length + ' ' + document.querySelectorAll('#log .day').length + ' ' + document.title`); got != "3 1 Group chat" {
		t.Errorf("lines of before, days and title: %s", got)
	}
	if got := ann.eval(`(() => { const time = document.querySelector('#log time'); time.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
		const at = new Date(time.dateTime);
		return time.title === new Intl.DateTimeFormat('en', { dateStyle: 'full' }).format(at) + ' ' + at.toTimeString().slice(0, 8) || time.title; })()`); got != "true" {
		t.Errorf("a time that is pointed at tells %s", got)
	}
	bob.Say([]byte("now"))
	ann.shows("#log", "now")
	ann.until("document.querySelectorAll('#log .line.old').length === 3")
	ann.shoot("past")
}

// reload loads the page anew and waits until it is there as before.
func (b *tab) reload() {
	b.t.Helper()
	b.eval("(window.before = true, setTimeout(() => location.reload()), 0)")
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	for ctx.Err() == nil { // what asks for it goes with the page that is left
		anew, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!window.before && document.readyState === 'complete'"))
		if err == nil && anew {
			return
		}
	}
	b.t.Fatal("the page is not loaded anew")
}

// A page that is loaded anew is the same person at the same place, with what was
// said, what is being typed and whom it is for; the others see one leave and one
// join, and the name is no other.
func TestReload(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{History: 200, Password: "sesame"}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.until("document.activeElement.id === 'name'")
	ann.run(chromedp.KeyEvent("ann" + kb.Tab + "sesame" + kb.Enter))
	ann.shows("#log", "Welcome")
	bob := newTab(t, "http://"+h.addr+"/?name=bob", look{})
	bob.until("document.activeElement.id === 'password'")
	bob.run(chromedp.KeyEvent("sesame" + kb.Enter))
	ann.shows("#roster", "bob")
	for i := range 100 {
		bob.say(fmt.Sprintf("line %d.", i))
	}
	bob.say("/msg ann psst")
	ann.shows("#log", "psst")
	ann.say("/msg bob aha")
	bob.shows("#log", "aha")
	ann.shows("#log", "aha")
	ann.until("document.querySelectorAll('#log .line').length === 102")
	all := ann.eval(texts)
	for range 2 {
		ann.reload()
		ann.until("document.getElementById('me').textContent === 'ann' && !document.getElementById('banner').checkVisibility()")
		ann.until("document.querySelectorAll('#log .line').length === 102")
		if got := ann.eval(texts); got != all {
			t.Errorf("loaded anew, one sees\n%s\nwant\n%s", got, all)
		}
		if got := ann.eval("document.title + document.querySelectorAll('[data-unread]').length"); got != "Group chat0" {
			t.Errorf("%s is unread", got)
		}
	}
	ann.shows("#log", "Said before you reloaded the page")
	if got := bob.text("#log .moves"); got != "ann left and came back" {
		t.Errorf("bob sees %q", got)
	}
	bob.shows("#online-title", "Online (2)")
	// Somewhere further up, with a line begun to one person alone.
	ann.until("(document.getElementById('scroll').scrollTop = 800) && !document.getElementById('newer').hidden")
	const at = `[...document.querySelectorAll('#log .line')].find((e) => e.offsetTop + e.offsetHeight > document.getElementById('scroll').scrollTop).textContent`
	where := ann.eval(at)
	ann.reload()
	ann.until("!document.getElementById('newer').hidden")
	if got := ann.eval(at); got != where {
		t.Errorf("one reads %q, before it was %q", got, where)
	}
	ann.click("#roster [data-name=bob]")
	ann.run(chromedp.KeyEvent("half a wor"))
	ann.reload()
	ann.shows("#to", "Privately to bob")
	ann.until(texts + " === 'psst|aha'")
	ann.until("document.activeElement.id === 'text'")
	ann.run(chromedp.KeyEvent("d" + kb.Enter))
	bob.shows("#log", "half a word")
}

// Loaded anew in any other state, the page is what one expects: at the log-in with
// one's name, waiting for a room that is not there, or out.
func TestReloadElsewhere(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{History: 200}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.until("document.activeElement.id === 'name'")
	ann.reload()
	ann.enter("ann")
	ann.say("hello")
	ann.shows("#log", "hello")
	if err := h.room.Kick("ann", ""); err != nil {
		t.Fatal(err)
	}
	ann.shows("#banner", "You are out")
	ann.reload()
	ann.until("document.activeElement.id === 'name' && document.getElementById('name').value === 'ann'")
	if n := len(h.room.Names()); n != 0 {
		t.Errorf("%d are in", n)
	}
}

// A gap is filled exactly, and what was said is counted as unread; after a restart
// of a room that has forgotten, that is said.
func TestGap(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{History: 200}, web.Config{})
	through, cut := ghosts(t, h.addr)
	bob := h.line(t, "bob")
	ann := newTab(t, "http://"+through+"/", look{})
	ann.allow("WebSocket connection")
	ann.enter("ann")
	await(t, bob, wire.Join)
	var want []string
	for i := range 5 {
		want = append(want, fmt.Sprintf("seen %d", i), fmt.Sprintf("alone %d", i), fmt.Sprintf("missed %d", i))
		bob.Say(fmt.Appendf(nil, "seen %d", i))
		ann.shows("#log", fmt.Sprintf("seen %d", i))
		cut()
		bob.Tell("ann", fmt.Appendf(nil, "alone %d", i)) // to her ghost
		bob.Say(fmt.Appendf(nil, "missed %d", i))
		hears(t, bob, "missed")
		ann.retries(fmt.Sprintf("document.getElementById('log').textContent.includes('missed %d')", i))
	}
	if got := ann.eval(texts); got != strings.Join(want, "|") {
		t.Errorf("seen: %s, want %q", got, want)
	}
	ann.shows("#log", "Back in the room; nothing was missed.")
	bob.Say([]byte("on"))
	ann.until(texts + ".endsWith('|on')")
}

// A room that was opened anew and has forgotten tells what it knows, and that it is
// not all.
func TestGapOverRestart(t *testing.T) {
	t.Parallel()
	addr := listentest.Port(t)
	h := openAt(t, listentest.Open(t, addr), manager.Config{History: 200}, web.Config{})
	ann := newTab(t, "http://"+addr+"/", look{})
	ann.allow("ERR_CONNECTION_REFUSED")
	ann.enter("ann")
	ann.say("before")
	ann.shows("#log", "before")
	h.shut()
	ann.shows("#banner", "the server is shutting down")
	again := openAt(t, listentest.Open(t, addr), manager.Config{History: 200}, web.Config{})
	if err := again.room.Announce("news"); err != nil {
		t.Fatal(err)
	}
	ann.shows("#log", "Back in the room.")
	ann.until("document.getElementById('banner').hidden")
	ann.say("after")
	ann.until(texts + " === 'before|news|after' || " + texts + " === 'before|after'") // one may be back before the news
}
