package loadgen

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
)

// report puts together what the run came to.
func (r *run) report(result check.Result) *report.Report {
	total, line := r.measure.Totals(), r.measure.Timeline()
	took := (r.stage.ended - r.stage.begin).Seconds()
	if took <= 0 { // interrupted before the measured part
		took = 0
	}
	rep := r.cfg.outline()
	rep.Interrupted, rep.CutBy = r.interrupted, r.cutBy
	rep.Joined, rep.Renamed, rep.Evicted = r.joined.Load(), r.renamed.Load(), r.departures.evictions()
	rep.Sent, rep.Deliveries, rep.ExpectedDeliveries, rep.MeasuredS = total.Sent, total.Deliveries, result.Expected, took
	rep.Latency, rep.Isolation = r.measure.Latencies(), r.isolation()
	rep.HeldUp, rep.Silence = r.heldUps.figures(), r.silence.figures()
	rep.Series, rep.Course = r.series(line, took), r.course(line, took)
	rep.Phases, rep.Roles = r.phaseFigures(), r.roleFigures(r.stage.ended, r.effects())
	rep.Losses = r.lossFigures(rep.Phases)
	rep.Resources, rep.Warnings = r.usage.Resources(), r.troubles.told()
	rep.LeftBy = r.departures.figures()
	rep.Left = rep.LeftBy.FIN + rep.LeftBy.RST + rep.LeftBy.HalfClose + rep.LeftBy.Vanish + rep.LeftBy.Lost
	if r.cfg.Verify <= check.Order {
		rep.Deliveries = result.Deliveries
	}
	if took > 0 {
		span := max(took, total.Span.Seconds()) // it is longer where the server falls behind
		rep.DeliveriesPerS = float64(total.Deliveries) / span
		rep.BytesPerS = float64(total.Bytes) / span
		rep.SentPerS = float64(total.Sent) / took
	}
	rep.Refused, rep.Errors, rep.Lost = result.Refused, r.errors.report(), result.Lost
	rep.Started = r.clock.wall(0)
	rep.Checks = checksOf(result, r.cfg.Verify, r.clock.wall)
	r.telling.report(rep)
	others(rep, result.Before)
	r.health(rep)
	return rep
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

// others adds a warning about who were in the room before the run: people, or the
// chatters of a run that was killed and of whom the server does not know yet.
func others(rep *report.Report, before []string) {
	if len(before) == 0 {
		return
	}
	shown := report.Printable(strings.Join(before[:min(len(before), maxNamed)], ", "))
	if len(before) > maxNamed {
		shown += fmt.Sprintf(" and %d more", len(before)-maxNamed)
	}
	rep.Warnings = append(rep.Warnings, "others were in the room before the run: "+shown+"; what they say and do has its place in the order, and is not judged")
}

// maxNamed is how many of them are named.
const maxNamed = 5

// heldBack is from when on deliveries take so long that a limit is likelier than
// a server that can do no more.
const heldBack = time.Second

// health reports whether the load was made as planned, and what else to doubt.
func (r *run) health(rep *report.Report) {
	r.generator(rep)
	if limit := math.Float64frombits(r.slowedTo.Load()); limit > 0 {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("the server takes %v lines a second from each user and reads the others later; start it with -flood 0 to measure what it can do", limit))
	}
	if d := rep.Latency.DeliveryActual; d != nil && d.P50 != nil && *d.P50 >= heldBack.Nanoseconds() && r.cfg.Capabilities.Limits != "" {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("half of the deliveries took %v and more; %s", rounded(*d.P50), r.cfg.Capabilities.Limits))
	} else if limits := r.cfg.Capabilities.Limits; limits != "" && floods(&rep.Errors) {
		rep.Warnings = append(rep.Warnings, "the server closed connections over which more was said than it takes at once; "+limits)
	}
	if v := r.cfg.Verify; v != check.Full {
		rep.Warnings = append(rep.Warnings, "verification reduced to -verify "+v.String())
	}
	rep.Warnings = slices.Concat(rep.Warnings, r.splits.warnings(), r.strays.warnings(r.clock.now()))
	if len(r.cfg.Doors) > 1 && r.cfg.Capabilities.Limits != "" { // it is IRC
		rep.Warnings = append(rep.Warnings, "servers of IRC that are linked promise no order of all lines, joins and leaves: each tells what its own clients do before what comes over a link")
	}
	for _, doubt := range []string{r.cuts.warning(), r.joining.warning()} {
		if doubt != "" {
			rep.Warnings = append(rep.Warnings, doubt)
		}
	}
	if r.cfg.Capabilities.Silent {
		rep.Warnings = append(rep.Warnings, "no line comes back to its sender: own lines are counted as they are sent, and not timed")
	}
	if n := check.Unable(r.cfg.Capabilities); n > 0 && r.cfg.Verify == check.Full {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("with %s, %s cannot be exercised: -v shows why", r.cfg.Capabilities.Speaks(), report.Plural(int64(n), "check", "checks")))
	}
	if rep.Interrupted {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("interrupted after %.1f of %.1f s", rep.MeasuredS, r.cfg.Duration.Seconds()))
	}
	r.shortened(rep)
	if rep.Refused > 0 {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("the server refused %d of %s and said %q; -threshold 'refused<=0' fails such a run",
			rep.Refused, report.Plural(rep.Sent, "line", "lines"), rep.Errors.Reason()))
	}
	if d := rep.Latency.Delivery; r.telling == nil && (d == nil || d.P99 == nil) {
		rep.Warnings = append(rep.Warnings, "too few samples: "+report.Plural(rep.Deliveries, "delivery", "deliveries")+", and a p99 takes 100")
	}
	rep.Warnings = slices.Concat(rep.Warnings, standstills(rep), r.turned.warnings(r.cfg.ExpectFull, int(r.most.Load())), r.clock.stopped(), r.usage.Doubts(), r.troubles.untold())
	if rep.Warnings == nil {
		rep.Warnings = []string{}
	}
}
