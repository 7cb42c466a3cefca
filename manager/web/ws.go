package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// errNotText ends a connection that sends something else than text.
var errNotText = errors.New("web: a message is not text")

// socket makes a WebSocket of a request and serves it until it has ended.
func (cfg *Config) socket(w http.ResponseWriter, r *http.Request) {
	c, err := accept(w, r, cfg.Origins)
	if err != nil {
		return // it was answered
	}
	c.evicted = func(reason string) { cfg.endings.add(r.URL.Query().Get("visit"), reason) }
	cfg.Serve(c)
}

// accept upgrades a request to a connection of the line dialect: one text
// message is one line. A page of another origin is refused unless it matches one
// of origins.
func accept(w http.ResponseWriter, r *http.Request, origins []string) (*conn, error) {
	c := &conn{}
	ws, err := websocket.Accept(hijacked{w, c}, r, &websocket.AcceptOptions{OriginPatterns: origins})
	if err != nil {
		return nil, err
	}
	// A long message is what a long line is: it is passed on piece by piece, and
	// refused there.
	ws.SetReadLimit(-1)
	c.ws = ws
	return c, nil
}

// hijacked gives the library a connection of which it reads all, and to which it
// writes control frames only.
type hijacked struct {
	http.ResponseWriter
	c *conn
}

// Hijack takes the connection over, without the deadlines of an HTTP request.
func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	_ = nc.SetDeadline(time.Time{})
	h.c.Conn = nc
	under := &under{Conn: nc, c: h.c}
	rw.Writer.Reset(under)
	return under, rw, nil
}

// conn is a WebSocket as a connection of the line dialect. The library reads it;
// text is written here, for many frames have to go out in one write.
type conn struct {
	net.Conn // what the WebSocket goes over
	ws       *websocket.Conn
	evicted  func(reason string)

	// Owned by the reader.
	message io.Reader // nil: between two messages
	held    bool      // a line break, which counts only if something follows in the message
	cut     bool      // the peer has ended in the middle of whatever came last

	mu sync.Mutex // held over each write
	// Guarded by mu.
	inside bool   // a message was begun and not ended
	last   []byte // the last error frame
	closed bool   // the closing handshake is written or given up
}

// Read gives the text of each message and '\n'. A line break at the end of a
// message is not another line, and one within it is a space.
func (c *conn) Read(p []byte) (int, error) {
	if len(p) < 3 {
		return 0, io.ErrShortBuffer
	}
	for {
		if c.message == nil {
			if err := c.next(); err != nil {
				return 0, err
			}
		}
		// The first byte is for the break that is held, the last for the end.
		n, err := c.message.Read(p[1 : len(p)-1])
		n = c.straighten(p, n)
		switch {
		case c.cut && err == io.EOF:
			return 0, io.EOF // the library takes it for the end of the message
		case err == io.EOF:
			c.message, c.held = nil, false
			p[n] = '\n'
			return n + 1, nil
		case err != nil:
			return n, ended(err)
		case n > 0:
			return n, nil
		}
	}
}

// straighten makes spaces of the line breaks in p[1:1+n] and before, keeps one
// at the end back, and moves the text to the front of p.
func (c *conn) straighten(p []byte, n int) int {
	if n == 0 {
		return 0
	}
	start, end := 1, 1+n
	if c.held {
		start, p[0] = 0, ' '
	}
	if c.held = p[n] == '\n'; c.held {
		end--
	}
	for i, b := range p[1:end] {
		if b == '\n' {
			p[1+i] = ' '
		}
	}
	return copy(p, p[start:end])
}

// next waits for a message.
func (c *conn) next() error {
	kind, message, err := c.ws.Reader(context.Background())
	if err != nil {
		return ended(err)
	}
	if kind != websocket.MessageText {
		c.goodbye(websocket.StatusUnsupportedData, "text messages only")
		return errNotText
	}
	c.message = message
	return nil
}

// ended is the error of one who has closed, be it with a handshake or without:
// that is a leave like a FIN of the line dialect.
func ended(err error) error {
	if websocket.CloseStatus(err) != -1 || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}

// under is the connection below the WebSocket, as the library has it.
type under struct {
	net.Conn
	c *conn
}

func (u *under) Read(p []byte) (int, error) {
	n, err := u.Conn.Read(p)
	if err == io.EOF {
		u.c.cut = true
	}
	return n, err
}

// Write writes a control frame. The answer to a closing handshake waits for
// Close: until then the peer is sent what was said before its leave.
func (u *under) Write(p []byte) (int, error) {
	if len(p) > 0 && p[0] == final|closeFrame {
		return len(p), nil
	}
	u.c.mu.Lock()
	defer u.c.mu.Unlock()
	return u.Conn.Write(p)
}

// Close leaves the closing to the session.
func (u *under) Close() error { return nil }
