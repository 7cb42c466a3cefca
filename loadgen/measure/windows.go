package measure

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// windows are stretches of the measured part, one after the other, whose lines'
// deliveries are also kept apart: a line belongs to the window in which it was
// sent, however late it came.
type windows struct {
	length, from int64 // in seconds, and the first one's first second
}

// StartWindows has deliveries also kept by windows of a length in whole seconds,
// from begin on.
func (m *Recorder) StartWindows(begin, length time.Duration) {
	m.windows.Store(&windows{length: int64(length / time.Second), from: m.timeline.secondOf(begin)})
}

// WindowP99 returns the p99 of the deliveries of a window's lines, numbered from
// 0; nil if they are too few.
func (m *Recorder) WindowP99(n int) *int64 {
	all := newHistogram()
	m.eachShard(func(sh *shard) {
		sh.mu.Lock()
		defer sh.mu.Unlock()
		if h := sh.windows[int64(n)]; h != nil {
			all.Merge(h)
		}
	})
	return percentile(all, 99)
}

// recordWindow records a delivery by the window in which its line was sent, and by
// the phase in which it was due. The shard is locked.
func (m *Recorder) recordWindow(sh *shard, sent time.Duration, x sample) {
	if p := m.phases.Load(); p != nil {
		sh.recordPhase(p, sent-x.late, x)
	}
	w := m.windows.Load()
	if w == nil || w.length <= 0 {
		return
	}
	second := m.timeline.secondOf(sent)
	if second < w.from {
		return
	}
	n := (second - w.from) / w.length
	if sh.windows == nil {
		sh.windows = make(map[int64]*hdrhistogram.Histogram)
	}
	if sh.windows[n] == nil {
		sh.windows[n] = newHistogram()
	}
	record(sh.windows[n], x.took+x.late)
}
