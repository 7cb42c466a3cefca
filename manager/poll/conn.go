package poll

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// ErrWouldBlock is the error of a Read that has nothing to read yet.
var ErrWouldBlock net.Error = wouldBlock{}

type wouldBlock struct{}

func (wouldBlock) Error() string   { return "nothing to read yet" }
func (wouldBlock) Timeout() bool   { return true }
func (wouldBlock) Temporary() bool { return true } // TLS tries again then

// Conn is a connection of a Poller. Read is for the Poller's owner and never
// waits; everything else may be called from any goroutine.
type Conn struct {
	// Static after Add.
	poller *Poller
	owner  any
	addrs  addrs
	tag    uint64        // its slot and generation
	conn   net.Conn      // read by feed; nil: the kernel waits for fd
	more   chan struct{} // of feed: the piece is read, or the connection is closed

	// uses counts those who use fd, closing is added once: the last of them
	// closes the descriptor, so none ever uses that of another connection.
	uses atomic.Int64

	// Owned by the Poller's owner.
	round uint64 // the Wait that has returned it last
	told  bool   // that it is closed
	over  error  // what Read has ended with

	queued bool // guarded by Poller.mu: it is in the queue

	writing sync.Mutex // held over a whole Write

	mu sync.Mutex
	// Guarded by mu.
	fd       int // -1: none; constant while in use
	armed    interest
	reading  bool          // not paused
	full     bool          // a Write waits until fd is writable
	again    bool          // see Again
	writable chan struct{} // where it does; nil before the first time
	piece    []byte        // came in and is not read yet
	end      error         // of feed: what has ended the reading behind that
}

// closing in Conn.uses means that Close was called.
const closing = 1 << 40

// interest is what the kernel reports of a descriptor.
type interest uint8

const (
	toRead interest = 1 << iota
	toWrite
)

// event is what the kernel has reported.
type event struct {
	tag                uint64
	readable, writable bool
}

// Owner returns what the caller of Add has given.
func (c *Conn) Owner() any { return c.owner }

// LocalAddr and RemoteAddr are as of the connection that was added.
func (c *Conn) LocalAddr() net.Addr  { return c.addrs.local() }
func (c *Conn) RemoteAddr() net.Addr { return c.addrs.remote() }

// use begins a use of fd, unless the connection is closed.
func (c *Conn) use() bool {
	if c.uses.Add(1) < closing {
		return true
	}
	c.unuse()
	return false
}

func (c *Conn) unuse() {
	if c.uses.Add(-1) == closing {
		c.destroy()
	}
}

func (c *Conn) isClosed() bool { return c.uses.Load() >= closing }

// Read reads what is there, and returns ErrWouldBlock where nothing is.
func (c *Conn) Read(b []byte) (n int, err error) {
	switch {
	case len(b) == 0:
		return 0, nil
	case !c.use():
		c.told = true
		return 0, c.opError("read", net.ErrClosed)
	}
	defer c.unuse()
	switch {
	case c.over != nil:
		err = c.over
	case c.conn != nil || len(c.piece) > 0:
		n, err = c.readPiece(b)
	default:
		n, err = readDescriptor(c.fd, b)
	}
	if err == nil || err == ErrWouldBlock {
		return n, err
	}
	if c.over == nil && err != io.EOF && c.conn == nil {
		err = c.opError("read", err)
	}
	c.over = err
	c.setReading(false) // it would be reported for ever
	return n, err
}

// readPiece reads from the piece, and has feed bring the next.
func (c *Conn) readPiece(b []byte) (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.piece) == 0 {
		if c.end != nil {
			return 0, c.end
		}
		return 0, ErrWouldBlock
	}
	n = copy(b, c.piece)
	if c.piece = c.piece[n:]; len(c.piece) == 0 {
		c.piece = nil
		c.feedOn()
	}
	return n, nil
}

// unread reports whether a connection in the queue has something to read, and
// whether it stays there.
func (c *Conn) unread() (has, again bool) {
	if c.isClosed() {
		return !c.told, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	came := c.reading && (len(c.piece) > 0 || c.end != nil)
	has = came || c.again && c.reading
	c.again = false
	return has, came
}

// Again has Wait return the connection once more, whether or not anything has come:
// its owner has something of its own to look at. Behind a Pause it has not.
func (c *Conn) Again() {
	c.mu.Lock()
	c.again = true
	c.mu.Unlock()
	c.poller.enqueue(c)
}

// Pause has Wait not return the connection until Resume, whatever comes in. Where
// a goroutine feeds it, that reads on until it has something.
func (c *Conn) Pause() { c.setReading(false) }

// Resume ends Pause.
func (c *Conn) Resume() {
	if c.setReading(true) {
		c.poller.enqueue(c)
	}
}

// setReading reports whether there is something to read of which the kernel does
// not know.
func (c *Conn) setReading(on bool) bool {
	if !c.use() {
		return false
	}
	defer c.unuse()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = on
	_ = c.armLocked() // the kernel knows fd already, or fails for want of memory
	return len(c.piece) > 0 || c.end != nil
}

// opError puts an error into the form that package net has for it.
func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: c.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}
