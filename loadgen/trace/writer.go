package trace

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"sync"
	"time"

	"chatsim/loadgen/check/ledger"
)

const (
	// flushEvery is how often what there is is written.
	flushEvery = time.Second
	// maxBehind is how many full blocks may wait for a slow disk before the
	// run waits too.
	maxBehind = 64
)

// Writer writes a trace. Its error, if any, is told by Close: a run goes on
// without its trace.
type Writer struct {
	// Owned by the flushing goroutine, and by Close after it.
	out     io.Writer
	deflate *flate.Writer
	packed  bytes.Buffer

	wake chan struct{} // a block is full
	quit chan struct{}
	done chan struct{}

	mu sync.Mutex
	// Guarded by mu.
	enc     encoder
	block   []byte   // to be filled
	full    [][]byte // to be written
	idle    [][]byte // memory
	written sync.Cond
	err     error
}

// NewWriter begins a trace with what is known before the run, as JSON.
func NewWriter(out io.Writer, header []byte) (*Writer, error) {
	w := &Writer{out: out, wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	w.written.L = &w.mu
	w.deflate, _ = flate.NewWriter(nil, flate.BestSpeed) // the level is valid
	if _, err := fmt.Fprintf(out, "%s%d\n", magic, Version); err != nil {
		return nil, err
	}
	if err := w.write(headerBlock, header); err != nil {
		return nil, err
	}
	go w.run()
	return w, nil
}

// Record takes an event: it is a ledger.Config's Record. It waits only if the
// disk is far behind.
func (w *Writer) Record(e *ledger.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return
	}
	w.block = w.enc.append(w.block, e)
	if len(w.block) < blockLen {
		return
	}
	w.sealLocked()
	select {
	case w.wake <- struct{}{}:
	default:
	}
	for len(w.full) > maxBehind && w.err == nil {
		w.written.Wait()
	}
}

// sealLocked takes the block as full.
func (w *Writer) sealLocked() {
	if len(w.block) == 0 {
		return
	}
	w.full = append(w.full, w.block)
	w.block = nil
	if n := len(w.idle); n > 0 {
		w.block, w.idle = w.idle[n-1][:0], w.idle[:n-1]
	}
}

// run writes what is full, and regularly what is not.
func (w *Writer) run() {
	defer close(w.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-w.wake:
			w.flush(false)
		case <-tick.C:
			w.flush(true)
		case <-w.quit:
			w.flush(true)
			return
		}
	}
}

func (w *Writer) flush(all bool) {
	w.mu.Lock()
	if all {
		w.sealLocked()
	}
	blocks, err := w.full, w.err
	w.full = nil
	w.mu.Unlock()
	for _, b := range blocks {
		if err == nil {
			err = w.write(eventBlock, b)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
	w.idle = append(w.idle[:0], blocks...)
	w.written.Broadcast()
}

// write writes one block, in one call.
func (w *Writer) write(kind byte, content []byte) error {
	if len(content) > maxBlock {
		return fmt.Errorf("a block of %d bytes is too large", len(content))
	}
	w.packed.Reset()
	w.packed.Write(make([]byte, blockHead))
	w.deflate.Reset(&w.packed)
	_, _ = w.deflate.Write(content) // to memory
	_ = w.deflate.Close()
	if n := w.packed.Len() - blockHead; n >= len(content) || n*maxDeflated < len(content) {
		w.packed.Truncate(blockHead)
		w.packed.Write(content)
	}
	b := w.packed.Bytes()
	putHead(b, kind, len(content), b[blockHead:])
	_, err := w.out.Write(b)
	return err
}

// Close ends the trace with the run's report, as JSON; without one, it leaves
// it as cut. It returns the first error that there was.
func (w *Writer) Close(summary []byte) error {
	close(w.quit)
	<-w.done
	if w.err == nil && summary != nil {
		w.err = w.write(summaryBlock, summary)
	}
	return w.err
}
