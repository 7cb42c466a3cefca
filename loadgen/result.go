package loadgen

import (
	"slices"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/measure"
	"chatsim/loadgen/report"
)

// outcome is what a run came to, of which its report is made, once all is over.
type outcome struct {
	run     *run
	result  check.Result
	line    map[int64]measure.Second // the timeline
	took    float64                  // seconds of the measured part
	limited string                   // by what the generator was the limit, in a sentence
}

// outcomeOf returns that of a run that the judge has judged.
func outcomeOf(r *run, result check.Result) *outcome {
	took := max(0, (r.stage.ended - r.stage.begin).Seconds()) // 0: interrupted before the measured part
	return &outcome{run: r, result: result, line: r.measure.Timeline(), took: took}
}

// report puts it together.
func (o *outcome) report() *report.Report {
	r, result := o.run, o.result
	rep := r.cfg.outline()
	rep.Started, rep.Interrupted, rep.CutBy = r.clock.wall(0), r.ending.interrupted, r.ending.cutBy
	rep.Joined, rep.Renamed, rep.Evicted = r.presence.joined.Load(), r.presence.renamed.Load(), r.departures.evictions()
	rep.LeftBy = r.departures.figures()
	rep.Left = rep.LeftBy.FIN + rep.LeftBy.RST + rep.LeftBy.HalfClose + rep.LeftBy.Vanish + rep.LeftBy.Lost
	rep.Refused, rep.Errors, rep.Lost = result.Refused, r.asides.errors.report(), result.Lost
	rep.Strays = r.asides.strays.figures(r.clock.now())
	o.deliveries(rep)
	rep.Latency, rep.Isolation = r.measure.Latencies(), r.casts.isolation()
	rep.HeldUp, rep.Silence = r.heldUps.figures(), r.silence.figures()
	rep.Series, rep.Course = o.series(), o.course()
	rep.Phases, rep.Roles = o.phases(), r.casts.figures(r.stage.ended, r.casts.effects())
	rep.Losses = r.losses.figures(rep.Phases)
	rep.Resources = r.usage.Resources()
	rep.Generator, o.limited = o.generator(&rep.Latency)
	rep.Checks = checksOf(result, r.cfg.Verify, r.clock.wall)
	r.telling.report(rep)
	if o.endedEarly() && !slices.ContainsFunc(rep.Checks, func(c report.Check) bool { return c.Verdict == report.Failed }) {
		rep.CutBy = "-fail-fast, at a suspicion that has come to nothing" // such a run is too short to be passed
	}
	rep.Warnings = o.warnings(rep)
	return rep
}

// deliveries fills in what was sent and delivered, and how fast.
func (o *outcome) deliveries(rep *report.Report) {
	total := o.run.measure.Totals()
	rep.Sent, rep.Deliveries, rep.ExpectedDeliveries, rep.MeasuredS = total.Sent, total.Deliveries, o.result.Expected, o.took
	if o.run.cfg.Verify <= check.Order {
		rep.Deliveries = o.result.Deliveries
	}
	if o.took > 0 {
		span := max(o.took, total.Span.Seconds()) // it is longer where the server falls behind
		rep.DeliveriesPerS = float64(total.Deliveries) / span
		rep.BytesPerS = float64(total.Bytes) / span
		rep.SentPerS = float64(total.Sent) / o.took
	}
}

// endedEarly reports whether a violation has ended the load.
func (o *outcome) endedEarly() bool {
	return o.run.ending.failed.Load() && o.took < o.run.cfg.Duration.Seconds()
}

// checksOf returns what the judge says of a run's checks. Those that its level
// leaves out say how to have them; wall returns when a time of the run was.
func checksOf(result check.Result, level check.Level, wall func(time.Duration) time.Time) []report.Check {
	for i := range result.Checks {
		if c := &result.Checks[i]; c.Verdict == report.NotExercised && level != check.Full && c.Reason == "" {
			c.Reason = "run with -verify " + level.String()
		}
		for k := range result.Checks[i].Witnesses {
			w := &result.Checks[i].Witnesses[k]
			for _, at := range []*report.Instant{w.Sent, w.Arrived, w.Others} {
				if at != nil {
					at.Wall = wall(time.Duration(at.NS))
				}
			}
		}
	}
	return result.Checks
}
