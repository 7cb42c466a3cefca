package loadgen

import (
	"math"
	"time"

	"chatsim/loadgen/report"
)

// movement is who came and went in one step of the run's time.
type movement struct{ joins, leaves, evicted int64 }

// step is how exactly movements are kept: while everybody joins it is not
// known yet where the seconds of the report begin.
const step = 100 * time.Millisecond

// moved notes joins, leaves and evictions at a time of the run.
func (m *measure) moved(at time.Duration, by movement) {
	m.lineMu.Lock()
	defer m.lineMu.Unlock()
	n := int64(at / step)
	m.present += by.joins - by.leaves - by.evicted
	sum := m.movements[n]
	m.movements[n] = movement{sum.joins + by.joins, sum.leaves + by.leaves, sum.evicted + by.evicted}
}

// course is the whole run second by second, counted from the end of the
// warm-up, from the first join to the last measured delivery.
func (r *run) course(took float64) []report.Moment {
	m := r.measure
	bySecond := make(map[int64]movement)
	first, last := int64(math.MaxInt64), int64(math.Ceil(took))-1
	for n, by := range m.movements {
		at := time.Duration(n)*step + step/2 - r.begin
		sec := int64(math.Floor(at.Seconds()))
		sum := bySecond[sec]
		bySecond[sec] = movement{sum.joins + by.joins, sum.leaves + by.leaves, sum.evicted + by.evicted}
		first, last = min(first, sec), max(last, sec)
	}
	zero := m.secondOf(r.begin)
	last = max(last, m.lastSecond()-zero)
	out := []report.Moment{}
	roster := int64(0)
	for sec := first; sec <= last; sec++ {
		by := bySecond[sec]
		roster += by.joins - by.leaves - by.evicted
		at := report.Moment{TS: float64(sec + 1), Phase: r.phaseOf(sec, took), Roster: roster, Joins: by.joins, Leaves: by.leaves, Evicted: by.evicted}
		if s := m.seconds[sec+zero]; s != nil {
			at.Observed = s.observed
		}
		out = append(out, at)
	}
	return out
}

// phaseOf is what the run was doing at the beginning of a second.
func (r *run) phaseOf(sec int64, took float64) string {
	switch at := float64(sec); {
	case at >= took:
		return report.PhaseDrain
	case at >= 0:
		return report.PhaseMeasured
	case at >= -math.Ceil(r.cfg.Warmup.Seconds()):
		return report.PhaseWarmup
	}
	return report.PhaseRamp
}
