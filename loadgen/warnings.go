package loadgen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
)

// warns returns of what a report warns, in sentences; nil: of nothing.
type warns func(o *outcome, rep *report.Report) []string

// doubts are all that there may be to warn of, in the order of the report.
var doubts = []warns{
	func(o *outcome, _ *report.Report) []string { return o.run.troubles.told() },
	others,
	func(o *outcome, _ *report.Report) []string { return sentence(o.limited) },
	slowed,
	serverLimits,
	unverified,
	func(o *outcome, _ *report.Report) []string { return o.run.asides.splits.warnings() },
	func(_ *outcome, rep *report.Report) []string { return strayWarnings(rep.Strays) },
	linked,
	func(o *outcome, _ *report.Report) []string { return sentence(o.run.cuts.warning()) },
	func(o *outcome, _ *report.Report) []string { return sentence(o.run.joining.warning()) },
	unheard,
	unable,
	tooShort,
	refusals,
	fewSamples,
	func(_ *outcome, rep *report.Report) []string { return standstills(rep) },
	func(o *outcome, _ *report.Report) []string {
		return o.run.turned.warnings(o.run.cfg.ExpectFull, int(o.run.presence.most.Load()))
	},
	func(o *outcome, _ *report.Report) []string { return o.run.clock.stopped() },
	func(o *outcome, _ *report.Report) []string { return o.run.usage.Doubts() },
	func(o *outcome, _ *report.Report) []string { return o.run.troubles.untold() },
}

// warnings returns whether the load was not made as planned, and what else to doubt.
func (o *outcome) warnings(rep *report.Report) []string {
	all := []string{}
	for _, doubt := range doubts {
		all = append(all, doubt(o, rep)...)
	}
	return slices.Clip(all)
}

// sentence returns a list of one; nil where the text is empty.
func sentence(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// maxNamed is how many of those who were in the room before are named.
const maxNamed = 5

// others tells who were in the room before the run: people, or the chatters of a run
// that was killed and of whom the server does not know yet.
func others(o *outcome, _ *report.Report) []string {
	before := o.result.Before
	if len(before) == 0 {
		return nil
	}
	shown := report.Printable(strings.Join(before[:min(len(before), maxNamed)], ", "))
	if len(before) > maxNamed {
		shown += fmt.Sprintf(" and %d more", len(before)-maxNamed)
	}
	return []string{"others were in the room before the run: " + shown + "; what they say and do has its place in the order, and is not judged"}
}

// slowed tells of a server that has said how fast it takes lines.
func slowed(o *outcome, _ *report.Report) []string {
	limit := o.run.asides.slowed()
	if limit <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("the server takes %v lines a second from each user and reads the others later; start it with -flood 0 to measure what it can do", limit)}
}

// heldBack is from when on deliveries take so long that a limit is likelier than
// a server that can do no more.
const heldBack = time.Second

// serverLimits tells of a limit that servers of the dialect have, where it seems to show.
func serverLimits(o *outcome, rep *report.Report) []string {
	limits := o.run.cfg.Capabilities.Limits
	if limits == "" {
		return nil
	}
	if d := rep.Latency.DeliveryActual; d != nil && d.P50 != nil && *d.P50 >= heldBack.Nanoseconds() {
		return []string{fmt.Sprintf("half of the deliveries took %v and more; %s", rounded(*d.P50), limits)}
	}
	if floods(&rep.Errors) {
		return []string{"the server closed connections over which more was said than it takes at once; " + limits}
	}
	return nil
}

// unverified tells what the run did not look at.
func unverified(o *outcome, _ *report.Report) []string {
	if o.run.cfg.Verify == check.Full {
		return nil
	}
	return []string{"verification reduced to -verify " + o.run.cfg.Verify.String()}
}

// linked tells what several linked servers do not promise.
func linked(o *outcome, _ *report.Report) []string {
	if o.run.cfg.Capabilities.Servers < 2 {
		return nil
	}
	return []string{"linked servers promise no order of all lines, joins and leaves: each is held to one of its own, and a link to the order of what it carries; -order total asks for one order of all"}
}

// unheard tells that own lines were not timed.
func unheard(o *outcome, _ *report.Report) []string {
	if !o.run.cfg.Capabilities.Silent {
		return nil
	}
	return []string{"no line comes back to its sender: own lines are counted as they are sent, and not timed"}
}

// unable tells how many checks the dialect leaves out.
func unable(o *outcome, _ *report.Report) []string {
	can := o.run.cfg.Capabilities
	n := check.Unable(can)
	if n == 0 || o.run.cfg.Verify != check.Full {
		return nil
	}
	return []string{fmt.Sprintf("with %s, %s cannot be exercised: -v shows why", can.Speaks(), report.Plural(int64(n), "check", "checks"))}
}

// tooShort tells what has ended the run before its time.
func tooShort(o *outcome, rep *report.Report) (all []string) {
	of := o.run.cfg.Duration.Seconds()
	if rep.Interrupted {
		all = append(all, fmt.Sprintf("interrupted after %.1f of %.1f s", rep.MeasuredS, of))
	}
	if o.endedEarly() {
		all = append(all, fmt.Sprintf("ended by -fail-fast after %.1f of %.1f s", rep.MeasuredS, of))
	}
	return all
}

// refusals tells of lines that the server did not take.
func refusals(_ *outcome, rep *report.Report) []string {
	if rep.Refused == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the server refused %d of %s and said %q; -threshold 'refused<=0' fails such a run",
		rep.Refused, report.Plural(rep.Sent, "line", "lines"), rep.Errors.Reason())}
}

// fewSamples tells that there is no p99.
func fewSamples(o *outcome, rep *report.Report) []string {
	if d := rep.Latency.Delivery; o.run.telling != nil || d != nil && d.P99 != nil {
		return nil
	}
	return []string{"too few samples: " + report.Plural(rep.Deliveries, "delivery", "deliveries") + ", and a p99 takes 100"}
}
