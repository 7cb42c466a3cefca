// Package ceiling measures what this machine's loopback can do: one goroutine
// writes one buffer to N sockets without ever waiting for one, and what comes
// out at the other ends is thrown away. No chat server that copies every line
// to every reader can be faster, so a room's throughput as a share of the
// ceiling is a figure that travels from machine to machine.
//
// It knows no protocol: bytes are bytes.
package ceiling

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Pipes are N loopback connections with a discarding reader at each far end.
type Pipes struct {
	// Static after Open.
	near    []writer
	conns   []net.Conn
	readers sync.WaitGroup

	received atomic.Int64
}

// Open makes n connections over loopback TCP and starts their readers.
func Open(ctx context.Context, n int) (_ *Pipes, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on loopback: %w", err)
	}
	defer ln.Close()
	p := &Pipes{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	for range n {
		far, err := new(net.Dialer).DialContext(ctx, "tcp", ln.Addr().String())
		if err != nil {
			return p, fmt.Errorf("dial loopback: %w", err)
		}
		p.conns = append(p.conns, far)
		near, err := ln.Accept()
		if err != nil {
			return p, fmt.Errorf("accept on loopback: %w", err)
		}
		p.conns = append(p.conns, near)
		w, err := newWriter(near)
		if err != nil {
			return p, err
		}
		p.near = append(p.near, w)
		p.readers.Go(func() { p.discard(far) })
	}
	return p, nil
}

// Received is how many bytes the readers have read.
func (p *Pipes) Received() int64 { return p.received.Load() }

// Round writes b once to every socket that takes any of it at once; one that
// is full is passed over. It returns the bytes written.
func (p *Pipes) Round(b []byte) (int64, error) {
	written := int64(0)
	for i := range p.near {
		n, err := p.near[i].try(b)
		written += int64(n)
		if err != nil {
			return written, fmt.Errorf("write to loopback: %w", err)
		}
	}
	return written, nil
}

// Close ends all connections and waits for the readers.
func (p *Pipes) Close() error {
	var errs []error
	for _, c := range p.conns {
		errs = append(errs, c.Close())
	}
	p.readers.Wait()
	return errors.Join(errs...)
}

// Result is one measurement.
type Result struct {
	Bytes   int64         // read at the far ends
	Elapsed time.Duration // from the first write to the last read
}

// BytesPerSecond is the ceiling.
func (r Result) BytesPerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Bytes) / r.Elapsed.Seconds()
}

// Measure writes buffers of writeSize bytes to n sockets for d and returns what
// was read until then.
func Measure(ctx context.Context, n, writeSize int, d time.Duration) (Result, error) {
	p, err := Open(ctx, n)
	if err != nil {
		return Result{}, err
	}
	buf := make([]byte, writeSize)
	start := time.Now()
	for time.Since(start) < d && ctx.Err() == nil {
		if _, err := p.Round(buf); err != nil {
			return Result{}, errors.Join(err, p.Close())
		}
	}
	r := Result{Bytes: p.Received(), Elapsed: time.Since(start)}
	if err := p.Close(); err != nil && !errors.Is(err, io.EOF) {
		return r, err
	}
	return r, ctx.Err()
}
