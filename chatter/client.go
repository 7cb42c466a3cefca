// Package chatter is one user of a chat room: a client over one connection
// that says lines, leaves in the way that it is told to, and returns what the
// server sends frame by frame. It is small while it has nothing to read, so
// that one process can hold thousands.
//
// A Client is a codec and a connection: which bytes are said and what comes back
// is the codec's (package dialect), and all of the protocol. The Client does not
// know who is present, what a line means or whether the server does its work
// right: whoever calls Next draws the conclusions.
package chatter

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"chatsim/chatter/dialect"
)

// Frame is one frame from the server. Its slices hold until the next Next.
type Frame = dialect.Frame

// FrameError is a frame that could not be understood. The frame is skipped, and
// Next may be called again.
type FrameError = dialect.FrameError

// What a line cannot carry, and when nothing can be said.
var (
	ErrNewline = dialect.ErrNewline
	ErrTarget  = dialect.ErrTarget
	ErrLeft    = dialect.ErrLeft
)

// Client is one user's connection to a chat room. Next is for one goroutine;
// everything else may be called from any, at any time.
type Client struct {
	// Static after construction.
	conn   net.Conn
	closed chan struct{}
	close  func() error
	freed  freeing
	answer func(dst []byte) []byte // codec.Answer, bound once as binding allocates

	writing sync.Mutex // held over the write of a line: lines stay whole
	left    bool       // guarded by writing: the leave is out

	mu sync.Mutex // taken alone or with writing held; not held over a read or write
	// Guarded by mu.
	codec dialect.Codec
	token string
	waits bool        // a request waits until the codec lets it go
	calls *Calls      // nil where the codec asks for nothing over HTTP
	ticks *time.Timer // nil where the codec knows no time

	in reader // owned by the goroutine that calls Next

	calling sync.WaitGroup // the goroutine of calls
	http    *HTTP
}

// Open puts a codec on a connection that is there, be it a socket, a pipe or TLS,
// and sends the login. It does not wait for the server's answer: the welcome is a
// frame like the others. The Client owns conn and codec from then on, but not if
// Open fails.
func Open(conn net.Conn, codec dialect.Codec) (*Client, error) { return open(conn, codec, nil) }

// open is Open where bytes of the server have been read already.
func open(conn net.Conn, codec dialect.Codec, early []byte) (*Client, error) {
	login, err := codec.Login(nil)
	if err != nil {
		return nil, err
	}
	c := &Client{conn: conn, codec: codec, answer: codec.Answer, closed: make(chan struct{}), freed: make(freeing, 1)}
	c.in.init(conn, early)
	c.close = sync.OnceValue(c.shut)
	if _, err := conn.Write(login); err != nil {
		return nil, fmt.Errorf("send the name: %w", err)
	}
	c.tick()
	return c, nil
}

// LimitFrames sets the longest frame that may come, in bytes, which is 1 MiB where
// nothing is said. One that does not end there ends the stream by a *FrameError
// that is ErrFrameTooLong. It is called before Next.
func (c *Client) LimitFrames(bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in.longest = bytes
	if h, ok := c.codec.(dialect.Holder); ok {
		h.LimitFrames(bytes)
	}
}

// Asks has what the codec asks for over HTTP beside its stream be asked for in this
// way, once Next or another method has the codec do something. It is called before
// those.
func (c *Client) Asks(http *HTTP) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.http, c.calls = http, NewCalls(http, &c.mu, c.calling.Go, func() {
		_ = c.say(c.answer) // an error is for Next to find
		c.mu.Lock()
		waits := c.waits
		c.mu.Unlock()
		c.freed.free(waits)
		c.in.wake()
	})
}

// HTTP returns what Asks was told; nil: nothing.
func (c *Client) HTTP() *HTTP { return c.http }

// shut is Close the first time.
func (c *Client) shut() error {
	close(c.closed)
	c.mu.Lock()
	if c.ticks != nil {
		c.ticks.Stop()
	}
	c.mu.Unlock()
	c.calls.Close()
	defer c.calling.Wait()
	return c.conn.Close()
}

// Release ends the Client and returns what it is made of, for a caller who reads
// many connections at once: the connection, the codec, which is at the place that
// the stream has reached, and the bytes that were read and not yet decoded. Nobody
// may be in a method of the Client, nor call one after that.
func (c *Client) Release() (conn net.Conn, codec dialect.Codec, unread []byte) {
	c.calls.Close()
	c.calling.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ticks != nil {
		c.ticks.Stop()
	}
	close(c.closed)
	unread = bytes.Clone(c.in.buf[c.in.start:c.in.end])
	c.in.release()
	return c.conn, c.codec, unread
}

