//go:build !nocluster

package several

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"chatsim/manager"
)

// Who comes in at one Manager is seen, heard and answered at the others.
func TestRoom(t *testing.T) {
	t.Parallel()
	r, err := Open(t.Context(), Config{Managers: 3})
	if err != nil {
		t.Fatal(err)
	}
	amy := enter(t, r.Addrs[0], "bob")
	bob := enter(t, r.Addrs[1], "bob")
	eve := enter(t, r.Addrs[2], "eve")
	amy.expect(`{"welcome":"bob"}`, `["bob"]`, `{"join":["bob2"]}`, `{"join":["eve"]}`)
	bob.expect(`{"welcome":"bob2"}`, `["bob","bob2"]`, `{"join":["eve"]}`)
	eve.expect(`{"welcome":"eve"}`, `["bob","bob2","eve"]`)
	fmt.Fprintf(amy, "hello\npsst@bob@eve\npsst@bob@zoe\n")
	amy.expect(" bob:hello@bob@------Group chat-------", " bob:psst@bob@eve", `{"error":"no such user: zoe"}`)
	bob.expect(" bob:hello@bob@------Group chat-------")
	eve.expect(" bob:hello@bob@------Group chat-------", " bob:psst@bob@eve")
	if err := r.Managers[0].Kick("eve", "amy"); err != nil {
		t.Error(err)
	}
	eve.expect(`{"error":"removed by the operator"}`)
	bob.expect(`{"leave":["eve"]}`)
	amy.expect(`{"leave":["eve"]}`)
	amy.Close()
	bob.expect(" *:eve was removed by amy@*@------Group chat-------", `{"leave":["bob"]}`)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := r.Managers[1].Shutdown(ctx); err != nil {
		t.Error(err)
	}
	bob.expect(`{"error":"the server is shutting down"}`)
	late := enter(t, r.Addrs[2], "zoe")
	late.expect(`{"welcome":"zoe"}`, `["zoe"]`)
	late.Close()
	if err := r.Close(ctx); err != nil {
		t.Error(err)
	}
}

// client is a user at one Manager.
type client struct {
	net.Conn
	t  *testing.T
	in *bufio.Reader
}

// enter asks for a name, and waits for the welcome.
func enter(t *testing.T, addr, name string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	fmt.Fprintln(conn, name)
	c := &client{conn, t, bufio.NewReader(conn)}
	if _, err := c.in.Peek(1); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *client) expect(lines ...string) {
	c.t.Helper()
	for _, want := range lines {
		got, err := c.in.ReadString('\n')
		if err != nil || strings.TrimSuffix(got, "\n") != want {
			c.t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	}
}

// A Manager that begins later has the room as it is: bob2 is bob2, though bob has
// left, who was banned is not let in, and what was said before is known.
func TestLater(t *testing.T) {
	t.Parallel()
	cfg := Config{Managers: 2, Manager: manager.Config{History: 10, KickTime: time.Hour}}
	r, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	bob := enter(t, r.Addrs[0], "bob")
	second := enter(t, r.Addrs[1], "bob")
	eve := enter(t, r.Addrs[1], "eve")
	bob.expect(`{"welcome":"bob"}`, `["bob"]`, `{"join":["bob2"]}`, `{"join":["eve"]}`)
	second.expect(`{"welcome":"bob2"}`, `["bob","bob2"]`, `{"join":["eve"]}`)
	fmt.Fprintln(eve, "before")
	second.expect(" eve:before@eve@------Group chat-------")
	if err := r.Managers[0].Kick("eve", ""); err != nil {
		t.Error(err)
	}
	bob.Close()
	second.expect(`{"leave":["eve"]}`, `{"leave":["bob"]}`)
	if err := r.add(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := r.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	third := enter(t, r.Addrs[2], "bob")
	third.expect(`{"welcome":"bob"}`, `["bob2","bob"]`)
	second.expect(`{"join":["bob"]}`)
	again := enter(t, r.Addrs[2], "eve")
	if got, _ := again.in.ReadString('\n'); !strings.HasPrefix(got, `{"error":"removed by the operator: come back in `) {
		t.Errorf("who was kicked is told %q", got)
	}
	fmt.Fprintln(third, "/history")
	if got, _ := third.in.ReadString('\n'); !strings.Contains(got, "eve:before@") {
		t.Errorf("the history is %q", got)
	}
	closeRoom(t, r)
}

// Who comes back at another Manager with the token of its welcome has its name again,
// and its ghost leaves at the same place.
func TestReturn(t *testing.T) {
	t.Parallel()
	r, err := Open(t.Context(), Config{Managers: 2, Manager: manager.Config{HoldNames: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	r.know(t, 1)
	bob := enter(t, r.Addrs[1], "bob")
	amy := enter(t, r.Addrs[0], "amy@token=")
	token := amy.token("amy")
	amy.expect(others(r.Addrs[1]), `["bob","amy"]`)
	again := enter(t, r.Addrs[1], "amy@token="+token)
	if again.token("amy") != token {
		t.Error("the token is another one now")
	}
	again.expect(others(r.Addrs[0]), `["bob","amy"]`)
	amy.expect(`{"error":"you joined from somewhere else"}`)
	bob.expect(`{"welcome":"bob"}`, `["bob"]`, `{"join":["amy"]}`, `{"leave":["amy"]}`, `{"join":["amy"]}`)
	closeRoom(t, r)
}

// A Manager that is cut off is taken for dead: its users leave once, at one place for
// all others, and are told why.
func TestCut(t *testing.T) {
	t.Parallel()
	r, err := Open(t.Context(), Config{Managers: 3, Manager: manager.Config{Lease: 6 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	amy := enter(t, r.Addrs[0], "amy")
	bob, eve := enter(t, r.Addrs[1], "bob"), enter(t, r.Addrs[1], "eve")
	zoe := enter(t, r.Addrs[2], "zoe")
	amy.expect(`{"welcome":"amy"}`, `["amy"]`, `{"join":["bob"]}`, `{"join":["eve"]}`, `{"join":["zoe"]}`)
	bob.expect(`{"welcome":"bob"}`, `["amy","bob"]`, `{"join":["eve"]}`, `{"join":["zoe"]}`)
	eve.expect(`{"welcome":"eve"}`, `["amy","bob","eve"]`, `{"join":["zoe"]}`)
	zoe.expect(`{"welcome":"zoe"}`, `["amy","bob","eve","zoe"]`)
	r.nodes.cut(1)
	for _, c := range []*client{bob, eve} {
		c.expect(`{"error":"this server has lost the room, come in again: this server cannot reach the room"}`)
		if _, err := c.in.ReadByte(); err != io.EOF {
			t.Errorf("behind its last words the connection ends with %v", err)
		}
	}
	for _, c := range []*client{amy, zoe} {
		c.expect(`{"leave":["bob"]}`, `{"leave":["eve"]}`)
	}
	fmt.Fprintln(zoe, "still here")
	amy.expect(" zoe:still here@zoe@------Group chat-------")
	late := enter(t, r.Addrs[2], "bob")
	late.expect(`{"welcome":"bob"}`, `["amy","zoe","bob"]`)
	closeRoom(t, r)
}

func closeRoom(t *testing.T, r *Room) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := r.Close(ctx); err != nil {
		t.Error(err)
	}
}
