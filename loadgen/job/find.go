package job

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
)

// findDuration is that of a step, unless -duration is given.
const findDuration = 3 * time.Second

// finding is a search for the highest of what is sought with which the expression
// holds, every check passes and the load is made on time: doubling, then bisecting.
// What an interruption leaves is reported.
type finding struct {
	*Job
	*sought
	lc    loadgen.Config // of the next run
	found *report.Find
	tried tried
}

func (f *finding) run(ctx context.Context) (int, error) {
	if !f.Line.Explicit("duration") && len(f.lc.Scenario.Phases) == 0 {
		f.lc.Duration = findDuration
	}
	fmt.Fprintf(f.Stderr, "chatsim: looking for the %s %s, in at most %d rooms of %v each\n", f.most, &f.expr, maxSteps, f.lc.Duration)
	at := &search{sought: f.sought, next: f.begin()}
	f.found = &report.Find{Expr: f.expr.String(), Of: f.of, Cut: true, Why: fmt.Sprintf("ended after %d runs", maxSteps)}
	for len(f.found.Steps) < maxSteps {
		f.set(&f.lc, at.next)
		step, err := f.try(ctx, at.next)
		switch {
		case ctx.Err() != nil && (err == nil || len(f.found.Steps) > 0):
			f.found.Why = "interrupted"
			return f.conclude(ctx)
		case err != nil && len(f.found.Steps) > 0:
			f.tell(err)
			f.found.Why = fmt.Sprintf("the run %s could not be made: %v", f.at(at.next), err)
			return f.conclude(ctx)
		case err != nil:
			return 0, err
		}
		more := at.step(step.Holds)
		if at.holds == 0 && step.Value == nil && step.Verdict != report.Failed && step.Joined == nil {
			f.found.Why, f.found.Cut = f.tooFew(f.found.Steps), false
			break // a lower one has fewer samples still
		}
		if !more {
			f.found.Why, f.found.Cut = at.why(f.found.Steps), false
			break
		}
	}
	return f.conclude(ctx)
}

// begin returns where the search begins: what the command line has.
func (f *finding) begin() float64 {
	v := float64(f.lc.Rate)
	if f.of == report.FindUsers {
		v = float64(f.lc.Users)
	}
	return min(max(v, f.lowest), f.highest)
}

// try makes the run of a step, and takes in what came of it.
func (f *finding) try(ctx context.Context, v float64) (report.FindStep, error) {
	o, err := f.once(ctx, f.lc, f.Servers.Command)
	var step report.FindStep
	var barred *loadgen.StartError
	switch {
	case ctx.Err() != nil:
		return step, err
	case f.of == report.FindUsers && errors.As(err, &barred) && barred.Joined > 0:
		step = report.FindStep{Rate: f.lc.Rate, Why: err.Error(), Verdict: report.Inconclusive, Joined: &barred.Joined, Limited: barred.Ours()}
	case err != nil:
		return step, err
	default:
		step = stepOf(o.report, &f.expr)
		f.tried.take(o, step)
	}
	if f.of == report.FindUsers {
		step.Users = int(v)
	}
	f.found.Steps = append(f.found.Steps, step)
	if step.Holds {
		f.found.Rate = &step.Rate
		if f.of == report.FindUsers {
			f.found.Users = &step.Users
		}
	}
	f.say(&step)
	return step, nil
}

// tried are the runs of a search that may be reported.
type tried struct {
	best   *report.Report // at the highest that held
	failed *report.Report // the first in which a check failed
	last   *report.Report
	code   int // report.ExitBug if the room had one, else 0
}

func (t *tried) take(o outcome, step report.FindStep) {
	rep := o.report
	t.last = rep
	if o.panics > 0 {
		t.code = report.ExitBug
	}
	if step.Holds {
		t.best = rep
	}
	if t.failed == nil && rep.ExitCode() == report.ExitFailed {
		t.failed = rep
	}
}

