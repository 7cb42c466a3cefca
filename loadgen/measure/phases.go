package measure

import (
	"time"

	"chatsim/loadgen/report"
)

// phases are stretches of which all figures are kept: what is measured belongs to
// that in which its line was due, however late it was sent.
type phases struct {
	stretches
	lines []phaseLines // guarded by Recorder.lineMu
}

// phaseLines are the figures of a phase that are not of deliveries.
type phaseLines struct {
	sent                         int64
	moves                        Moves
	last, skew, lag, join, leave deferred
}

// phaseReads are the deliveries of a phase's lines, in one shard.
type phaseReads struct {
	reads
	deliveries, bytes int64
}

// StartPhases has figures also kept by phases, which begin at those times of the
// run. It is called once, before the first.
func (m *Recorder) StartPhases(begins []time.Duration) {
	m.phases.Store(&phases{stretches: begins, lines: make([]phaseLines, len(begins))})
}

// recordPhase records a delivery in the phase of its line. The shard is locked.
func (sh *shard) recordPhase(p *phases, intended time.Duration, x *sample) {
	n := sh.phase
	if !p.is(n, intended) { // deliveries of a phase come one after the other
		n = p.of(intended)
		sh.phase = n
	}
	if sh.phases == nil {
		sh.phases = make([]phaseReads, len(p.stretches))
	}
	f := &sh.phases[n]
	f.deliveries++
	f.bytes += int64(x.bytes)
	if !x.untimed {
		f.time(x.took, x.late, x.own)
	}
}

// phaseAt calls f with the figures of lines of the phase of a time, if there are
// phases. lineMu is held.
func (m *Recorder) phaseAt(at time.Duration, f func(*phaseLines)) {
	if p := m.phases.Load(); p != nil {
		f(&p.lines[p.of(at)])
	}
}

// PhaseFigures returns what is measured of the nth phase, but for its name and
// what it was to be.
func (m *Recorder) PhaseFigures(n int) report.Phase {
	p := m.phases.Load()
	all := &p.lines[n]
	delivery, actual, echo := newHistogram(), newHistogram(), newHistogram()
	out := report.Phase{Sent: all.sent, Joined: all.moves.Joins, Left: all.moves.Leaves, Evicted: all.moves.Evicted}
	m.eachShard(func(sh *shard) {
		sh.mu.Lock()
		defer sh.mu.Unlock()
		if sh.phases == nil {
			return
		}
		f := &sh.phases[n]
		f.both.mergeInto(delivery, actual)
		f.delivery.mergeInto(delivery)
		f.actual.mergeInto(actual)
		f.echo.mergeInto(echo)
		out.Deliveries += f.deliveries
		out.Bytes += f.bytes
	})
	out.Latency = report.Latencies{Delivery: latency(delivery), DeliveryActual: latency(actual), Echo: latency(echo),
		Last: all.last.latency(), Skew: all.skew.latency(), Join: all.join.latency(), Leave: all.leave.latency()}
	if all.lag.Histogram != nil {
		out.ScheduleLagP99 = all.lag.ValueAtPercentile(99)
	}
	return out
}

// latency puts a histogram's figures into the report's form; nil if there is none.
func (d deferred) latency() *report.Latency {
	if d.Histogram == nil {
		return nil
	}
	return latency(d.Histogram)
}
