// Package record keeps what is said in a room: a file with a line for each
// message, as the original chat room's server wrote it. A [Recorder] is given
// what any reader of the room is given, by the feed, and is never waited for.
//
// It only ever appends: an unfinished last line, as a crash leaves it, is ended
// when a file is opened, and a file that holds something else than a record is
// refused. One that is moved away, deleted or emptied, as people rotate logs, is
// opened anew at once, and what was written to it while it had no name any more
// is written again. (Between the copying and the emptying by which some rotate,
// lines go to where the copy has been: those are lost as they are to any
// program.)
//
// A line goes to the file as soon as the
// writing and syncing of those before it is done: a process that is killed loses
// what was said in the last moments, as much as the reader of the room that is
// furthest behind, or what was said while the disk was busy with the last sync:
// at 45,000 lines a second on an ext4 disk what waited was written within 1 ms at
// the median, 3 ms at p99 and 50 ms at the most.
// A machine that loses its power loses at most what was said during
// [Config.Sync] beside, as long as its disk keeps up; after a sync that failed
// what came before it may be lost, too, though later ones succeed.
//
// While the disk takes nothing, lines wait in memory, and those that find no
// room there are counted, and their number written in their place as soon as it
// takes something again.
//
// The package does not know who is present, and keeps no joins and leaves.
package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"chatsim/manager/wire"
)

const (
	defaultBuffer = 16 << 20
	defaultSync   = time.Second
)

// Config sets a Recorder up; its zero value works.
type Config struct {
	Format Format
	Place  uint64        // of the last public entry before the first that is written
	Buffer int           // bytes of lines that may wait for the disk; 0: 16 MiB
	Sync   time.Duration // until a written line is made to last; 0: 1 s
	// Notify is told of the first failure of each kind, and with nil when all
	// is well again. It is called by the Recorder's goroutine.
	Notify func(error)
	// Opened is told each time the file is opened anew, and why in a word: it was
	// moved, deleted or truncated, or Reopen asked. It is called by the
	// Recorder's goroutine.
	Opened func(why string)
}

func (c *Config) setDefaults() {
	if c.Buffer <= 0 {
		c.Buffer = defaultBuffer
	}
	if c.Sync <= 0 {
		c.Sync = defaultSync
	}
	if c.Notify == nil {
		c.Notify = func(error) {}
	}
	if c.Opened == nil {
		c.Opened = func(string) {}
	}
}

// Recorder is an open record. Write is for one goroutine at a time, all else for
// any.
type Recorder struct {
	// Static after Open.
	cfg  Config
	path string
	file file
	at   *pathFile     // file; nil: it is never another one
	wake chan struct{} // holds one if there is something to do
	done chan struct{} // closed when the file is

	// Owned by the caller of Write.
	cut   []byte // the start of a frame whose end is in the next Write
	frame wire.Frame
	out   []byte
	place uint64 // public entries so far

	// Owned by run.
	failing [steps]error
	due     <-chan time.Time // when what is written is to be made to last; nil: it is

	mu sync.Mutex
	// Guarded by mu.
	waiting []byte // lines for the file
	count   uint64 // of them
	writing int    // bytes that were taken from waiting and are not in the file
	gap     uint64 // lines that were lost behind those that wait
	gapEnd  uint64 // place of the last of them
	anew    bool   // Reopen was called
	closing bool
	state   State
}

// State is how a record is doing.
type State struct {
	Err   error  // what is wrong; nil if all is well
	Lines uint64 // in the file, since Open
	Bytes uint64
	Lost  uint64 // lines for which there was no room, or that could not be written before Close
	Gaps  uint64 // places where some were lost
	// LastSync is when all that was written was last made to last.
	LastSync time.Time
	// Waiting is how many bytes are not in the file yet.
	Waiting int
}

// State tells how the record is doing.
func (r *Recorder) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.state
	s.Waiting = len(r.waiting) + r.writing
	return s
}

// Path returns the name of the file.
func (r *Recorder) Path() string { return r.path }

// SetWriteDeadline is there for the feed: a Write never waits.
func (r *Recorder) SetWriteDeadline(time.Time) error { return nil }

// Write takes frames of the line dialect, cut anywhere. It never fails.
func (r *Recorder) Write(b []byte) (int, error) {
	n, now, lines := len(b), time.Now(), uint64(0)
	r.out = r.out[:0]
	for {
		line, rest, ok := bytes.Cut(b, []byte("\n"))
		if !ok {
			r.cut = append(r.cut, b...)
			break
		}
		if len(r.cut) > 0 {
			r.cut = append(r.cut, line...)
			line = r.cut
		}
		if r.take(line, now) {
			lines++
		}
		r.cut, b = r.cut[:0], rest
	}
	if lines > 0 {
		r.push(lines)
	}
	return n, nil
}

// take encodes one frame if it is a message.
func (r *Recorder) take(line []byte, now time.Time) bool {
	f := &r.frame
	if f.Parse(line) != nil {
		return false
	}
	switch f.Kind {
	case wire.Join, wire.Leave:
		r.place += uint64(len(f.Names))
		return false
	case wire.Line:
		if !f.Private {
			r.place++
		}
		r.out = r.cfg.Format.appendMessage(r.out, f, r.place, now)
		return true
	case wire.Unknown:
		return r.moved(line, now)
	}
	return false
}

// moved takes a history without lines, by which the room tells at which place it goes
// on. That this server was not in it before that is recorded.
func (r *Recorder) moved(line []byte, now time.Time) bool {
	h, ok := wire.ParseHistory(line)
	if !ok || !h.Last {
		return false
	}
	r.place = h.Mark.Place
	if h.Missing {
		r.out = r.cfg.Format.appendMissing(r.out, r.place, now)
	}
	return h.Missing
}

// push has what was encoded written, if there is room for it. Once a line is
// lost all are, until what waits is taken: a gap is marked behind that.
func (r *Recorder) push(lines uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closing:
		r.state.Lost += lines
	case r.gap > 0 || len(r.waiting)+r.writing+len(r.out) > r.cfg.Buffer:
		if r.gap == 0 {
			r.state.Gaps++
		}
		r.gap += lines
		r.gapEnd = r.place
		r.state.Lost += lines
		r.signal() // for the mark
	default:
		r.waiting = append(r.waiting, r.out...)
		r.count += lines
		r.signal()
	}
}

func (r *Recorder) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Reopen has the file opened anew if it is another one by now, and tries again at
// once if it could not be written. It does not wait for that.
func (r *Recorder) Reopen() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.anew = true
	r.signal()
}

// Close writes what waits, makes it last and closes the file. It gives up when
// that fails once more, or ctx is done.
func (r *Recorder) Close(ctx context.Context) error {
	r.mu.Lock()
	if !r.closing {
		r.closing = true
		r.signal()
	}
	r.mu.Unlock()
	select {
	case <-r.done:
	case <-ctx.Done():
		s := r.State()
		return errors.Join(s.Err, fmt.Errorf("the record %s still waits for its disk, with %d bytes: %w", r.path, s.Waiting, ctx.Err()))
	}
	return r.State().Err
}
