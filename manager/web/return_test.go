package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// ghosts passes connections on to a room. cut ends those of now for the browser,
// and leaves them to the room as they are.
func ghosts(t *testing.T, room string) (addr string, cut func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var near []net.Conn
	over := make(chan struct{})
	wg.Go(func() {
		for {
			user, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", room)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			near = append(near, user)
			mu.Unlock()
			wg.Go(func() { io.Copy(user, far) })
			wg.Go(func() { io.Copy(far, user); <-over; far.Close() }) // no end is passed on
		}
	})
	cut = func() {
		mu.Lock()
		defer mu.Unlock()
		for _, conn := range near {
			conn.Close()
		}
		near = nil
	}
	t.Cleanup(func() { ln.Close(); close(over); cut(); wg.Wait() })
	return ln.Addr().String(), cut
}

// The page is back under its name while its ghost still stands there, and says
// nothing of a name that is taken. What brings it back is in no storage that a
// duplicated tab has too; whoever comes in with it from elsewhere puts the page
// out, which stays out until it is told otherwise.
func TestComesBackAsItself(t *testing.T) {
	t.Parallel()
	h := open(t, manager.Config{}, web.Config{})
	through, cut := ghosts(t, h.addr)
	bob := h.line(t, "bob")
	ann := newTab(t, "http://"+through+"/", look{})
	ann.allow("WebSocket connection")
	ann.until("document.activeElement.id === 'name'")
	ann.run(chromedp.KeyEvent("ann" + kb.Enter))
	await(t, bob, wire.Join)
	const here = "!document.getElementById('banner').checkVisibility() && document.getElementById('me').textContent === 'ann'"
	ann.until(here)
	for range 2 {
		cut()
		await(t, bob, wire.Leave)
		await(t, bob, wire.Join)
		ann.until(here)
	}
	ann.shows("#log", "Back in the room")
	if got := ann.eval("document.getElementById('log').textContent.includes('is taken')"); got != "false" {
		t.Error("a name is said to be taken")
	}
	if got := ann.eval("String(sessionStorage.getItem('pass'))"); got != "null" {
		t.Errorf("while the page is there %s is stored", got)
	}
	var pass struct{ Name, Token string }
	stored := ann.eval("(dispatchEvent(new Event('pagehide')), sessionStorage.getItem('pass'))")
	if err := json.Unmarshal([]byte(stored), &pass); err != nil || pass.Name != "ann" || len(pass.Token) != wire.TokenLen {
		t.Fatalf("when the page goes %s is stored (%v)", stored, err)
	}

	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", h.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	other, err := chatter.Return(conn, "ann", wire.Coming{Token: pass.Token})
	if err != nil {
		t.Fatal(err)
	}
	await(t, other, wire.Roster)
	if other.Name() != "ann" {
		t.Errorf("with the token one is %s", other.Name())
	}
	ann.shows("#banner", "You are out: you joined from somewhere else.")
	ann.click("#again")
	await(t, other, wire.Error)
	ann.until(here)
}

// A page is connected before the Enter, and given up by the room meanwhile, in
// whatever way, it comes in all the same.
func TestConnectedBeforeTheEnter(t *testing.T) {
	t.Parallel()
	for name, giveUp := range map[string]func(net.Conn){
		"before the name": func(c net.Conn) { io.WriteString(c, `{"error":"no name came in time"}`+"\n") },
		"when it comes": func(c net.Conn) {
			bufio.NewReader(c).ReadString('\n')
			io.WriteString(c, `{"error":"no name came in time"}`+"\n")
		},
		"without a word": func(c net.Conn) { bufio.NewReader(c).ReadString('\n') },
	} {
		t.Run(name, func(t *testing.T) {
			var once sync.Once
			came, gone := make(chan struct{}), make(chan struct{})
			h := open(t, manager.Config{History: 200}, web.Config{Serve: func(c net.Conn) {
				once.Do(func() {
					close(came)
					giveUp(c)
					c.Close()
					close(gone)
				})
			}})
			ann := newTab(t, "http://"+h.addr+"/", look{})
			ann.until("document.activeElement.id === 'name'")
			ann.run(chromedp.KeyEvent("ann"))
			<-came
			if name == "before the name" {
				<-gone
			}
			ann.run(chromedp.KeyEvent(kb.Enter))
			ann.shows("#log", "Welcome to the group chat")
			if at := ann.text("#login-note"); at != "" {
				t.Errorf("the log-in says %q", at)
			}
		})
	}
}

// A page shows what it has been told where the rest of a greeting is long in coming.
func TestGreetingInPieces(t *testing.T) {
	t.Parallel()
	conns := make(chan net.Conn, 1)
	h := open(t, manager.Config{}, web.Config{Serve: func(c net.Conn) {
		bufio.NewReader(c).ReadString('\n')
		io.WriteString(c, `{"welcome":"ann2"}`+"\n")
		conns <- c
		bufio.NewReader(c).ReadString('\n')
	}})
	ann := newTab(t, "http://"+h.addr+"/", look{})
	ann.enter("ann")
	ann.shows("#me", "ann2")
	c := <-conns
	io.WriteString(c, `{"history":[{"place":1,"time":"2026-11-27T10:00:00Z","line":" bob:hello@bob@------Group chat-------"}],"mark":"1.0"}`+"\n"+`["ann2","bob"]`+"\n")
	ann.shows("#log", "hello")
	ann.shows("#log", "ann is taken")
	ann.shows("#roster", "bob")
	c.Close()
}
