package web_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/socket"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// gate is a way of WebSockets into a room that can be shut, and cut.
type gate struct {
	let   chan struct{} // each takes one to get in
	conns chan net.Conn // who waits
}

func gated(t *testing.T) (*house, *gate) {
	g := &gate{make(chan struct{}), make(chan net.Conn, 10)}
	return open(t, manager.Config{}, web.Config{Serve: func(c net.Conn) {
		g.conns <- c
		<-g.let
	}}), g
}

// annInGated has a page in a gated room, whose connection may be cut.
func annInGated(t *testing.T) (*house, *gate, *tab) {
	t.Helper()
	h, g := gated(t)
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.allow("WebSocket connection")
	ann.until("document.activeElement.id === 'name'")
	ann.run(chromedp.KeyEvent("ann" + kb.Enter))
	g.let <- struct{}{}
	return h, g, ann
}

// cut ends a page's connection without a word.
func cut(t *testing.T, c net.Conn) {
	t.Helper()
	if err := socket.Reset(c); err != nil {
		t.Fatal(err)
	}
}

// What is typed for one person while the connection is not in the room yet goes
// to nobody: the room would not know the sender's name, and take the line for
// one to all.
func TestNothingIsSaidBeforeTheWelcome(t *testing.T) {
	t.Parallel()
	h, g := gated(t)
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.until("document.activeElement.id === 'name'")
	other := h.line(t, "ann") // so that her name is another one
	await(t, other, wire.Roster)
	ann.run(chromedp.KeyEvent("ann" + kb.Enter))
	g.let <- struct{}{}
	ann.until("!document.getElementById('chat').hidden")
	bob, carol := h.line(t, "bob"), h.line(t, "carol")
	ann.shows("#roster", "carol")
	ann.click("#roster [data-name=bob]")
	ann.allow("WebSocket connection")
	if err := other.Leave(chatter.FIN); err != nil {
		t.Fatal(err)
	}
	cut(t, <-g.conns)
	ann.shows("#banner", "The connection is lost")
	ann.click("#again")
	second := <-g.conns // and it waits at the gate
	ann.until("document.activeElement.id === 'text'")
	ann.run(chromedp.KeyEvent("a secret" + kb.Enter))
	ann.shows("#text-hint", "You are not connected. It was not sent.")
	g.let <- struct{}{}
	ann.until("document.getElementById('banner').hidden")
	ann.shows("#to", "Privately to bob, who was away")
	if got := ann.eval("document.getElementById('text').value"); got != "a secret" {
		t.Errorf("the text is now %q", got)
	}
	ann.click("#roster [data-name=bob]")
	ann.run(chromedp.KeyEvent(kb.Enter))
	hears(t, bob, "a secret")
	if err := carol.Say([]byte("enough")); err != nil {
		t.Fatal(err)
	}
	var f chatter.Frame
	for string(f.Text) != "enough" {
		if err := carol.Next(&f); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(f.Raw), "secret") {
			t.Errorf("carol hears %q", f.Raw)
		}
	}
	_ = second
}

