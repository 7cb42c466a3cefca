package web_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/manager"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// guest is one who comes by any door, and what it was told.
type guest struct {
	*chatter.Client
	name   string
	public []string
	own    map[string]int // private lines, and behind how many public entries each came
	news   int            // lines of the server's own
}

// hears reads until so many have said a text to everybody.
func (g *guest) hears(until string, times int) error {
	g.own = make(map[string]int)
	var f chatter.Frame
	for {
		if err := g.Next(&f); err != nil {
			return fmt.Errorf("%s, waiting for %q: %w", g.name, until, err)
		}
		switch {
		case f.Kind == wire.Line && f.Private:
			g.own[fmt.Sprintf("%s to %s: %s", f.Sender, f.Target, f.Text)] = len(g.public)
		case f.Kind == wire.Line && string(f.Text) == until:
			if times--; times == 0 {
				return nil
			}
		case string(f.Sender) == wire.Server:
			g.news++
		case f.Kind == wire.Line:
			g.public = append(g.public, fmt.Sprintf("%s: %s", f.Sender, f.Text))
		case f.Kind == wire.Join:
			g.public = append(g.public, fmt.Sprintf("%s comes", f.Names[0]))
		case f.Kind == wire.Leave:
			g.public = append(g.public, fmt.Sprintf("%s goes", f.Names[0]))
		}
	}
}

// secure has a room served over TLS too, and returns where.
func (h *house) secure(t *testing.T) (addr string) {
	t.Helper()
	certs := httptest.NewTLSServer(nil)
	t.Cleanup(certs.Close)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			served.Go(func() { h.room.ServeConn(tls.Server(conn, &tls.Config{Certificates: certs.TLS.Certificates})) })
		}
	})
	t.Cleanup(func() { ln.Close(); h.shut(); served.Wait() })
	return ln.Addr().String()
}

// ws joins over a WebSocket, and is in.
func (h *house) ws(t *testing.T, name string) *chatter.Client {
	t.Helper()
	c, err := chatter.DialWS(context.Background(), h.addr, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	await(t, c, wire.Welcome)
	return c
}

// wss joins over a WebSocket over TLS, and is in.
func wss(t *testing.T, addr, name string) *chatter.Client {
	t.Helper()
	conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := chatter.OpenWebSocket(context.Background(), conn, chatter.WebSocket{Host: addr, Path: "/ws"}, dialect.NewLine(name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	await(t, c, wire.Welcome)
	return c
}

// each has all guests do something at one time.
func each(t *testing.T, guests []*guest, do func(g *guest) error) (wait func()) {
	var all errgroup.Group
	for _, g := range guests {
		all.Go(func() error { return do(g) })
	}
	return func() {
		t.Helper()
		if err := all.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryDoor: who comes by lines, by WebSockets, over TLS too, and by IRC is told the
// same in one order, and a private line at the same place as the other who is told it.
func TestEveryDoor(t *testing.T) {
	const lines = 100
	h := open(t, manager.Config{History: 5}, web.Config{})
	safe := h.secure(t)
	ann := &guest{Client: h.line(t, "ann"), name: "ann"}
	guests := []*guest{ann, {Client: h.ws(t, "bob"), name: "bob"}, {Client: h.ws(t, "cat"), name: "cat"}, {Client: wss(t, safe, "dan"), name: "dan"}}
	eve := &guest{Client: h.irc(t, "eve"), name: "eve"}
	guests = append(guests, eve)
	begun := each(t, guests, func(g *guest) error { return g.hears("begin", 1) })
	orderly(t, ann.Say([]byte("begin")))
	begun()
	heard := each(t, guests, func(g *guest) error { g.public = nil; return g.hears("end", len(guests)) })
	said := each(t, guests, func(g *guest) error {
		for i := range lines {
			if err := cmp.Or(g.Say(fmt.Appendf(nil, "%d from %s", i, g.name)), g.Tell(guests[i%len(guests)].name, fmt.Appendf(nil, "%d", i))); err != nil {
				return err
			}
		}
		if g == ann {
			return nil
		}
		return g.Say([]byte("end"))
	})
	zoe := h.ws(t, "zoe")
	await(t, zoe, wire.Roster)
	orderly(t, zoe.Order("/nick max"))
	await(t, zoe, wire.Welcome)
	orderly(t, h.room.Kick("max", "ann"))
	if f := await(t, zoe, wire.Error); string(f.Text) != wire.Kicked.Text() {
		t.Errorf("max is told %q", f.Text)
	}
	said()
	orderly(t, ann.Say([]byte("end"))) // the last
	heard()
	places := make(map[string]int)
	for _, g := range guests {
		for i, want := range ann.public {
			if i >= len(g.public) || g.public[i] != want {
				t.Errorf("%s was told %q, and not %q as ann", g.name, g.public[max(0, i-3):min(i+1, len(g.public))], want)
				break
			}
		}
		if g != eve && g.news != 1 {
			t.Errorf("%s was told %d times that somebody was removed", g.name, g.news)
		}
		for line, at := range g.own {
			if other, ok := places[line]; ok && other != at {
				t.Errorf("%s was told %q behind %d entries, and the other behind %d", g.name, line, at, other)
			}
			places[line] = at
		}
	}
	if n := lines * len(guests); len(places) != n || len(ann.public) != n+4 {
		t.Errorf("%d private lines and %d public entries came, want %d and 4 more", len(places), len(ann.public), n)
	}
	for _, g := range guests[:4] { // those who can ask for it
		orderly(t, g.Order("/history 2"))
		orderly(t, g.Order("/who"))
		if f := await(t, g.Client, wire.Roster); len(f.Names) != len(guests) {
			t.Errorf("%s is told of %q", g.name, f.Names)
		}
	}
	closed := each(t, guests, func(g *guest) error { return g.ends() })
	h.shut()
	closed()
}

func orderly(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ends reads on to the end, before which the room says that it shuts down.
func (g *guest) ends() error {
	var f chatter.Frame
	last := ""
	for {
		err := g.Next(&f)
		switch {
		case errors.Is(err, io.EOF) && last == wire.Shutdown.Text():
			return g.Close()
		case err != nil:
			return fmt.Errorf("%s is told %q, then %w", g.name, last, err)
		case f.Kind == wire.Error:
			last = string(f.Text)
		}
	}
}
