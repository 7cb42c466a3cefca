package job

import (
	"context"
	"fmt"
	"strings"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
)

const (
	findDuration = 3 * time.Second // of a step, unless -duration is given
	closeEnough  = 1.1             // between a rate that holds and one that does not
	maxSteps     = 24              // each a room: the search's bound in time
	lowest       = 1               // lines a second
	highest      = 10_000_000
)

// search is where the highest rate is looked for; it knows no run.
type search struct {
	holds, fails float64 // the highest rate that held, the lowest that did not; 0: none yet
	next         float64
}

// step takes in whether the rate that was next held, and says whether there is
// another to try.
func (s *search) step(held bool) bool {
	if held {
		s.holds = s.next
	} else {
		s.fails = s.next
	}
	switch {
	case s.fails == 0:
		s.next *= 2
	case s.holds == 0:
		s.next /= 2
	default:
		s.next = rounded((s.holds + s.fails) / 2)
	}
	if s.next < lowest || s.next > highest {
		return false
	}
	return s.holds == 0 || s.fails == 0 || s.fails/s.holds > closeEnough && s.next != s.holds && s.next != s.fails
}

// rounded keeps rates that people can read: whole above 10.
func rounded(v float64) float64 {
	if v > 10 {
		return float64(int64(v))
	}
	return v
}

// find looks for the highest rate at which the expression holds, every check
// passes and the load is made on time: doubling, then bisecting. What an
// interruption leaves is reported.
func (s *Job) find(ctx context.Context) (int, error) {
	lc := s.Load
	if !s.Line.Explicit("duration") && len(lc.Scenario.Phases) == 0 {
		lc.Duration = findDuration
	}
	fmt.Fprintf(s.Stderr, "chatsim: looking for the highest rate at which %s, in at most %d rooms of %v each\n", s.FindRate, maxSteps, lc.Duration)
	at := &search{next: float64(lc.Rate)}
	found := &report.Find{Expr: s.FindRate.String(), Cut: true, Why: fmt.Sprintf("ended after %d runs", maxSteps)}
	var tried tried
	for len(found.Steps) < maxSteps {
		lc.Rate = report.Rate(at.next)
		o, err := s.once(ctx, lc, s.Servers.Command)
		switch {
		case ctx.Err() != nil && (err == nil || len(found.Steps) > 0):
			found.Why = "interrupted"
			return s.concludeFind(ctx, lc, found, tried)
		case err != nil && len(found.Steps) > 0:
			s.tell(err)
			found.Why = fmt.Sprintf("the run at %v/s could not be made: %v", lc.Rate, err)
			return s.concludeFind(ctx, lc, found, tried)
		case err != nil:
			return 0, err
		}
		step := s.step(o.report)
		found.Steps = append(found.Steps, step)
		tried.take(o, step)
		s.sayStep(step)
		if step.Holds {
			found.Rate = &step.Rate
		}
		more := at.step(step.Holds)
		if at.holds == 0 && step.Value == nil && step.Verdict != report.Failed {
			found.Why, found.Cut = tooFew(found.Steps), false
			break // a lower rate has fewer samples still
		}
		if !more {
			found.Why, found.Cut = at.why(found.Steps), false
			break
		}
	}
	return s.concludeFind(ctx, lc, found, tried)
}

