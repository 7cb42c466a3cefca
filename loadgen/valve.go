package loadgen

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// valve is a connection that reads and writes as slowly as it is told to.
type valve struct {
	net.Conn
	closed chan struct{}
	close  func() error

	reads, writes atomic.Pointer[flow]   // nil: at once
	last          atomic.Pointer[func()] // called before the last piece of the next Write, once

	sent, read atomic.Int64 // bytes
}

// flow is how fast bytes go until a time has come.
type flow struct {
	until <-chan struct{} // closed when they go at once again
	rate  float64         // bytes a second; 0: none
	bytes atomic.Int64    // that went so
}

func newValve(c net.Conn) *valve {
	v := &valve{Conn: c, closed: make(chan struct{})}
	v.close = sync.OnceValue(func() error {
		close(v.closed)
		return c.Close()
	})
	return v
}

// readSlowly has so many bytes a second be read until ctx ends; with 0 none is.
func (v *valve) readSlowly(ctx context.Context, rate float64) *flow {
	f := &flow{until: ctx.Done(), rate: rate}
	v.reads.Store(f)
	return f
}

// writeSlowly has so many bytes a second be written, one by one, until ctx ends.
func (v *valve) writeSlowly(ctx context.Context, rate float64) {
	v.writes.Store(&flow{until: ctx.Done(), rate: rate})
}

// beforeLast has f be called right before the next Write writes its last piece.
func (v *valve) beforeLast(f func()) { v.last.Store(&f) }

// pieces is how many a second a flow has at most.
const pieces = 1000

// chunk returns how many bytes go at once, in so many pieces a second.
func (f *flow) chunk(pieces float64) int { return max(1, int(f.rate/pieces)) }

// Read reads as fast as it may. A read that waits when that changes still ends as it
// has begun.
func (v *valve) Read(b []byte) (n int, err error) {
	f := v.reads.Load()
	switch {
	case f == nil || isClosed(f.until):
		n, err = v.Conn.Read(b)
	case f.rate == 0:
		if !v.wait(f.until, -1) {
			return 0, net.ErrClosed
		}
		n, err = v.Conn.Read(b)
	default:
		n, err = v.Conn.Read(b[:min(len(b), f.chunk(10))])
		f.bytes.Add(int64(n))
		v.wait(f.until, f.takes(n))
	}
	v.read.Add(int64(n))
	return n, err
}

// Write writes as fast as it may, and the rest at once when that is over.
func (v *valve) Write(b []byte) (n int, err error) {
	defer func() { v.sent.Add(int64(n)) }()
	for f := v.writes.Load(); f != nil && n < len(b)-1 && !isClosed(f.until); {
		k, err := v.Conn.Write(b[n : n+min(f.chunk(pieces), len(b)-1-n)])
		if n += k; err != nil {
			return n, err
		}
		if !v.wait(f.until, f.takes(k)) {
			return n, net.ErrClosed
		}
	}
	if before := v.last.Swap(nil); before != nil {
		(*before)()
	}
	k, err := v.Conn.Write(b[n:])
	return n + k, err
}

// takes returns how long so many bytes take.
func (f *flow) takes(n int) time.Duration {
	return time.Duration(float64(n) / f.rate * float64(time.Second))
}

// wait waits for d, or until a flow ends; below 0 for that alone. It is false if the
// connection is closed.
func (v *valve) wait(until <-chan struct{}, d time.Duration) bool {
	var over <-chan time.Time
	if d >= 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-until:
	case <-over:
	case <-v.closed:
		return false
	}
	return true
}

// Close closes the connection; whoever waits in a Read or Write returns.
func (v *valve) Close() error { return v.close() }

// NetConn returns the connection below, see socket.Under.
func (v *valve) NetConn() net.Conn { return v.Conn }

// CloseWrite ends sending, where the connection can do that.
func (v *valve) CloseWrite() error {
	if half, ok := v.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
