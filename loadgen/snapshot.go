package loadgen

import (
	"time"

	"chatsim/loadgen/report"
)

// Snapshot is how a run stands.
type Snapshot struct {
	Progress
	At      time.Duration    // since the run began
	Present int64            // chatters in the room
	Evicted map[string]int64 // closed by the server so far, by reason

	Refused int64         // lines answered by an error so far
	Errors  report.Errors // what the server has said in errors so far

	// Delivery latency of measured lines in the last whole second, in
	// nanoseconds; nil where there are too few.
	P50, P99 *int64

	Latency report.Latencies // so far, without curves

	// Checks are those of the run's level. Nothing has passed before the end:
	// the verdict of those with nothing against them is empty, see
	// check.Interim.
	Checks []report.Check

	Roles []RoleNow
}

// snapshot returns how the run stands.
func (m *monitor) snapshot() Snapshot {
	r := m.run
	s := Snapshot{Progress: m.progress(), At: r.clock.now()}
	figures := r.measure.Interim(s.At)
	s.Present, s.P50, s.P99, s.Latency = figures.Present, figures.P50, figures.P99, figures.Latency
	s.Evicted = r.departures.evictions()
	s.Refused, s.Errors = r.judge.Refused(), r.asides.errors.report()
	s.Roles = r.casts.now(s.Phase)
	now := r.judge.Interim()
	s.Suspected, s.Checks = now.Suspected, now.Checks
	return s
}
