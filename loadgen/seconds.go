package loadgen

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"chatsim/loadgen/report"
)

// second is one second, see secondOf. Its histogram goes once no more is to come.
type second struct {
	hist       *hdrhistogram.Histogram
	deliveries int64
	observed   int64 // deliveries of any line
	p50, p99   *int64
	slowest    time.Duration
}

// startAt has seconds begin with the measured part, so that its first is whole.
func (m *measure) startAt(begin time.Duration) {
	m.shift.Store(int64(begin % time.Second))
}

// secondOf numbers the second of a time of the run.
func (m *measure) secondOf(at time.Duration) int64 {
	return (int64(at) - m.shift.Load()) / int64(time.Second)
}

// lastSecond is the last one in which a measured line was sent or arrived.
func (m *measure) lastSecond() int64 {
	last := int64(-1)
	for n, s := range m.seconds {
		if s.deliveries > 0 {
			last = max(last, n)
		}
	}
	for n := range m.sentIn {
		last = max(last, n)
	}
	return last
}

// finishSecondsLocked takes the percentiles of the seconds up to one and lets
// their histograms go, so that a long run does not grow by one a second.
func (m *measure) finishSecondsLocked(upTo int64) {
	for n, s := range m.seconds {
		if n <= upTo && s.hist != nil {
			s.p50, s.p99 = s.percentiles()
			s.hist = nil
		}
	}
}

// percentiles are those of the second's deliveries so far.
func (s *second) percentiles() (p50, p99 *int64) {
	if s.hist == nil {
		return s.p50, s.p99
	}
	return report.Percentile(s.hist.TotalCount(), 50, s.hist.ValueAtPercentile),
		report.Percentile(s.hist.TotalCount(), 99, s.hist.ValueAtPercentile)
}

// slowest is the slowest delivery of the second around at and its neighbours.
func (m *measure) slowest(at time.Duration) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	sec, d := m.secondOf(at), time.Duration(0)
	for n := sec - 1; n <= sec+1; n++ {
		if s := m.seconds[n]; s != nil {
			d = max(d, s.slowest)
		}
	}
	return d
}
