package feed

import (
	"runtime"
	"sync/atomic"
	"time"
)

// awake is how many writers of this process have something to do: several rooms of one
// share its processors.
var awake atomic.Int32

// turn is a writer's way around the subscribers.
type turn struct {
	served        int
	began         time.Duration
	writes, bytes uint64        // of the feed at its beginning
	urgent        bool          // more than news was to be written
	cut           bool          // one of its writes took only a part of what is pending
	slept         time.Duration // before it, as there was nothing to write
}

func (w *writer) beginLocked() {
	urgent := w.haste.begin() || w.urgent && w.cut
	w.turn = turn{began: w.now(), writes: w.stats.Writes, bytes: w.stats.Bytes, urgent: urgent}
}

// waitLocked waits until there is something to write, and begins a turn.
func (w *writer) waitLocked() {
	from := w.now()
	w.sleeping++
	awake.Add(-1)
	w.work.Wait()
	awake.Add(1)
	w.beginLocked()
	w.slept = w.began - from
}

// A rest adds to the time that a line takes: at most longestRest, or a quarter of a
// turn where that is more. One shorter than shortestRest is less than a processor without
// work sleeps for, and is taken only where there is something to write already.
const (
	longestRest  = 3 * time.Millisecond
	shortestRest = 200 * time.Microsecond
)

// rest returns how long a writer rests after a turn: as long as that took,
// where its writes were small. Most of what a small write costs is the system
// call, and those who append and those who read what was written get further
// meanwhile, so that the next turn has more for each write. At 500 subscribers and
// 5,000 lines a second it takes a third less of the processors than a writer that
// goes on at once; and at 20,000, where readers on the same two processors fall
// behind one that does, a delivery's p99 is 30 ms instead of 800. At 8,000 subscribers
// a turn takes 50 ms: a quarter of it leaves the median as it is, as the readers need the
// processors, and spares a tenth of them; half of it would cost a line 10 % and all of it 30 %.
//
// Where n writers are awake for each two processors, each rests n times as long, so that
// together they leave as much to the others as one does: three rooms that have the
// same lines, with 200 subscribers each, deliver 1.4 times as much, in writes three times
// as large.
func rest(took time.Duration, writers, processors int, writes, bytes uint64) time.Duration {
	if bytes >= writes*writeSize/2 {
		return 0
	}
	together := max(took, took*time.Duration(2*writers)/time.Duration(processors))
	return min(together, max(longestRest, took/4))
}

// pauseLocked gives the lock up for a rest, or for who else has something to do. A writer
// that has slept before its turn has rested already.
func (w *writer) pauseLocked() {
	d := rest(w.now()-w.began, int(awake.Load()), runtime.GOMAXPROCS(0), w.stats.Writes-w.writes, w.stats.Bytes-w.bytes) - w.slept
	if w.ready.empty() && d < shortestRest {
		return
	}
	w.Unlock()
	if d > 0 {
		time.Sleep(d)
	} else {
		runtime.Gosched()
	}
	w.mu.Lock()
}
