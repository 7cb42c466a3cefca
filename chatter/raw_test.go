package chatter

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// sitRaw returns a raw client over a pipe, and what its server reads, send by send.
func sitRaw(t *testing.T, name string) (c *Client, server net.Conn, sends <-chan string) {
	mine, theirs := net.Pipe()
	t.Cleanup(func() { mine.Close(); theirs.Close() })
	out := make(chan string, 10)
	go func() {
		defer close(out)
		b := make([]byte, 1024)
		for {
			n, err := theirs.Read(b)
			if err != nil {
				return
			}
			out <- string(b[:n])
		}
	}()
	c, err := Open(mine, dialect.NewRaw(name, mine.LocalAddr().String()))
	if err != nil {
		t.Fatal(err)
	}
	return c, theirs, out
}

// frames returns what comes of writes by the server until the stream's end.
func frames(c *Client, server net.Conn, writes ...string) []string {
	go func() {
		for _, w := range writes {
			_, _ = io.WriteString(server, w)
		}
		server.Close()
	}()
	var out []string
	for {
		var f Frame
		var bad *FrameError
		switch err := c.Next(&f); {
		case errors.As(err, &bad):
			out = append(out, err.Error())
		case err != nil:
			return append(out, err.Error())
		default:
			out = append(out, show(&f))
		}
		if f.At.IsZero() {
			return append(out, "no time")
		}
	}
}

func TestRawJoins(t *testing.T) {
	long := `["` + strings.Repeat("x", 3*bufferSize) + `", "bob"]`
	for _, c := range []struct {
		name   string
		asked  string
		writes []string
		want   []string
	}{
		{"alone", "bob", []string{`["bob"]`}, []string{"3 [bob]", "2 [bob]", "EOF"}},
		{"renamed", " bob ", []string{`["bob", "amy", "bob2"]`}, []string{"3 [bob2]", "2 [bob amy bob2]", "EOF"}},
		{"the second of one name", "bob", []string{`["bob2", "bob", "bob2"]`}, []string{"3 [bob2]", "2 [bob2 bob bob2]", "EOF"}},
		{"others alike", "bob", []string{`["bob", "bobby", "bob02", "bob-3", "bob1", "bo"]`}, []string{"3 [bob]", "2 [bob bobby bob02 bob-3 bob1 bo]", "EOF"}},
		{"after others' talk", "bob", []string{" amy:hi@amy@amy", `["amy"]`, " amy:you@amy@amy", `["amy", "bob"]`, " amy:bob!@amy@bob"},
			[]string{"3 [bob]", "2 [amy bob]", "amy to bob: bob!", "EOF"}},
		{"never listed", "bob", []string{`["amy"]`, `["amy"]`, `["amy"]`, `["amy", "eve"]`}, []string{"3 [bob]", "2 [amy]", "2 [amy eve]", "EOF"}},
		{"refused", "bob", []string{" *:the room is full@*@bob"}, []string{"error: the room is full", "EOF"}},
		{"no chat server", "bob", []string{"HTTP/1.1 400"}, []string{`frame "HTTP/1.1 400": frame starts with none of space, [ and {`, "EOF"}},
		{"in pieces", "bob", []string{`["bo`, `b"`, `] bob:h`, `i@bob@------Group`, ` chat------- bo`}, []string{"3 [bob]", "2 [bob]", "bob to ------Group chat-------: hi", "unexpected EOF"}},
		{"all at once", "bob", []string{`["bob"] bob:hi@bob@bob["bob", "amy"] bob:you@bob@amy`},
			[]string{"3 [bob]", "2 [bob]", "bob to bob: hi", "2 [bob amy]", "bob to amy: you", "EOF"}},
		{"a long roster", "bob", []string{long}, []string{"3 [bob]", "2 [" + strings.Repeat("x", 3*bufferSize) + " bob]", "EOF"}},
	} {
		client, server, _ := sitRaw(t, c.asked)
		if got := frames(client, server, c.writes...); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", c.name, got, c.want)
		}
		if want := strings.Trim(c.want[0], "3 []"); strings.HasPrefix(c.want[0], "3") && client.Name() != want {
			t.Errorf("%s: the name is %q", c.name, client.Name())
		}
	}
}

