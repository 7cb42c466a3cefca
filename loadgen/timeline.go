package loadgen

import (
	"math"
	"time"

	"chatsim/loadgen/measure"
	"chatsim/loadgen/report"
)

// series returns the measured part second by second, and those after it in which
// its last lines were sent or arrived.
func (o *outcome) series() []report.Second {
	stage, line, took := &o.run.stage, o.line, o.took
	last := lastMeasured(line)
	if took > 0 {
		last = max(last, int64((stage.ended-1-stage.begin)/time.Second))
	}
	out := []report.Second{}
	for n := int64(0); n <= last; n++ {
		at, s := float64(n+1), line[n]
		if at > took && at-1 < took {
			at = took // the last one is shorter
		}
		out = append(out, report.Second{TS: at, Sent: s.Sent, Deliveries: s.Deliveries, P50: s.P50, P99: s.P99})
	}
	return out
}

// course returns the whole run second by second, from the first join to the last
// measured delivery.
func (o *outcome) course() []report.Moment {
	line := o.line
	first, last := int64(math.MaxInt64), max(int64(math.Ceil(o.took))-1, lastMeasured(line))
	for n, s := range line {
		if s.Moves != (measure.Moves{}) {
			first, last = min(first, n), max(last, n)
		}
	}
	out := []report.Moment{}
	roster := int64(0)
	for n := first; n <= last; n++ {
		s := line[n]
		roster += s.Joins - s.Leaves - s.Evicted
		out = append(out, report.Moment{TS: float64(n + 1), Phase: o.phaseOf(n), Roster: roster,
			Joins: s.Joins, Leaves: s.Leaves, Evicted: s.Evicted, Observed: s.Observed})
	}
	return out
}

// lastMeasured returns the last second in which a measured line was sent or
// arrived; -1 if there is none.
func lastMeasured(line map[int64]measure.Second) int64 {
	last := int64(-1)
	for n, s := range line {
		if s.Sent > 0 || s.Deliveries > 0 {
			last = max(last, n)
		}
	}
	return last
}

// phaseOf returns what the run was doing at the beginning of a second.
func (o *outcome) phaseOf(sec int64) string {
	switch at := float64(sec); {
	case at >= o.took:
		return report.PhaseDrain
	case at >= 0:
		return report.PhaseMeasured
	case at >= -math.Ceil(o.run.cfg.Warmup.Seconds()):
		return report.PhaseWarmup
	}
	return report.PhaseRamp
}