// reported returns the run at the highest that held; without one, the run that
// says most of why there is none.
func (t *tried) reported() *report.Report {
	switch {
	case t.best != nil:
		return t.best
	case t.failed != nil:
		return t.failed
	}
	return t.last
}

// stepOf judges one run of the search.
func stepOf(rep *report.Report, limit *report.Threshold) report.FindStep {
	res := limit.Evaluate(rep)
	step := report.FindStep{Rate: rep.Config.Rate, Value: res.Value, DeliveriesPerS: rep.DeliveriesPerS,
		Verdict: rep.Verdict}
	if d := rep.Latency.Delivery; d != nil {
		step.P50, step.P99 = d.P50, d.P99
	}
	switch {
	case rep.ExitCode() == report.ExitFailed:
		step.Why = strings.Join(rep.Violated(), ", ") + " violated"
	case res.Value == nil:
		step.Why = res.Why
	case limitedBy(rep, limit, res):
		step.Limited = true
		step.Why = "generator-limited"
	case res.Verdict == report.Inconclusive:
		step.Why = res.Why
	case res.Verdict == report.Failed:
		step.Why = fmt.Sprintf("%s is %s", res.Metric, limit.Metric().Human(*res.Value))
	case rep.ExitCode() != report.ExitPassed:
		step.Why = string(rep.Verdict)
	}
	step.Holds = step.Why == ""
	return step
}

// keptRate is the share of a rate that must be sent for it to be kept.
const keptRate = 0.95

// limitedBy reports whether a step shows the generator's limit rather than the
// server's. Latencies count from when a line was due, so a late generator can
// only make them worse: what holds in spite of it does hold.
func limitedBy(rep *report.Report, limit *report.Threshold, res report.ThresholdResult) bool {
	if rep.SentPerS < keptRate*float64(rep.Config.Rate) && rep.Sent > fewLines && rep.Generator.Limited {
		return true
	}
	metric := strings.TrimPrefix(res.Metric, limit.Metric().Phase()+".")
	fromDue := false
	for _, name := range []string{"delivery.", "last.", "echo."} {
		fromDue = fromDue || strings.HasPrefix(metric, name)
	}
	return rep.Generator.Limited && !(fromDue && res.Verdict == report.Passed)
}

// fewLines are so few that chance decides how many fall into the measured part.
const fewLines = 1000

func (f *finding) say(step *report.FindStep) {
	word := "holds"
	if !step.Holds {
		word = step.Why
	}
	fmt.Fprintf(f.Stderr, "chatsim: %s: %s\n", f.found.Tried(step), word)
}

// conclude reports the search with one of its runs.
func (f *finding) conclude(ctx context.Context) (int, error) {
	rep := f.tried.reported()
	if rep == nil {
		rep = f.lc.Outline()
		f.identify(rep)
	}
	rep.Find, rep.Interrupted = f.found, ctx.Err() != nil
	rep.Reproduce += " -find-" + f.flag + " '" + f.found.Expr + "'"
	if bad := f.tried.failed; bad != nil && bad != rep {
		step := report.FindStep{Rate: bad.Config.Rate, Users: bad.Users}
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("%s a check failed: %s; -%s %v shows how", f.at(f.amount(&step)), bad.Evidence(), f.flag, f.amount(&step)))
	}
	if f.found.Rate != nil && generatorsLimit(f.found) {
		rep.Warnings = append(rep.Warnings, "beyond what was found the generator is the limit: the server may take more")
	}
	rep.Conclude(f.Thresholds)
	return report.Worst(rep.ExitCode(), f.tried.code), f.write(rep)
}

// generatorsLimit reports whether the lowest that did not hold was one that the
// generator could not make.
func generatorsLimit(f *report.Find) bool {
	var lowest *report.FindStep
	for i := range f.Steps {
		if step := &f.Steps[i]; !step.Holds && (lowest == nil || f.Amount(step) < f.Amount(lowest)) {
			lowest = step
		}
	}
	return lowest != nil && lowest.Limited
}