// One call is one send, signed with the name asked for.
func TestRawSends(t *testing.T) {
	client, server, sends := sitRaw(t, "bob")
	said := func(err error, want string) {
		t.Helper()
		if got := <-sends; got != want || err != nil {
			t.Errorf("the server reads %q, %v, want %q", got, err, want)
		}
	}
	said(nil, "bob")
	go io.WriteString(server, `["bob", "bob2"]`)
	var f Frame
	if err := client.Next(&f); err != nil || client.Name() != "bob2" || client.Signs() != "bob" {
		t.Errorf("%s, name %q, signs %q, %v", show(&f), client.Name(), client.Signs(), err)
	}
	said(client.Say([]byte("hi\nyou")), "hi\nyou@bob@------Group chat-------")
	said(client.Tell("amy", []byte("psst")), "psst@bob@amy")
	if err := client.Tell("a@b", nil); !errors.Is(err, ErrTarget) {
		t.Errorf("a target with an @: %v", err)
	}
}

func TestRawUnnamed(t *testing.T) {
	client, _, sends := sitRaw(t, " ")
	if got := <-sends; got != wire.NoName || client.Name() != "pipe" { // the address of a pipe
		t.Errorf("the server reads %q, the name is %q", got, client.Name())
	}
}

// What follows a claim waits until the claim has come back, but not for ever.
func TestRawClaimStandsAlone(t *testing.T) {
	for what, end := range map[string]func(c *Client, server net.Conn){
		"came back": func(c *Client, server net.Conn) {
			go io.WriteString(server, `["bob"] amy:lie@amy@amy bob:I am amy＠amy＠x@bob@bob`)
			var f Frame
			for f.Kind != wire.Line || string(f.Sender) != "bob" {
				if err := c.Next(&f); err != nil {
					t.Error(err)
					return
				}
			}
		},
		"closed":   func(c *Client, _ net.Conn) { c.Close() },
		"given up": func(*Client, net.Conn) {},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, server, sends := sitRaw(t, "bob")
			<-sends
			if err := client.Claim("amy", []byte("I am amy")); err != nil {
				t.Fatal(err)
			}
			if got := <-sends; got != "I am amy@amy@------Group chat-------" {
				t.Errorf("the server reads %q", got)
			}
			began, done := time.Now(), make(chan error)
			go func() { done <- client.Say([]byte("next")) }()
			synctest.Wait()
			select {
			case got := <-sends:
				t.Errorf("%s: %q follows at once", what, got)
			default:
			}
			end(client, server)
			err := <-done
			took := time.Since(began)
			if (what == "given up") != (took == dialect.ClaimWait) || (what == "closed") != (err != nil) {
				t.Errorf("%s: the next line went after %v, %v", what, took, err)
			}
			client.Close()
			server.Close()
		})
	}
}

func TestRawLeaves(t *testing.T) {
	for _, kind := range []Leave{FIN, Reset, HalfClose} {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		client, err := DialRaw(context.Background(), ln.Addr().String(), "bob")
		if err != nil {
			t.Fatal(err)
		}
		server, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Leave(kind); err != nil {
			t.Errorf("%v: %v", kind, err)
		}
		got, err := io.ReadAll(server)
		if (kind == Reset) != (err != nil) || err == nil && string(got) != "bob" {
			t.Errorf("%v: the server reads %q, %v", kind, got, err)
		}
		client.Close()
		server.Close()
		ln.Close()
		if _, err := DialRaw(context.Background(), ln.Addr().String(), "bob"); err == nil {
			t.Error("dialling where nobody listens succeeds")
		}
	}
}
