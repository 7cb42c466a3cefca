package record

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"time"
)

const (
	firstRetry = 100 * time.Millisecond // after a failed write, doubled up to
	lastRetry  = time.Second
	lookEvery  = 500 * time.Millisecond // whether the file is still the one at its path
	maxKept    = 1 << 20                // bytes of a buffer that is used again
)

// step is what can fail, each for itself.
type step int

const (
	writing step = iota
	syncing
	opening
	steps
)

func (s step) String() string { return [...]string{"write", "sync", "open"}[s] }

// run is the Recorder's goroutine: it writes all there is, then waits.
func (r *Recorder) run() {
	defer close(r.done)
	defer r.file.Close()
	var look <-chan time.Time
	if r.at != nil {
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		look = tick.C
	}
	var buf []byte
	for {
		select {
		case <-r.wake:
		case <-r.due:
			r.sync()
			continue
		case <-look:
			r.follow(false)
			continue
		}
		if r.asked() {
			r.follow(true)
		}
		b, lines, closing := r.next(buf)
		lost, ok := r.write(b, lines, closing)
		if !ok {
			r.giveUp(lost)
		}
		if closing || !ok {
			r.sync()
			return
		}
		if buf = b[:0]; cap(buf) > maxKept {
			buf = nil
		}
	}
}

// asked reports whether Reopen was called.
func (r *Recorder) asked() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	anew := r.anew
	r.anew = false
	return anew
}

// follow looks for another file at the path.
func (r *Recorder) follow(anew bool) {
	if r.at != nil {
		r.at.follow(anew)
		r.note(opening, r.at.trouble)
	}
}

// next takes what waits, with a mark behind it if lines were lost there, and
// leaves buf to gather the next.
func (r *Recorder) next(buf []byte) (b []byte, lines uint64, closing bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, lines = r.waiting, r.count
	if r.gap > 0 {
		b = r.cfg.Format.appendGap(b, r.gap, r.gapEnd, time.Now())
		r.gap = 0
	}
	r.waiting, r.count, r.writing = buf[:0], 0, len(b)
	return b, lines, r.closing
}

// write writes b however long that takes; false, and how many of its lines are
// not in the file, if that fails in closing.
func (r *Recorder) write(b []byte, lines uint64, closing bool) (lost uint64, ok bool) {
	for wait := firstRetry; len(b) > 0; wait = min(2*wait, lastRetry) {
		n, err := r.file.Write(b)
		whole := min(lines, uint64(bytes.Count(b[:n], newline))) // a mark may be behind them
		b, lines = b[n:], lines-whole
		r.wrote(n, len(b), whole)
		r.noteWrite(err)
		if err == nil {
			continue
		}
		if closing {
			return lines, false
		}
		closing = r.retryIn(wait)
	}
	return 0, true
}

// noteWrite is note for a write, which has looked at the path first. What is at
// fault there is told once.
func (r *Recorder) noteWrite(err error) {
	if r.at != nil {
		r.note(opening, r.at.trouble)
		if errors.Is(err, errGone) && r.at.trouble != nil {
			err = nil
		}
	}
	r.note(writing, err)
}

// wrote books n bytes and the lines that end in them; left are still to be
// written.
func (r *Recorder) wrote(n, left int, lines uint64) {
	if n > 0 && r.due == nil {
		r.due = time.After(r.cfg.Sync)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Bytes += uint64(n)
	r.writing = left
	r.state.Lines += lines
}

// retryIn waits until it is time to try again: at once when Reopen is called,
// and in closing for the last time.
func (r *Recorder) retryIn(wait time.Duration) (closing bool) {
	t := time.NewTimer(wait)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			r.signal() // there may be more by now
			return false
		case <-r.due:
			r.sync()
		case <-r.wake:
			anew := r.asked()
			if anew {
				r.follow(true)
			}
			r.mu.Lock()
			closing = r.closing
			r.mu.Unlock()
			if closing || anew {
				r.signal() // for run, if it succeeds
				return closing
			}
		}
	}
}

// giveUp counts as lost these lines, and what waits. The next Open ends the line
// that the file may end in.
func (r *Recorder) giveUp(lines uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Lost += lines + r.count
	r.waiting, r.count, r.writing = nil, 0, 0
}

// sync makes what is written last, or tries again later.
func (r *Recorder) sync() {
	now := time.Now() // what is written later may not be in it
	err := r.file.Sync()
	if err != nil && !syncs(err) {
		err = nil // a pipe or a device, where nothing lasts
	}
	r.due = nil
	if err != nil {
		r.due = time.After(r.cfg.Sync)
	} else {
		r.mu.Lock()
		r.state.LastSync = now
		r.mu.Unlock()
	}
	r.note(syncing, err)
}

// note keeps what is wrong with each step, and tells of what is new, and of the
// end of all of it.
func (r *Recorder) note(s step, err error) {
	before := r.failing[s]
	if before == nil && err == nil {
		return
	}
	if err != nil && s != opening {
		err = fmt.Errorf("%s the record %s: %w", s, r.path, unwrapped(err))
	}
	r.failing[s] = err
	now := cmp.Or(r.failing[:]...)
	r.mu.Lock()
	r.state.Err = now
	r.mu.Unlock()
	if now == nil || err != nil && (before == nil || before.Error() != err.Error()) {
		r.cfg.Notify(err)
	}
}