// Who is impatient joins once.
func TestEnterTwice(t *testing.T) {
	t.Parallel()
	h, g := gated(t)
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.until("document.activeElement.id === 'name'")
	ann.run(chromedp.KeyEvent("ann" + kb.Enter + kb.Enter + kb.Enter))
	g.let <- struct{}{}
	ann.until("!document.getElementById('chat').hidden")
	ann.shows("#online-title", "Online (1)")
	if n := len(g.conns); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// One who comes back under another name is marked, and nobody else.
func TestRenamedOnReturn(t *testing.T) {
	t.Parallel()
	h, g, ann := annInGated(t)
	ann.shows("#roster", "ann (you)")
	cut(t, <-g.conns)
	ann.shows("#banner", "The connection is lost")
	h.line(t, "ann")
	ann.click("#again")
	g.let <- struct{}{}
	ann.shows("#roster", "ann2 (you)")
	if text := ann.text("#roster"); strings.Count(text, "(you)") != 1 {
		t.Errorf("the roster is %q", text)
	}
}

// What was said when the connection broke is told as what may be lost.
func TestLostOnTheWay(t *testing.T) {
	t.Parallel()
	_, g, ann := annInGated(t)
	c := <-g.conns
	ann.shows("#roster", "ann (you)")
	// The page hears nothing more, as where the network is gone: its own line
	// does not come back.
	ann.eval("WebSocket.prototype.send = () => {}")
	ann.run(chromedp.KeyEvent("am I there?" + kb.Enter))
	ann.until("document.getElementById('text').value === ''")
	cut(t, c)
	ann.shows("#log .trouble", "Perhaps it did not arrive: am I there?")
}

// A private line that was refused goes to nobody else, whoever is talked to by
// then, and be it one whose name is the start of the other's.
func TestRefusedStaysPrivate(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	smith := h.line(t, "bob smith")
	h.line(t, "bob")
	watch := h.line(t, "watch")
	await(t, watch, wire.Roster)
	ann.shows("#roster", "watch")
	ann.click("#roster [data-name='bob smith']")
	// The page hears late of the leave: no frame of the screen is drawn.
	ann.eval("(() => { window.raf = window.requestAnimationFrame; window.held = []; window.requestAnimationFrame = (f) => held.push(f); })()")
	if err := smith.Leave(chatter.FIN); err != nil {
		t.Fatal(err)
	}
	await(t, watch, wire.Leave)
	ann.run(chromedp.KeyEvent("secret" + kb.Enter))
	ann.until("document.getElementById('text').value === ''")
	ann.eval("document.getElementById('everybody').click()")
	ann.eval("(() => { window.requestAnimationFrame = raf; held.splice(0).forEach((f) => f()); })()")
	ann.shows("#log", "Not sent: secret")
	if got := ann.eval("document.getElementById('text').value"); got != "" {
		t.Errorf("%q is put where Enter sends it to others", got)
	}
}

// crowded has a page in a room in which bob has said so many lines.
func crowded(t *testing.T, lines int) (ann *tab, say func(n int)) {
	h := open(t, manager.Config{}, web.Config{})
	ann = newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	bob := h.line(t, "bob")
	go func() {
		var f chatter.Frame
		for bob.Next(&f) == nil { // until it is closed
		}
	}()
	said := 0
	say = func(n int) {
		t.Helper()
		for range n {
			said++
			if err := bob.Say(fmt.Appendf(nil, "line %d.", said)); err != nil && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
		}
	}
	say(lines)
	ann.shows("#log", fmt.Sprintf("line %d.", lines))
	return ann, say
}

// Who reads at the end stays there, whatever takes from the height of the log.
func TestFollowing(t *testing.T) {
	t.Parallel()
	ann, say := crowded(t, 100)
	ann.eval(`(() => { let n = 0; const banner = document.getElementById('banner'); const flip = () => { banner.hidden = ++n % 2 === 0 || n > 40; if (n < 60) requestAnimationFrame(flip); else window.flipped = true; }; flip(); })()`)
	for n := range 20 {
		say(10)
		ann.shows("#log", fmt.Sprintf("line %d.", 100+10*(n+1)))
	}
	ann.until("window.flipped")
	ann.until("(() => { const s = document.getElementById('scroll'); return s.scrollHeight - s.clientHeight - s.scrollTop < 40; })()")
	if ann.eval("document.getElementById('newer').hidden") != "true" {
		t.Error("the page does not follow any more")
	}
}

// Who reads further up is told how many lines there are below, and comes to them
// without a gap; another language leaves the place.
func TestFarBehind(t *testing.T) {
	t.Parallel()
	ann, say := crowded(t, 1000)
	ann.until("(document.getElementById('scroll').scrollTop = 1000) && !document.getElementById('newer').hidden") // again, as long as lines are drawn
	for range 6 {
		say(1000)
	}
	ann.shows("#newer", "6000 new lines")
	top := "[...document.querySelectorAll('#log .line')].find((e) => e.offsetTop >= document.getElementById('scroll').scrollTop).querySelector('.text').textContent"
	before := ann.eval(top)
	ann.click("header .language")
	ann.shows("#newer", "6000")
	if after := ann.eval(top); after != before {
		t.Errorf("in another language one reads %q, before it was %q", after, before)
	}
	ann.eval(`(() => { const s = document.getElementById('scroll'); const down = () => { s.scrollTop = s.scrollHeight; if (!document.getElementById('newer').hidden) setTimeout(down, 20); }; down(); })()`)
	ann.shows("#log", "line 7000.")
	ann.until("document.getElementById('newer').hidden")
	gaps := ann.eval(`(() => { const n = [...document.querySelectorAll('#log .line .text')].map((e) => +e.textContent.match(/[0-9]+/)[0]); return n.filter((v, i) => i > 0 && v !== n[i - 1] + 1).length; })()`)
	if gaps != "0" {
		t.Errorf("there are %s gaps", gaps)
	}
}

// An input method's keys are its own.
func TestComposing(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	for i := range 20 {
		h.line(t, fmt.Sprintf("user %d", i))
	}
	ann.until("!document.getElementById('filter').hidden")
	ann.eval(`(() => { const f = document.getElementById('filter'); f.focus(); f.value = 'user 7'; for (const key of ['Enter', 'ArrowDown', 'Escape'])
		f.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, cancelable: true })); })()`)
	if got := ann.eval("document.getElementById('filter').value + document.activeElement.id + document.getElementById('to').textContent"); got != "user 7filterTo everybody" {
		t.Errorf("%q", got)
	}
}
