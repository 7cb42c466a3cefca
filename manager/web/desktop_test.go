package web_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/loadgen/servertest/original"
	"chatsim/manager/wire"
)

// line joins as a client of the line dialect, and is in.
func (h *house) line(t testing.TB, name string) *chatter.Client {
	t.Helper()
	c, err := chatter.Dial(context.Background(), h.addr, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	await(t, c, wire.Welcome) // it hears what is said from here on
	return c
}

// talk says so many lines, by number.
func talk(t testing.TB, c *chatter.Client, lines int) {
	t.Helper()
	for i := range lines {
		if err := c.Say(fmt.Appendf(nil, "line %d.", i)); err != nil {
			t.Fatal(err)
		}
	}
}

// irc joins as a client of IRC, and is in.
func (h *house) irc(t testing.TB, name string) *chatter.Client {
	t.Helper()
	conn, err := net.Dial("tcp", h.addr)
	if err != nil {
		t.Fatal(err)
	}
	c, err := chatter.Open(conn, dialect.NewIRC(dialect.Account{Name: name, Room: "#chat"}, new(dialect.Nicks)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	await(t, c, wire.Welcome)
	return c
}

// hears waits for a line with the text.
func hears(t *testing.T, c *chatter.Client, text string) {
	t.Helper()
	var f chatter.Frame
	for {
		if err := c.Next(&f); err != nil {
			t.Fatalf("waiting for %q: %v", text, err)
		}
		if f.Kind == wire.Line && bytes.Contains(f.Text, []byte(text)) {
			return
		}
	}
}

// desktop is the original's client, and all that it has shown.
type desktop struct {
	*original.Client
	t    *testing.T
	seen strings.Builder
}

func enterRaw(t *testing.T, addr, name string) *desktop {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c, err := original.Start(conn, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &desktop{Client: c, t: t}
}

func (d *desktop) say(text string) {
	d.t.Helper()
	if err := d.Send(text, wire.Group); err != nil {
		d.t.Fatal(err)
	}
}

// hears waits for a line with the text.
func (d *desktop) hears(text string) {
	d.t.Helper()
	late := time.After(limit)
	for {
		select {
		case s := <-d.Got:
			if s.Died != "" {
				d.t.Fatalf("the original's client has died of %s", s.Died)
			}
			fmt.Fprintln(&d.seen, s.Line)
			if strings.Contains(s.Line, text) {
				return
			}
		case <-late:
			d.t.Fatalf("no line with %q came", text)
		}
	}
}
