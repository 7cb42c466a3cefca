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
	"slices"
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

// Received returns how many bytes the readers have read.
func (p *Pipes) Received() int64 { return p.received.Load() }

// Write writes what socket i takes of b at once; one that is full takes nothing.
func (p *Pipes) Write(i int, b []byte) (int, error) {
	n, err := p.near[i].try(b)
	if err != nil {
		return n, fmt.Errorf("write to loopback: %w", err)
	}
	return n, nil
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

// Slices are measurements right behind each other, in bytes a second.
type Slices []float64

// Measure writes buffers of writeSize bytes to n sockets for d, and returns how
// much was read in each slice of it, but for the first: that is the start. A
// slice goes on until something was read in it: where the readers have no
// processor for a slice, its length tells how slow that was.
func Measure(ctx context.Context, n, writeSize int, d, slice time.Duration) (Slices, error) {
	p, err := Open(ctx, n)
	if err != nil {
		return nil, err
	}
	s, err := p.measure(ctx, make([]byte, writeSize), d, slice)
	if cerr := p.Close(); err == nil && !errors.Is(cerr, io.EOF) {
		err = cerr
	}
	return s, err
}

func (p *Pipes) measure(ctx context.Context, b []byte, d, slice time.Duration) (s Slices, err error) {
	start := time.Now()
	begun, before := time.Duration(0), int64(0)
	for i := 0; ctx.Err() == nil; i = (i + 1) % len(p.near) {
		if _, err := p.Write(i, b); err != nil {
			return nil, err
		}
		now := time.Since(start)
		if now-begun < slice {
			continue
		}
		got := p.Received()
		if got == before {
			continue
		}
		if begun > 0 {
			s = append(s, float64(got-before)/(now-begun).Seconds())
		}
		if begun, before = now, got; now >= d && len(s) > 0 {
			return s, nil
		}
	}
	return nil, ctx.Err()
}

// Ceiling returns what the machine can do, the mean of the best quarter of the
// slices, and what it did at worse moments: a quarter of the slices are slower
// than low. A machine that is shared may be slow for a while, but none is faster
// than it can be; so what its slices disagree about is how slow it was.
func (s Slices) Ceiling() (bytesPerS, low float64) {
	if len(s) == 0 {
		return 0, 0
	}
	sorted := slices.Sorted(slices.Values(s))
	quarter := (len(sorted) + 3) / 4
	for _, v := range sorted[len(sorted)-quarter:] {
		bytesPerS += v / float64(quarter)
	}
	return bytesPerS, sorted[len(sorted)/4]
}
