// Package outlet writes to streams that may take nothing: a standard error that
// nobody reads, or whose reader is gone. Whoever writes to an [Outlet] never
// waits for it and never fails; lines that it does not take are counted, and
// their number is said in their place when it takes something again.
//
// It does not know what the lines are about.
package outlet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"
)

// held is how many bytes may wait.
const held = 256 << 10

// Outlet is an io.Writer for any goroutine. Each Write is to be whole lines:
// they are kept together, or lost together.
type Outlet struct {
	w io.Writer

	mu sync.Mutex
	// Guarded by mu.
	waiting []byte
	gap     uint64        // lines that were lost behind those that wait
	failed  uint64        // lines that were lost before those that wait
	torn    bool          // and the last of what was written has no end
	lost    uint64        // lines in all
	busy    chan struct{} // closed when nothing waits any more; nil: nothing does
	stuck   bool          // a flush has waited in vain since the last write
}

// New returns an Outlet to w. It has a goroutine only while something waits.
func New(w io.Writer) *Outlet { return &Outlet{w: w} }

// Unwrap returns what New was given.
func (o *Outlet) Unwrap() io.Writer { return o.w }

// Of returns w if it is an Outlet, else a new one to it.
func Of(w io.Writer) *Outlet {
	if o, ok := w.(*Outlet); ok {
		return o
	}
	return New(w)
}

// For returns a writer to a stream of the process: an Outlet, but for a file on
// disk, which always takes something, and a terminal, which programs ask for its
// width. From then on a write to a pipe whose reader is gone is an error, and no
// signal that ends the process.
func For(f *os.File) io.Writer {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() || term.IsTerminal(int(f.Fd())) {
		return f
	}
	return New(f)
}

// Dropping returns a writer to w for which it is no failure that the reader of a
// pipe is gone: head has had what it wanted. What comes then is dropped.
func Dropping(w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return w
	}
	return &dropping{w: w}
}

// dropping is for one goroutine at a time.
type dropping struct {
	w    io.Writer
	gone bool
}

func (d *dropping) Write(b []byte) (int, error) {
	if d.gone {
		return len(b), nil
	}
	n, err := d.w.Write(b)
	if d.gone = errors.Is(err, syscall.EPIPE); d.gone {
		return len(b), nil
	}
	return n, err
}

// Flush waits until nothing waits in those that are Outlets, but no longer than
// limit, and not again for one that has taken nothing since.
func Flush(limit time.Duration, of ...io.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for _, w := range of {
		if o, ok := w.(*Outlet); ok {
			o.flush(ctx)
		}
	}
}

func (o *Outlet) flush(ctx context.Context) {
	o.mu.Lock()
	busy, stuck := o.busy, o.stuck
	o.mu.Unlock()
	if busy == nil || stuck {
		return
	}
	select {
	case <-busy:
	case <-ctx.Done():
		o.mu.Lock()
		defer o.mu.Unlock()
		o.stuck = true
	}
}

// Write takes b over, or counts its lines as lost if too much waits already.
func (o *Outlet) Write(b []byte) (int, error) {
	lines := uint64(bytes.Count(b, newline))
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gap > 0 || len(o.waiting)+len(b) > held {
		o.gap += lines
		o.lost += lines
		return len(b), nil
	}
	o.waiting = append(o.waiting, b...)
	if o.busy == nil {
		o.busy = make(chan struct{})
		go o.run() // until nothing waits; Flush waits for that
	}
	return len(b), nil
}

// Lost returns how many lines were lost.
func (o *Outlet) Lost() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lost
}

// batch is what is written at once: lines, with marks before and behind them
// where others were lost.
type batch struct {
	lines          []byte
	before, behind uint64 // lost lines
	torn           bool   // there is an unfinished line before it
}

// run writes all there is, in one write after the other.
func (o *Outlet) run() {
	for {
		b, ok := o.next()
		if !ok {
			return
		}
		first := mark(b.before)
		if b.torn {
			first = slices.Concat(newline, first)
		}
		n, err := o.w.Write(slices.Concat(first, b.lines, mark(b.behind)))
		if err != nil {
			o.fail(b, n-len(first))
		}
	}
}

// next takes what waits; the writes before it have ended.
func (o *Outlet) next() (b batch, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stuck = false
	if len(o.waiting) == 0 && o.gap == 0 {
		close(o.busy)
		o.busy = nil
		return b, false
	}
	b = batch{o.waiting, o.failed, o.gap, o.torn}
	o.waiting, o.failed, o.gap, o.torn = nil, 0, 0, false
	return b, true
}

// fail counts the lines of a batch as lost of which only n bytes were written,
// and leaves them to the next mark.
func (o *Outlet) fail(b batch, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n < 0 {
		o.failed, o.torn = b.before, b.torn
	}
	o.torn = o.torn || 0 < n && n <= len(b.lines) && b.lines[n-1] != '\n'
	lines := uint64(bytes.Count(b.lines[min(max(0, n), len(b.lines)):], newline))
	o.failed += lines + b.behind
	o.lost += lines
}

var newline = []byte("\n")

// mark returns the line that stands for lost ones; empty for none.
func mark(lost uint64) []byte {
	switch lost {
	case 0:
		return nil
	case 1:
		return []byte("chatsim: 1 line is missing here: it could not be written\n")
	}
	return fmt.Appendf(nil, "chatsim: %d lines are missing here: they could not be written\n", lost)
}
