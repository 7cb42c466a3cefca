package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/guard"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// page is what a browser has: a WebSocket.
type page struct {
	t  *testing.T
	ws *websocket.Conn
}

// visit connects as a page does and sends lines; the visit is called like the first.
func (h *house) visit(t *testing.T, lines ...string) *page {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, "ws://"+h.addr+"/ws?visit="+url.QueryEscape(lines[0]), nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(-1)
	t.Cleanup(func() { ws.CloseNow() })
	p := &page{t, ws}
	for _, l := range lines {
		p.send(l)
	}
	return p
}

func (p *page) send(message string) {
	p.t.Helper()
	if err := p.ws.Write(context.Background(), websocket.MessageText, []byte(message)); err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) next() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	_, b, err := p.ws.Read(ctx)
	return string(b), err
}

func (p *page) expect(messages ...string) {
	p.t.Helper()
	for _, want := range messages {
		if got, err := p.next(); err != nil || got != want {
			p.t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	}
}

// ends expects the closing handshake.
func (p *page) ends(code websocket.StatusCode, reason string) {
	p.t.Helper()
	got, err := p.next()
	var end websocket.CloseError
	if !errors.As(err, &end) || end.Code != code || end.Reason != reason {
		p.t.Errorf("got %q, %v, want the end with %v %q", got, err, code, reason)
	}
}

func said(name, text string) string { return " " + name + ":" + text + "@" + name + "@" + wire.Group }

// A line is a message in both directions, whatever is in it.
func TestMessages(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	ann := h.visit(t, "ann")
	ann.expect(`{"welcome":"ann"}`, `["ann"]`)
	bob := h.visit(t, "ann\r\n")
	bob.expect(`{"welcome":"ann2"}`, `["ann","ann2"]`)
	ann.expect(`{"join":["ann2"]}`)
	long := strings.Repeat("x", 3000)
	for _, tc := range []struct{ send, want string }{
		{"hello", said("ann", "hello")},
		{"line\n", said("ann", "line")},
		{"a\nb\n\nc", said("ann", "a b  c")},
		{"\n\na", said("ann", "  a")},
		{"", said("ann", "")},
		{"\n", said("ann", "")},
		{long, said("ann", long)},
		{"GET / HTTP/1.1", said("ann", "GET / HTTP/1.1")},
	} {
		ann.send(tc.send)
		ann.expect(tc.want)
		bob.expect(tc.want)
	}
	ann.send("psst@ann@ann2")
	ann.expect(" ann:psst@ann@ann2")
	bob.expect(" ann:psst@ann@ann2")
	ann.send(strings.Repeat("y", 100_000))
	ann.expect(`{"error":"line too long"}`)
	ann.send("on")
	ann.expect(said("ann", "on"))
	if st := h.room.Stats(); st.Connections != 2 || st.Online != 2 {
		t.Errorf("%d connections, %d online", st.Connections, st.Online)
	}
}

// What comes over a WebSocket is of the line dialect, also where it looks like
// another one; and who gives no name is called by its own address.
func TestNotToldApartAgain(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	odd := h.visit(t, "GET / HTTP/1.1")
	odd.expect(`{"welcome":"GET / HTTP/1.1"}`)
	none := h.visit(t, "")
	got, err := none.next()
	if err != nil || !strings.HasPrefix(got, `{"welcome":"127.0.0.1:`) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPassword(t *testing.T) {
	h := open(t, manager.Config{Password: "sesame"}, web.Config{})
	h.visit(t, "sesame", "ann").expect(`{"welcome":"ann"}`)
	wrong := h.visit(t, "ann")
	const text = "wrong password: the first line is the password of the room, the next one your name"
	wrong.expect(`{"error":"` + text + `"}`)
	wrong.ends(websocket.StatusPolicyViolation, text)
}

// Who closes is sent what was said until its leave, and then the handshake's
// other half.
func TestLeave(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	ann := h.visit(t, "ann")
	ann.expect(`{"welcome":"ann"}`, `["ann"]`)
	bob := h.visit(t, "bob")
	bob.expect(`{"welcome":"bob"}`, `["ann","bob"]`)
	ann.expect(`{"join":["bob"]}`)
	if err := bob.ws.Close(websocket.StatusNormalClosure, "bye"); err != nil {
		t.Errorf("close: %v", err)
	}
	ann.expect(`{"leave":["bob"]}`)
	cut := h.visit(t, "cut")
	cut.expect(`{"welcome":"cut"}`)
	ann.expect(`{"join":["cut"]}`)
	cut.ws.CloseNow()
	ann.expect(`{"leave":["cut"]}`)
}

// An end from the server says why, in words and in the handshake.
func TestEnds(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	ann, bob := h.visit(t, "ann"), h.visit(t, "a@b")
	ann.expect(`{"welcome":"ann"}`, `["ann"]`)
	bob.expect(`{"error":"name refused: name has an @ in it"}`)
	bob.ends(websocket.StatusPolicyViolation, "name refused: name has an @ in it")
	eve := h.visit(t, "eve")
	eve.expect(`{"welcome":"eve"}`, `["ann","eve"]`)
	ann.expect(`{"join":["eve"]}`)
	if err := h.room.Kick("eve", ""); err != nil {
		t.Fatal(err)
	}
	eve.expect(`{"error":"removed by the operator"}`)
	eve.ends(websocket.StatusPolicyViolation, "removed by the operator")
	ann.expect(`{"leave":["eve"]}`)
	bin := h.visit(t, "bin")
	bin.expect(`{"welcome":"bin"}`)
	bin.next()
	_ = bin.ws.Write(context.Background(), websocket.MessageBinary, []byte{1})
	bin.ends(websocket.StatusUnsupportedData, "text messages only")
	ann.expect(`{"join":["bin"]}`, `{"leave":["bin"]}`)
	go h.shut()
	ann.expect(`{"error":"the server is shutting down"}`)
	ann.ends(websocket.StatusGoingAway, "the server is shutting down")
}

// A page whose name was made to resolve to this machine is refused: what it asks
// for looks like its own.
func TestRebinding(t *testing.T) {
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	h := open(t, manager.Config{}, web.Config{Names: guard.Names{Allow: []string{"chat.example.org"}}})
	for host, want := range map[string]int{"evil.example": 421, h.addr: 101, "chat.example.org": 101, "localhost:9999": 101} {
		ws, resp, err := websocket.Dial(context.Background(), "ws://"+h.addr+"/ws", &websocket.DialOptions{Host: host, HTTPHeader: http.Header{"Origin": {"http://" + host}}})
		if resp == nil || resp.StatusCode != want {
			t.Errorf("host %q: %v, %v, want %d", host, resp, err, want)
		}
		if err == nil {
			ws.CloseNow()
		}
	}
	for path, want := range map[string]int{"/": 421, "/live.json": 421, "/metrics": 421, "/static/icon.svg": 421, "/nosuch": 421, "/healthz": 200, "/readyz": 200} {
		req, err := http.NewRequest("GET", "http://"+h.addr+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "evil.example"
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want || resp.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s of another host: %s, %v", path, resp.Status, resp.Header)
		}
	}
}

func TestOrigin(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{Origins: []string{"*.example.org"}, OfRoom: func(origin string) bool { return origin == "http://other.example:9" }})
	for origin, want := range map[string]int{
		"http://other.example:9": 101, "https://other.example:9": 403,
		"": 101, "http://" + h.addr: 101, "https://chat.example.org": 101,
		"https://evil.example": 403, "null": 403,
	} {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		ws, resp, err := websocket.Dial(context.Background(), "ws://"+h.addr+"/ws", &websocket.DialOptions{HTTPHeader: header})
		if resp == nil || resp.StatusCode != want {
			t.Errorf("origin %q: %v, %v, want %d", origin, resp, err, want)
		}
		if err == nil {
			ws.CloseNow()
		}
	}
}

// A WebSocket is a session among others: all see one order.
func TestBesideLines(t *testing.T) {
	h := open(t, manager.Config{}, web.Config{})
	ann := h.visit(t, "ann")
	ann.expect(`{"welcome":"ann"}`, `["ann"]`)
	bob, err := chatter.Dial(context.Background(), h.addr, "bob")
	if err != nil {
		t.Fatal(err)
	}
	defer bob.Close()
	ann.expect(`{"join":["bob"]}`)
	const lines = 500
	for i := range lines {
		if err := bob.Say(fmt.Appendf(nil, "line %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range lines {
		ann.expect(said("bob", fmt.Sprintf("line %d", i)))
	}
}
