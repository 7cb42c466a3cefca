package chatter

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chatsim/chatter/dialect"
)

// over serves WebSockets with a library that is not ours.
func over(t *testing.T, serve func(context.Context, *websocket.Conn)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ws" {
			http.NotFound(w, r)
			return
		}
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer ws.CloseNow()
		ws.SetReadLimit(-1)
		serve(r.Context(), ws)
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// received returns what a server reads of a message.
func received(ctx context.Context, ws *websocket.Conn) string {
	kind, text, err := ws.Read(ctx)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(kind, " ", string(text))
}

func dialWS(t *testing.T, addr string) *Client {
	t.Helper()
	c, err := DialWS(context.Background(), addr, "bob")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// A line is a message both ways, and the handshakes are as the library has them.
func TestWebSocketTalksToALibrary(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	got := make(chan string, 4)
	addr := over(t, func(ctx context.Context, ws *websocket.Conn) {
		for range 3 {
			got <- received(ctx, ws)
		}
		go ws.Ping(ctx) // the client answers while it reads
		for _, text := range []string{`{"welcome":"bob2"}`, " bob:hi@bob@bob2", " bob:" + long + "@bob@bob2"} {
			if err := ws.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
				t.Error(err)
			}
		}
		_, _, err := ws.Read(ctx)
		got <- websocket.CloseStatus(err).String()
	})
	c := dialWS(t, addr)
	for _, err := range []error{c.Say([]byte("hello")), c.Tell("李雷", []byte(long))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"MessageText bob", "MessageText hello@bob@------Group chat-------", "MessageText " + long + "@bob@李雷"} {
		if text := <-got; text != want {
			t.Errorf("the server reads %.80q, want %.80q", text, want)
		}
	}
	var f Frame
	for _, size := range []int{len(`{"welcome":"bob2"}`), len(" bob:hi@bob@bob2"), len(long) + len(" bob:@bob@bob2")} {
		if err := c.NextRaw(&f); err != nil || len(f.Raw) != size {
			t.Fatalf("a frame of %d bytes, %v, want %d", len(f.Raw), err, size)
		}
		if err := c.Parse(&f); err != nil {
			t.Fatal(err)
		}
	}
	if c.Name() != "bob2" {
		t.Errorf("the name is %q", c.Name())
	}
	if err := c.Leave(HalfClose); err != nil {
		t.Fatal(err)
	}
	if err := c.Next(&f); err != io.EOF {
		t.Errorf("after the closing handshake: %v", err)
	}
	if code := <-got; code != "StatusNormalClosure" {
		t.Errorf("the server is told %s", code)
	}
	if err := c.Say([]byte("late")); !errors.Is(err, ErrLeft) {
		t.Errorf("said after leaving: %v", err)
	}
}

func TestWebSocketEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		serve func(context.Context, *websocket.Conn)
		want  error
	}{
		"in order":       {func(_ context.Context, ws *websocket.Conn) { ws.Close(websocket.StatusGoingAway, "shut") }, io.EOF},
		"without a word": {func(_ context.Context, ws *websocket.Conn) { ws.CloseNow() }, io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			addr := over(t, func(ctx context.Context, ws *websocket.Conn) {
				received(ctx, ws) // else what is unread makes an RST of the close
				tc.serve(ctx, ws)
			})
			if err := dialWS(t, addr).Next(new(Frame)); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
}

// What is no WebSocket is refused with what came instead, and a server that
// does not answer is given up when ctx ends.
func TestWebSocketRefused(t *testing.T) {
	for want, answer := range map[string]string{
		"404":                          "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
		"something else":               "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
		"Sec-WebSocket-Accept":         "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n",
		"malformed":                    "{\"error\":\"who are you\"}\n",
		os.ErrDeadlineExceeded.Error(): "",
	} {
		t.Run(want, func(t *testing.T) {
			client, server := net.Pipe()
			defer client.Close()
			defer server.Close()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			go func() {
				_, _ = server.Read(make([]byte, 4096))
				if answer == "" {
					cancel()
				}
				_, _ = io.WriteString(server, answer)
			}()
			if _, err := upgrade(ctx, client, WebSocket{Host: "room", Path: "/ws"}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// serverFrame returns a frame from a server.
func serverFrame(first byte, payload string) string {
	switch n := len(payload); {
	case n < 126:
		return string([]byte{first, byte(n)}) + payload
	case n <= 0xffff:
		return string(binary.BigEndian.AppendUint16([]byte{first, 126}, uint16(n))) + payload
	}
	return string(binary.BigEndian.AppendUint64([]byte{first, 127}, uint64(len(payload)))) + payload
}

// A batch stays a batch: all but the last frame say that there are more. None
// of it allocates.
func TestWebSocketBatch(t *testing.T) {
	batch := strings.Repeat(serverFrame(0x81, " bob:hello@bob@------Group chat-------"), 20)
	conn := &script{}
	c, err := Open(conn, dialect.NewWebSocket(dialect.NewLine("bob")))
	if err != nil {
		t.Fatal(err)
	}
	pieces := make([]string, 1)
	var f Frame
	allocs := testing.AllocsPerRun(50, func() {
		pieces[0] = batch
		conn.pieces = pieces
		for i := range 20 {
			before := time.Now()
			if err := c.Next(&f); err != nil || f.More != (i < 19) || string(f.Text) != "hello" || i == 0 && f.At.Before(before) {
				t.Fatalf("frame %d: %q, more %v, %v", i, f.Raw, f.More, err)
			}
		}
	})
	if allocs > 0 {
		t.Errorf("%v allocations for 20 frames", allocs)
	}
}
