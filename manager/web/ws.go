package web

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/coder/websocket"

	"chatsim/manager/socket"
	"chatsim/manager/wire/ws"
)

const (
	// silence is how long nothing is heard of a peer until it is asked whether it
	// is there, and then again. Proxies cut connections that are idle, most after
	// a minute.
	silence = 30 * time.Second
	// unanswered is how many pings in a row are, until the peer is taken for gone.
	unanswered = 2
)

// errSilent ends a connection whose peer answers no ping. TCP may not know that
// it is gone: a proxy in between acknowledges for it.
var errSilent = &violation{websocket.StatusPolicyViolation, "two pings had no answer"}

// socket makes a WebSocket of a request and serves it until it has ended.
func (cfg *Config) socket(w http.ResponseWriter, r *http.Request) {
	c, err := accept(w, r, cfg.Origins, cfg.OfRoom != nil && cfg.OfRoom(r.Header.Get("Origin")))
	if err != nil {
		return // it was answered
	}
	c.evicted = func(reason string) { cfg.endings.add(r.URL.Query().Get("visit"), reason) }
	cfg.Serve(c)
}

// accept upgrades a request to a connection of the line dialect: one text
// message is one line. A page of another origin is refused unless it matches one
// of origins, or is known as one of the room. The library makes the handshake; frames
// are read and written here.
func accept(w http.ResponseWriter, r *http.Request, origins []string, known bool) (*conn, error) {
	h := &hijacked{ResponseWriter: w}
	if _, err := websocket.Accept(h, r, &websocket.AcceptOptions{OriginPatterns: origins, InsecureSkipVerify: known}); err != nil {
		return nil, err
	}
	return newConn(h.conn, h.early), nil
}

// hijacked takes the connection that the library asks for.
type hijacked struct {
	http.ResponseWriter
	conn  net.Conn
	early []byte // came behind the request
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	_ = nc.SetDeadline(time.Time{}) // those of the request
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	h.conn, h.early = nc, bytes.Clone(early)
	return unclosed{nc}, rw, nil
}

// unclosed is what the library has: it closes what nobody uses any more.
type unclosed struct{ net.Conn }

func (unclosed) Close() error { return nil }

// conn is a WebSocket as a connection of the line dialect.
type conn struct {
	net.Conn                 // what the WebSocket goes over
	socket   syscall.RawConn // the same, where frames can go there directly; nil: by Write
	evicted  func(reason string)
	echo     atomic.Uint32 // the code of the peer's closing frame; 0: none

	// Owned by the reader.
	in    decoder
	early []byte    // read before the first Read
	more  []byte    // text for which a Read had no room
	told  bool      // what has ended the frames was returned
	heard time.Time // when something came last
	asked int       // pings since then

	inside bool // Write has begun a message and not ended it; owned by who calls it

	mu sync.Mutex // held over each write, but never while waiting for socket
	// Guarded by mu.
	out    walk   // through what was written
	closed bool   // the closing handshake is written or given up
	left   []byte // control frames, of the first perhaps only what socket has not taken
	full   bool   // socket took less than it was given: who gave it waits until it takes more

	clock sync.Mutex
	// Guarded by clock.
	deadline time.Time // for reading, as the owner has set it; zero: none
	wake     time.Time // when a read ends to look whether the peer is silent
}

func newConn(nc net.Conn, early []byte) *conn {
	c := &conn{Conn: nc, early: early, heard: time.Now(), evicted: func(string) {}}
	if s, ok := nc.(interface{ Socket() syscall.RawConn }); ok {
		c.socket = s.Socket()
	} else {
		c.socket = socket.Raw(nc)
	}
	c.rest(c.heard.Add(silence))
	return c
}

// Read returns the text of each message and '\n'. It also returns, without
// text, when frames came that are no part of a line: see Extra. Once it has
// returned a violation it returns whatever comes, which can only be thrown away.
func (c *conn) Read(p []byte) (int, error) {
	if len(c.more) > 0 || len(p) <= lead {
		return c.readLittle(p)
	}
	for c.in.err == nil {
		n, err := c.some(p[lead:])
		n = c.in.take(p, n)
		c.answer()
		if n > 0 || c.in.extra > 0 || err != nil {
			return n, err // what has ended the frames is for the next Read
		}
	}
	if _, broken := c.in.err.(*violation); broken && c.told {
		return c.some(p)
	}
	c.told = true
	return 0, c.in.err
}

// Extra returns how many frames came since it was asked that ended no message:
// control frames and parts. Whoever limits lines has to count them.
func (c *conn) Extra() int {
	n := c.in.extra
	c.in.extra = 0
	return n
}

// Unfinished reports whether the stream has ended without a closing frame, or with
// one that says that the page goes: it may be loaded anew.
func (c *conn) Unfinished() (abrupt, going bool) {
	code := websocket.StatusCode(c.echo.Load())
	return code == 0, code == websocket.StatusGoingAway
}

// answer answers the last ping, and keeps the code to answer a closing frame
// with.
func (c *conn) answer() {
	if c.in.asked {
		c.in.asked = false
		c.control(ws.Pong, c.in.ping)
	}
	c.echo.Store(uint32(c.in.closing))
}

// readLittle is Read for what has no room for a whole step.
func (c *conn) readLittle(p []byte) (int, error) {
	if len(c.more) == 0 {
		b := make([]byte, 8*lead)
		n, err := c.Read(b)
		if c.more = b[:n]; err != nil && n == 0 {
			return 0, err
		}
	}
	n := copy(p, c.more)
	c.more = c.more[n:]
	return n, nil
}

// some waits for input, and asks a silent peer whether it is there.
func (c *conn) some(p []byte) (int, error) {
	if len(c.early) > 0 {
		n := copy(p, c.early)
		c.early = c.early[n:]
		return n, nil
	}
	for {
		n, err := c.Conn.Read(p)
		if n > 0 {
			c.heard, c.asked = time.Now(), 0
			return n, err
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) || c.overdue() {
			return 0, err
		}
		if err := c.wonder(); err != nil {
			return 0, err
		}
	}
}

// wonder asks a peer that has been silent for long whether it is there, and has
// the next read end when it is time to look again.
func (c *conn) wonder() error {
	now := time.Now()
	next := c.heard.Add(silence)
	if !now.Before(next) {
		if c.asked == unanswered {
			c.in.err, c.told = errSilent, true
			return errSilent
		}
		c.asked++
		next = now.Add(silence)
		if c.lockIdle() { // else something is being sent to it anyway
			c.mu.Unlock()
			c.control(ws.Ping, nil)
		}
	}
	c.rest(next)
	return nil
}

// rest has a read that waits at an instant end.
func (c *conn) rest(until time.Time) {
	c.clock.Lock()
	defer c.clock.Unlock()
	c.wake = until
	_ = c.readDeadlineLocked() // a connection that is closed needs none
}

// SetReadDeadline sets the owner's deadline: silence has its own. One timer of
// the system's poller serves both, and no goroutine waits for it.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.clock.Lock()
	defer c.clock.Unlock()
	c.deadline = t
	return c.readDeadlineLocked()
}

// SetDeadline sets both deadlines.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *conn) readDeadlineLocked() error {
	if c.deadline.IsZero() || c.wake.Before(c.deadline) {
		return c.Conn.SetReadDeadline(c.wake)
	}
	return c.Conn.SetReadDeadline(c.deadline)
}

// overdue reports whether the owner's deadline has passed.
func (c *conn) overdue() bool {
	c.clock.Lock()
	defer c.clock.Unlock()
	return !c.deadline.IsZero() && !time.Now().Before(c.deadline)
}
