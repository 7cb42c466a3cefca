package web_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// A chatter over a WebSocket is one like any other, in all its ways of leaving.
func TestChatter(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	watch := h.line(t, "watch")
	for i, kind := range []chatter.Leave{chatter.FIN, chatter.HalfClose, chatter.Reset} {
		c, err := chatter.DialWS(context.Background(), h.addr, "ann")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if f := await(t, c, wire.Welcome); string(f.Names[0]) != "ann" {
			t.Errorf("welcome %q", f.Names)
		}
		await(t, c, wire.Roster)
		if err := c.Say([]byte("hello")); err != nil {
			t.Fatal(err)
		}
		if f := await(t, c, wire.Line); string(f.Text) != "hello" || string(f.Sender) != "ann" {
			t.Errorf("line %q", f.Raw)
		}
		hears(t, watch, "hello")
		if kind != chatter.Reset {
			// It is owed all that was said before its leave, its own lines too.
			for range 1000 {
				if err := c.Say([]byte("last words")); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := c.Leave(kind); err != nil {
			t.Fatal(err)
		}
		await(t, watch, wire.Leave)
		var f chatter.Frame
		heard := 0
		for err = c.Next(&f); err == nil; err = c.Next(&f) {
			heard++
		}
		if kind != chatter.Reset && (heard != 1000 || !errors.Is(err, io.EOF)) {
			t.Errorf("%d: %v: heard %d lines, then %v", i, kind, heard, err)
		}
	}
}

// await reads on to a frame of a kind.
func await(t testing.TB, c *chatter.Client, kind wire.Kind) (f chatter.Frame) {
	t.Helper()
	for {
		if err := c.Next(&f); err != nil {
			t.Fatal(err)
		}
		if f.Kind == kind {
			return f
		}
	}
}

// An end without a handshake is not one in order.
func TestChatterCutOff(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	if _, err := chatter.DialWS(context.Background(), h.addr[:len(h.addr)-1]+"x", "ann"); err == nil {
		t.Error("dialled nowhere")
	}
	c, err := chatter.DialWS(context.Background(), h.addr, "ann")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	await(t, c, wire.Roster)
	if err := h.room.Kick("ann", ""); err != nil {
		t.Fatal(err)
	}
	if f := await(t, c, wire.Error); string(f.Text) != wire.Kicked.Text() {
		t.Errorf("error %q", f.Text)
	}
	var f chatter.Frame
	if err := c.Next(&f); err != io.EOF {
		t.Errorf("after the last words: %v", err)
	}
}

// Over TLS it is the same.
func TestTLS(t *testing.T) {
	certs := httptest.NewTLSServer(nil)
	defer certs.Close()
	h := open(t, manager.Config{TLS: &tls.Config{Certificates: certs.TLS.Certificates}}, web.Config{})
	client := certs.Client()
	defer client.CloseIdleConnections()
	ws, _, err := websocket.Dial(context.Background(), "wss://"+h.addr+"/ws", &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow()
	p := &page{t, ws}
	p.send("ann")
	p.expect(`{"welcome":"ann"}`, `["ann"]`)
	p.send("hello")
	p.expect(said("ann", "hello"))
	h.shut()
	p.expect(`{"error":"the server is shutting down"}`)
	p.ends(websocket.StatusGoingAway, "the server is shutting down")
}

// One who does not read is put out, and holds nobody up for longer than the
// grace.
func TestDeafSocket(t *testing.T) {
	h := open(t, manager.Config{Grace: 300 * time.Millisecond, Window: 1 << 20}, web.Config{})
	h.visit(t, "deaf")
	bob := h.line(t, "bob")
	await(t, bob, wire.Roster)
	left := make(chan error, 1)
	go func() {
		var f chatter.Frame
		var err error
		for f.Kind != wire.Leave && err == nil {
			err = bob.Next(&f)
		}
		left <- err
		for err == nil { // bob reads on: one who says and does not read waits for itself
			err = bob.Next(&f)
		}
	}()
	text := []byte(strings.Repeat("x", 4000))
	for said := 0; ; said++ {
		select {
		case err := <-left:
			if err != nil {
				t.Fatal(err)
			}
			if st := h.room.Stats(); st.Evicted[wire.Slow]+st.Evicted[wire.Stalled] != 1 || st.Online != 1 {
				t.Errorf("after %d lines: evicted %v, %d online", said, st.Evicted, st.Online)
			}
			endedBy(t, h, "deaf", `{"error":"evicted: `)
			endedBy(t, h, "another", "")
			return
		default:
			if err := bob.Say(text); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// endedBy says what a page is told that asks why its visit ended.
func endedBy(t *testing.T, h *house, visit, want string) {
	t.Helper()
	resp, err := http.Get("http://" + h.addr + "/ended?visit=" + visit)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasPrefix(string(body), want) || (want == "") != (resp.StatusCode == http.StatusNoContent) {
		t.Errorf("%s is told %s %q, %v", visit, resp.Status, body, err)
	}
}
