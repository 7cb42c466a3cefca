package measure

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// windows are stretches of the measured part, one after the other, whose
// deliveries are also kept apart.
type windows struct {
	length, from int64 // in seconds, and the first one's first second; 0: none are kept
	byNumber     map[int64]*hdrhistogram.Histogram
}

// StartWindows has deliveries also kept by windows of a length in whole seconds,
// from begin on.
func (m *Recorder) StartWindows(begin, length time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.windows.length, m.windows.from = int64(length/time.Second), m.timeline.secondOf(begin)
}

// WindowP99 returns the p99 of the deliveries of a window, numbered from 0; nil
// if they are too few.
func (m *Recorder) WindowP99(n int) *int64 { return percentile(m.windows.byNumber[int64(n)], 99) }

// of returns the histogram of a second's window; nil if it has none.
func (w *windows) of(second int64) *hdrhistogram.Histogram {
	if w.length <= 0 || second < w.from {
		return nil
	}
	n := (second - w.from) / w.length
	if w.byNumber[n] == nil {
		w.byNumber[n] = newHistogram()
	}
	return w.byNumber[n]
}
