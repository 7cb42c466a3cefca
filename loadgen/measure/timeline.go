package measure

import (
	"sync"
	"sync/atomic"
	"time"
)

// Second is what one second of the run had.
type Second struct {
	Moves
	Sent       int64  // measured lines
	Deliveries int64  // of measured lines
	Observed   int64  // deliveries, measured or not
	P50, P99   *int64 // of the measured deliveries, in nanoseconds; nil where there are too few

	slowest time.Duration
}

// Moves are how many came and went.
type Moves struct{ Joins, Leaves, Evicted int64 }

func (v *Moves) add(by Moves) {
	v.Joins += by.Joins
	v.Leaves += by.Leaves
	v.Evicted += by.Evicted
}

// step is how exactly moves are kept while everybody joins: it is not known yet
// where seconds begin.
const step = 100 * time.Millisecond

// timeline is the run second by second. Its lock is held for a few counts only:
// who sends a line takes it.
type timeline struct {
	shift atomic.Int64 // ns; seconds begin so much after whole seconds of the run

	mu sync.Mutex
	// Guarded by mu.
	seconds map[int64]*Second
	early   map[int64]Moves // by step, of before start
	started bool
	zero    int64 // the first measured second
	present int64 // who is in the room
}

// start begins the measured seconds at begin, and counts the moves so far in theirs.
func (t *timeline) start(begin time.Duration) {
	t.shift.Store(int64(begin % time.Second))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.started, t.zero = true, t.secondOf(begin)
	for n, by := range t.early {
		t.atLocked(t.secondOf(time.Duration(n)*step + step/2)).add(by)
	}
	t.early = nil
}

// secondOf returns the number of the second of a time of the run.
func (t *timeline) secondOf(at time.Duration) int64 {
	since := int64(at) - t.shift.Load()
	if since < 0 { // before the first whole second
		return -1
	}
	return since / int64(time.Second)
}

func (t *timeline) atLocked(n int64) *Second {
	s := t.seconds[n]
	if s == nil {
		s = new(Second)
		t.seconds[n] = s
	}
	return s
}

// sent counts a measured line that was sent at a time of the run.
func (t *timeline) sent(at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.atLocked(t.secondOf(at)).Sent++
}

// arrived counts deliveries of a second, and reports whether the second has its
// percentiles already.
func (t *timeline) arrived(n, deliveries, observed int64, slowest time.Duration) (rated bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.atLocked(n)
	s.Deliveries += deliveries
	s.Observed += observed
	s.slowest = max(s.slowest, slowest)
	return s.P50 != nil
}

// rate sets the percentiles of a second.
func (t *timeline) rate(n int64, p50, p99 *int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.atLocked(n)
	s.P50, s.P99 = p50, p99
}

func (t *timeline) moved(at time.Duration, by Moves) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.present += by.Joins - by.Leaves - by.Evicted
	if t.started {
		t.atLocked(t.secondOf(at)).add(by)
		return
	}
	sum := t.early[int64(at/step)]
	sum.add(by)
	t.early[int64(at/step)] = sum
}

func (t *timeline) slowest(at time.Duration) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, d := t.secondOf(at), time.Duration(0)
	for i := n - 1; i <= n+1; i++ {
		if s := t.seconds[i]; s != nil {
			d = max(d, s.slowest)
		}
	}
	return d
}

// second returns what is known of a second, the percentiles only once it is rated.
func (t *timeline) second(n int64) Second {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.seconds[n]; s != nil {
		return *s
	}
	return Second{}
}

// numbered returns the seconds by number, the first measured one's being 0.
func (t *timeline) numbered() map[int64]Second {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make(map[int64]Second, len(t.seconds))
	for n, s := range t.seconds {
		out[n-t.zero] = *s
	}
	return out
}

func (t *timeline) inRoom() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.present
}