// tried are the runs of a search that may be reported.
type tried struct {
	best   *report.Report // at the highest rate that held
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

// reported returns the run at the highest rate that held; without one, the run that
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

// why says what ended a search that came to its own end.
func (s *search) why(steps []report.FindStep) string {
	if s.fails == 0 {
		return "no higher rate can be scheduled"
	}
	why := ""
	for _, step := range steps {
		if float64(step.Rate) == s.fails {
			why = ", " + step.Why
		}
	}
	if s.holds == 0 {
		return fmt.Sprintf("not even at %v/s%s", s.fails, why)
	}
	return fmt.Sprintf("not at %v/s%s", s.fails, why)
}

// tooFew says what ended a search at a rate that had too few samples: what the
// next higher rate came to, if there is one, and that this one cannot be judged.
func tooFew(steps []report.FindStep) string {
	last := steps[len(steps)-1]
	why := fmt.Sprintf("at %v/s, %s: try a longer -duration", last.Rate, last.Why)
	if len(steps) > 1 {
		before := steps[len(steps)-2]
		why = fmt.Sprintf("not at %v/s, %s; %s", before.Rate, before.Why, why)
	}
	return why
}

// step judges one run of the search.
func (s *Job) step(rep *report.Report) report.FindStep {
	res := s.FindRate.Evaluate(rep)
	step := report.FindStep{Rate: rep.Config.Rate, Value: res.Value, DeliveriesPerS: rep.DeliveriesPerS,
		Verdict: rep.Verdict}
	if d := rep.Latency.Delivery; d != nil {
		step.P50, step.P99 = d.P50, d.P99
	}
	switch {
	case rep.ExitCode() == report.ExitFailed:
		step.Why = strings.Join(rep.Violated(), ", ") + " violated"
	case s.limited(rep, res):
		step.Limited = true
		step.Why = "generator-limited"
	case res.Verdict == report.Inconclusive:
		step.Why = res.Why
	case res.Verdict == report.Failed:
		step.Why = fmt.Sprintf("%s is %s", res.Metric, s.FindRate.Metric().Human(*res.Value))
	case rep.ExitCode() != report.ExitPassed:
		step.Why = string(rep.Verdict)
	}
	step.Holds = step.Why == ""
	return step
}

// keptRate is the share of a rate that must be sent for it to be kept.
const keptRate = 0.95

// limited reports whether a step shows the generator's limit rather than the
// server's. Latencies count from when a line was due, so a late generator can
// only make them worse: what holds in spite of it does hold.
func (s *Job) limited(rep *report.Report, res report.ThresholdResult) bool {
	if rep.SentPerS < keptRate*float64(rep.Config.Rate) && rep.Sent > fewLines && rep.Generator.Limited {
		return true
	}
	fromDue := false
	for _, name := range []string{"delivery.", "last.", "echo."} {
		fromDue = fromDue || strings.HasPrefix(res.Metric, name)
	}
	return rep.Generator.Limited && !(fromDue && res.Verdict == report.Passed)
}

// fewLines are so few that chance decides how many fall into the measured part.
const fewLines = 1000

func (s *Job) sayStep(step report.FindStep) {
	word := "holds"
	if !step.Holds {
		word = step.Why
	}
	fmt.Fprintf(s.Stderr, "chatsim: %v lines/s: %s\n", step.Rate, word)
}

// concludeFind reports the search with one of its runs.
func (s *Job) concludeFind(ctx context.Context, lc loadgen.Config, found *report.Find, tried tried) (int, error) {
	rep := tried.reported()
	if rep == nil {
		rep = lc.Outline()
		s.identify(rep)
	}
	rep.Find, rep.Interrupted = found, ctx.Err() != nil
	rep.Reproduce += " -find-rate '" + found.Expr + "'"
	if bad := tried.failed; bad != nil && bad != rep {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("at %v lines/s a check failed: %s; -rate %v shows how", bad.Config.Rate, bad.Evidence(), bad.Config.Rate))
	}
	if found.Rate != nil && generatorsLimit(found) {
		rep.Warnings = append(rep.Warnings, "beyond the rate that was found the generator is the limit: the server may take more")
	}
	rep.Conclude(s.Thresholds)
	return report.Worst(rep.ExitCode(), tried.code), s.write(rep)
}

// generatorsLimit reports whether the lowest rate that did not hold was one
// that the generator could not make.
func generatorsLimit(f *report.Find) bool {
	var lowest *report.FindStep
	for i := range f.Steps {
		if step := &f.Steps[i]; !step.Holds && (lowest == nil || step.Rate < lowest.Rate) {
			lowest = step
		}
	}
	return lowest != nil && lowest.Limited
}
