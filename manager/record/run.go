package record

import (
	"fmt"
	"time"
)

const (
	firstRetry = 100 * time.Millisecond // after a failed write, doubled up to
	lastRetry  = 5 * time.Second
	maxKept    = 1 << 20 // bytes of a buffer that is used again
)

// run is the Recorder's goroutine: it writes all there is, then waits.
func (r *Recorder) run() {
	defer close(r.done)
	defer r.file.Close()
	var buf []byte
	var due <-chan time.Time // when what is written is to be made to last
	for {
		select {
		case <-r.wake:
		case <-due:
			r.sync()
			due = nil
			continue
		}
		b, lines, closing := r.next(buf)
		if !r.write(b, lines) {
			return // closing, and it cannot be written
		}
		if len(b) > 0 && due == nil {
			due = time.After(r.cfg.Sync)
		}
		if buf = b[:0]; cap(buf) > maxKept {
			buf = nil
		}
		if closing {
			r.sync()
			return
		}
	}
}

// next takes what waits, and leaves buf to gather the next.
func (r *Recorder) next(buf []byte) (b []byte, lines uint64, closing bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, lines = r.waiting, r.count
	r.waiting, r.count, r.writing = buf[:0], 0, len(b)
	return b, lines, r.closing
}

// write writes b however long that takes; false if it fails in closing.
func (r *Recorder) write(b []byte, lines uint64) bool {
	for wait := firstRetry; len(b) > 0; wait = min(2*wait, lastRetry) {
		n, err := r.file.Write(b)
		b = b[n:]
		r.wrote(n, len(b), lines)
		if err == nil {
			r.note("", nil)
			continue
		}
		r.note("write", err)
		if !r.retryIn(wait) {
			return false
		}
	}
	return true
}

// wrote books n bytes; the lines are in the file when none are left.
func (r *Recorder) wrote(n, left int, lines uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Bytes += uint64(n)
	r.writing = left
	if left == 0 {
		r.state.Lines += lines
	}
}

// retryIn waits until it is time to try again. In closing it is tried no more.
func (r *Recorder) retryIn(wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			r.signal() // there may be more by now
			return true
		case <-r.wake:
			r.mu.Lock()
			closing := r.closing
			r.mu.Unlock()
			if closing {
				return false
			}
		}
	}
}

// sync makes what is written last.
func (r *Recorder) sync() {
	err := r.file.Sync()
	if err != nil && !syncs(err) {
		err = nil // a pipe or a device, where nothing lasts
	}
	r.note("sync", err)
}

// note keeps what is wrong, and tells the first time. Only a success of the same
// step mends a failure to sync.
func (r *Recorder) note(step string, err error) {
	r.mu.Lock()
	before := r.state.Err
	switch {
	case err != nil:
		err = &failure{step, fmt.Errorf("%s the record %s: %w", step, r.path, unwrapped(err))}
	case before == nil:
		r.mu.Unlock()
		return
	default:
		if f, ok := before.(*failure); ok && f.step == "sync" && step != "sync" {
			r.mu.Unlock()
			return
		}
	}
	r.state.Err = err
	r.mu.Unlock()
	if before == nil || err == nil || before.Error() != err.Error() {
		r.cfg.Notify(err)
	}
}

// failure is an error of one step.
type failure struct {
	step string
	error
}

func (f *failure) Unwrap() error { return f.error }