// Through has all that the Client reads and writes from now on go through the
// connection that wrap makes of its own, such as one that is slower. Nobody may be
// in a method of the Client.
func (c *Client) Through(wrap func(net.Conn) net.Conn) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	early, longest := bytes.Clone(c.in.buf[c.in.start:c.in.end]), c.in.longest
	c.in.release()
	c.conn = wrap(c.conn)
	c.in = reader{}
	c.in.init(c.conn, early)
	c.in.longest = longest
}

// Name returns the name that the server assigned, as soon as Next has seen the
// welcome; until then the one asked for.
func (c *Client) Name() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.codec.Name()
}

// Token is by what the user can Return, as soon as Next has seen the welcome;
// empty if it was told none.
func (c *Client) Token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// Signs returns the name that the user's lines carry where that is another than Name
// and than the one asked for; in most dialects it is Name.
func (c *Client) Signs() string {
	if s, ok := c.codec.(dialect.Signer); ok {
		return s.Signs()
	}
	return c.Name()
}

// Say sends text to the group. The text may be anything that the dialect can
// carry; it is sent as it is.
func (c *Client) Say(text []byte) error {
	return c.send(func(dst []byte) ([]byte, error) { return c.codec.Say(dst, text) })
}

// Tell sends text to the user called target, and to nobody else.
func (c *Client) Tell(target string, text []byte) error {
	return c.send(func(dst []byte) ([]byte, error) { return c.codec.Tell(dst, target, text) })
}

// Order sends a line as it is, such as a command for the server. It holds no line
// break.
func (c *Client) Order(line string) error { return c.TypeLines(0, []byte(line)) }

// TypeLines sends lines as they are, all of them by one write, or by writes of so many
// bytes. It is errors.ErrUnsupported in dialects in which nobody types.
func (c *Client) TypeLines(each int, lines ...[]byte) error {
	typist, ok := c.codec.(dialect.Typist)
	if !ok {
		return fmt.Errorf("send a line as it is: %w", errors.ErrUnsupported)
	}
	return c.sendBy(each, func(dst []byte) (_ []byte, err error) {
		for _, line := range lines {
			if dst, err = typist.Type(dst, line); err != nil {
				return dst, err
			}
		}
		return dst, nil
	})
}

// Types reports whether TypeLines sends anything, and whether each line is a message of
// its own, see dialect.Typist.
func (c *Client) Types() (can, framed bool) {
	typist, ok := c.codec.(dialect.Typist)
	return ok, ok && typist.Framed()
}

// LongestText returns how many bytes of text the server takes in a line for a target,
// empty for the group; 0: no limit is known.
func (c *Client) LongestText(target string) (bytes int) {
	b, ok := c.codec.(dialect.Bounded)
	if !ok {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return b.Longest(target)
}

// Claim sends text to the group in the name of sender, to see what a server makes
// of it. It is errors.ErrUnsupported where the dialect has no way to.
func (c *Client) Claim(sender string, text []byte) error {
	claimer, ok := c.codec.(dialect.Claimer)
	if !ok {
		return fmt.Errorf("claim another sender: %w", errors.ErrUnsupported)
	}
	return c.send(func(dst []byte) ([]byte, error) { return claimer.Claim(dst, sender, text) })
}

// send writes what a request appends, as soon as the codec does not hold it.
func (c *Client) send(appends func(dst []byte) ([]byte, error)) error { return c.sendBy(0, appends) }

// sendBy is send by writes of at most so many bytes each; 0: by one.
func (c *Client) sendBy(each int, appends func(dst []byte) ([]byte, error)) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	buf := lines.Get().(*[]byte)
	out, err := c.encode((*buf)[:0], appends)
	for rest := out; err == nil && len(rest) > 0; {
		n := len(rest)
		if each > 0 {
			n = min(n, each)
		}
		_, err = c.conn.Write(rest[:n])
		rest = rest[n:]
	}
	if *buf = out; cap(out) <= bufferSize {
		lines.Put(buf)
	}
	return err
}

func (c *Client) encode(dst []byte, appends func(dst []byte) ([]byte, error)) ([]byte, error) {
	for {
		c.mu.Lock()
		until := c.codec.Held(time.Now())
		if c.waits = !until.IsZero(); !c.waits {
			out, err := appends(dst)
			c.calls.LookLocked()
			c.mu.Unlock()
			return out, err
		}
		c.mu.Unlock()
		if !c.wait(until) {
			return dst, net.ErrClosed
		}
	}
}

// wait waits until a time, or until the codec may have let a request go; false if
// the client is closed.
func (c *Client) wait(until time.Time) bool {
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-c.freed:
	case <-t.C:
	case <-c.closed:
		return false
	}
	return true
}

// lines lends the memory in which a line is put together.
var lines = sync.Pool{New: func() any {
	line := make([]byte, 0, 512)
	return &line
}}
