package measure

import (
	"slices"
	"sort"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// stretches are parts of the measured time, one behind the other: what is measured
// belongs to one of them by the time at which its line was due, or was sent, however
// late it came.
type stretches []time.Duration // when each begins

// of returns the stretch of a time; those before the first are its.
func (s stretches) of(at time.Duration) int {
	return max(0, sort.Search(len(s), func(i int) bool { return s[i] > at })-1)
}

// is reports whether a time is one of a stretch.
func (s stretches) is(n int, at time.Duration) bool {
	return at >= s[n] && (n+1 == len(s) || at < s[n+1])
}

// windowReads are the latencies of the lines that were sent in each window, in one
// shard.
type windowReads struct {
	begins stretches                 // those that the histograms are for
	all    []*hdrhistogram.Histogram // of each, in microseconds; nil where nothing came
	last   int                       // of the last delivery
}

// newCoarse returns a histogram for a window, of which there may be many: exact to a
// hundredth, in microseconds, it takes a tenth of newHistogram's memory.
func newCoarse() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, int64(longest/time.Microsecond), 2)
}

// StartWindows has deliveries also kept by windows, which begin at those times of
// the run, by when their lines were sent; what was sent before the first is in none.
func (m *Recorder) StartWindows(begins []time.Duration) {
	s := stretches(slices.Clone(begins))
	m.windows.Store(&s)
}

// WindowP99 returns the p99 of the deliveries of a window's lines, numbered from
// 0; nil if they are too few.
func (m *Recorder) WindowP99(n int) *int64 {
	all := newCoarse()
	m.eachShard(func(sh *shard) {
		sh.mu.Lock()
		defer sh.mu.Unlock()
		if n < len(sh.windows.all) && sh.windows.all[n] != nil {
			all.Merge(sh.windows.all[n])
		}
	})
	p99 := percentile(all, 99)
	if p99 != nil {
		*p99 *= int64(time.Microsecond)
	}
	return p99
}

// windowed reports whether recordWindow has anything to do.
func (m *Recorder) windowed() bool { return m.phases.Load() != nil || m.windows.Load() != nil }

// recordWindow records a delivery by the window in which its line was sent, and by
// the phase in which it was due. The shard is locked.
func (sh *shard) recordWindow(m *Recorder, sent time.Duration, x *sample) {
	if p := m.phases.Load(); p != nil {
		sh.recordPhase(p, sent-x.late, x)
	}
	w := m.windows.Load()
	if w == nil || x.untimed || len(*w) == 0 || sent < (*w)[0] {
		return
	}
	of := &sh.windows
	if of.all == nil {
		of.begins, of.all = *w, make([]*hdrhistogram.Histogram, len(*w))
	}
	if !of.begins.is(of.last, sent) { // deliveries of a window come one after the other
		of.last = of.begins.of(sent)
	}
	if of.all[of.last] == nil {
		of.all[of.last] = newCoarse()
	}
	_ = of.all[of.last].RecordValue(int64(min(max(x.took+x.late, 0), longest) / time.Microsecond))
}
