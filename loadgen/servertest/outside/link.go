package outside

import (
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Weather is what a network does to a direction of a connection, where bytes
// keep their order and none is lost. The zero Weather is that of a wire without
// length.
type Weather struct {
	Delay  time.Duration // of every byte
	Jitter time.Duration // on top of it, up to this, drawn for each write
	Split  int           // bytes that a read brings at most; 0: as many as there are
	Merge  time.Duration // what is written within so long arrives together
	// Outage of every Every, in which nothing arrives; what is held back comes
	// at its end.
	Outage, Every time.Duration
}

// arrival returns when bytes arrive that are written at now, since some start.
func (w *Weather) arrival(now time.Duration, rnd *rand.Rand) time.Duration {
	at := now + w.Delay
	if w.Jitter > 0 {
		at += time.Duration(rnd.Int64N(int64(w.Jitter)))
	}
	if w.Merge > 0 {
		at = (at + w.Merge - 1) / w.Merge * w.Merge
	}
	if w.Every > 0 {
		if into := at % w.Every; into < w.Outage {
			at += w.Outage - into
		}
	}
	return at
}

// conn is one end of a connection that is in memory alone: a net.Conn with what
// package net's TCP connections have beside.
type conn struct{ in, out *half }

// connect returns the two ends of a connection whose directions have a weather
// each. All that is drawn is drawn from seed.
func connect(up, down Weather, seed uint64) (client, server *conn) {
	a, b := newHalf(up, seed), newHalf(down, seed+1)
	return &conn{in: b, out: a}, &conn{in: a, out: b}
}

func (c *conn) Read(b []byte) (int, error)       { return c.in.read(b) }
func (c *conn) Write(b []byte) (int, error)      { return c.out.write(b) }
func (c *conn) CloseWrite() error                { c.out.finish(); return nil }
func (c *conn) SetLinger(sec int) error          { c.out.abrupt(); return nil }
func (c *conn) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (c *conn) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2} }
func (c *conn) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (c *conn) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (c *conn) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }

// Close ends both directions. As in a kernel, unread bytes make a reset of it.
func (c *conn) Close() error {
	if c.in.hangUp() {
		c.out.abrupt()
	}
	c.out.finish()
	return nil
}

// lose has what is under way to the other end not arrive, but for so many of the
// parcels that are to come first, and returns how many those are that are lost.
func (c *conn) lose(but int) (lost int) {
	h := c.out
	h.mu.Lock()
	defer h.mu.Unlock()
	first, now := 0, time.Since(h.start)
	for first < len(h.queue) && h.queue[first].due <= now {
		first++
	}
	first = min(first+but, len(h.queue))
	lost = len(h.queue) - first
	h.queue = h.queue[:first]
	return lost
}

// underWay returns how many parcels have not arrived at the other end.
func (c *conn) underWay() (n int) {
	h := c.out
	h.mu.Lock()
	defer h.mu.Unlock()
	for now := time.Since(h.start); n < len(h.queue) && h.queue[len(h.queue)-1-n].due > now; n++ {
	}
	return n
}

// unread returns how many parcels have arrived at the other end and were not read.
func (c *conn) unread() (n int) {
	h := c.out
	h.mu.Lock()
	defer h.mu.Unlock()
	for now := time.Since(h.start); n < len(h.queue) && h.queue[n].due <= now; n++ {
	}
	return n
}

// cut has only the first half arrive of what was written last, which has not yet.
func (c *conn) cut() {
	h := c.out
	h.mu.Lock()
	defer h.mu.Unlock()
	last := &h.queue[len(h.queue)-1]
	last.b = last.b[:len(last.b)/2]
}

// half is one direction of a connection.
type half struct {
	Weather
	start time.Time

	mu    sync.Mutex
	moved chan struct{} // closed and made anew at each change
	// Guarded by mu.
	rnd   *rand.Rand
	queue []parcel
	last  time.Duration // arrival of what was written last
	ended bool          // nothing more is written
	reset bool          // by the writer: what was not read is lost
	shut  bool          // by the reader
}

type parcel struct {
	b   []byte
	due time.Duration
}

func newHalf(w Weather, seed uint64) *half {
	return &half{Weather: w, start: time.Now(), moved: make(chan struct{}), rnd: rand.New(rand.NewPCG(seed, 3))}
}

func (h *half) changedLocked() {
	close(h.moved)
	h.moved = make(chan struct{})
}

func (h *half) write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ended:
		return 0, net.ErrClosed
	case h.shut:
		return 0, &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}
	case len(b) == 0:
		return 0, nil
	}
	h.last = max(h.last, h.arrival(time.Since(h.start), h.rnd))
	h.queue = append(h.queue, parcel{append([]byte(nil), b...), h.last})
	h.changedLocked()
	return len(b), nil
}

func (h *half) finish() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		return
	}
	h.ended = true
	h.last = max(h.last, h.arrival(time.Since(h.start), h.rnd))
	h.changedLocked()
}

func (h *half) abrupt() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reset = true
	h.changedLocked()
}

// hangUp ends the reading, and reports whether there was something unread.
func (h *half) hangUp() (unread bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	unread = len(h.queue) > 0 && !h.shut
	h.shut, h.queue = true, nil
	h.changedLocked()
	return unread
}

func (h *half) read(b []byte) (int, error) {
	for {
		n, wait, moved, err := h.take(b)
		if n > 0 || err != nil {
			return n, err
		}
		if wait <= 0 {
			<-moved
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-moved:
		case <-t.C:
		}
		t.Stop()
	}
}

// take reads what has arrived. Where nothing has it returns for how long to
// wait, 0 for until moved is closed.
func (h *half) take(b []byte) (n int, wait time.Duration, moved <-chan struct{}, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Since(h.start)
	switch {
	case h.shut:
		return 0, 0, nil, net.ErrClosed
	case h.reset:
		return 0, 0, nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	case len(h.queue) == 0 && !h.ended:
		return 0, 0, h.moved, nil
	case len(h.queue) == 0 && h.last <= now:
		return 0, 0, nil, io.EOF
	case len(h.queue) == 0:
		return 0, h.last - now, h.moved, nil
	case h.queue[0].due > now:
		return 0, h.queue[0].due - now, h.moved, nil
	}
	room := len(b)
	if h.Split > 0 {
		room = min(room, 1+h.rnd.IntN(h.Split))
	}
	for n < room && len(h.queue) > 0 && h.queue[0].due <= now {
		p := &h.queue[0]
		k := copy(b[n:room], p.b)
		n += k
		if p.b = p.b[k:]; len(p.b) == 0 {
			h.queue = h.queue[1:]
		}
	}
	return n, 0, nil, nil
}
