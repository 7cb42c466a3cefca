package measure

import (
	"time"

	"chatsim/loadgen/report"
)

// Interim is how the figures stand while a run goes on.
type Interim struct {
	Present  int64  // chatters in the room
	P50, P99 *int64 // of the last whole second, in nanoseconds; nil where there are too few

	Latency report.Latencies // so far, without curves
}

// Interim returns how the figures stand at a time of the run.
func (m *Recorder) Interim(at time.Duration) Interim {
	m.collect()
	var now Interim
	last := m.timeline.secondOf(at) - 1
	m.mu.Lock()
	if h := m.recent[last]; h != nil {
		now.P50, now.P99 = percentile(h, 50), percentile(h, 99)
	} else {
		s := m.timeline.second(last)
		now.P50, now.P99 = s.P50, s.P99
	}
	delivery, actual, echo := m.delivery.Clone(), m.actual.Clone(), m.echo.Clone()
	m.mu.Unlock()
	m.lineMu.Lock()
	read, skew, join, leave := m.last.Clone(), m.skew.Clone(), m.join.Clone(), m.leave.Clone()
	m.lineMu.Unlock()
	now.Present = m.timeline.inRoom()
	// Percentiles are taken of copies: the run does not wait for that.
	now.Latency = report.Latencies{Delivery: summary(delivery), DeliveryActual: summary(actual), Last: summary(read), Echo: summary(echo),
		Skew: summary(skew), Join: summary(join), Leave: summary(leave)}
	return now
}
