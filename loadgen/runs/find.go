package runs

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
func (s *Session) find(ctx context.Context) (int, error) {
	lc := s.Load
	if !s.Flags.Explicit("duration") {
		lc.Duration = findDuration
	}
	fmt.Fprintf(s.Stderr, "chatsim: looking for the highest rate at which %s, in at most %d rooms of %v each\n", s.Flags.FindRate, maxSteps, lc.Duration)
	at := &search{next: float64(lc.Rate)}
	found := &report.Find{Expr: s.Flags.FindRate.String(), Why: fmt.Sprintf("ended after %d steps", maxSteps)}
	var best, last *report.Report
	for len(found.Steps) < maxSteps {
		lc.Rate = report.Rate(at.next)
		o, err := s.once(ctx, lc)
		if err != nil && (last == nil || ctx.Err() == nil) {
			return 0, err
		}
		if ctx.Err() != nil {
			found.Why = "interrupted"
			break
		}
		step := s.step(o.report)
		found.Steps, last = append(found.Steps, step), o.report
		s.sayStep(step)
		if step.Holds {
			best = o.report
			found.Rate = &step.Rate
		}
		if !at.step(step.Holds) {
			found.Why = at.why()
			break
		}
	}
	return s.concludeFind(ctx, lc, found, best, last)
}

// why says what ended a search that was not cut.
func (s *search) why() string {
	switch {
	case s.fails == 0:
		return "no higher rate can be scheduled"
	case s.holds == 0:
		return fmt.Sprintf("not even at %v/s", s.fails)
	}
	return fmt.Sprintf("and not at %v/s", s.fails)
}

// step judges one run of the search.
func (s *Session) step(rep *report.Report) report.FindStep {
	res := s.Flags.FindRate.Evaluate(rep)
	step := report.FindStep{Rate: rep.Config.Rate, Value: res.Value, DeliveriesPerS: rep.DeliveriesPerS,
		Verdict: rep.Verdict}
	if d := rep.Latency.Delivery; d != nil {
		step.P50, step.P99 = d.P50, d.P99
	}
	switch {
	case rep.ExitCode() == report.ExitFailed:
		step.Why = "a check failed"
	case s.limited(rep, res):
		step.Limited = true
		step.Why = "generator-limited"
	case res.Verdict == report.Inconclusive:
		step.Why = res.Why
	case res.Verdict == report.Failed:
		step.Why = fmt.Sprintf("%s is %s", res.Metric, s.Flags.FindRate.Metric().Human(*res.Value))
	case rep.ExitCode() != report.ExitPassed:
		step.Why = string(rep.Verdict)
	}
	step.Holds = step.Why == ""
	return step
}

// keptRate is the share of a rate that must be sent for it to be kept.
const keptRate = 0.95

// limited says that a step shows the generator's limit rather than the
// server's. Latencies count from when a line was due, so a late generator can
// only make them worse: what holds in spite of it does hold.
func (s *Session) limited(rep *report.Report, res report.ThresholdResult) bool {
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

func (s *Session) sayStep(step report.FindStep) {
	word := "holds"
	if !step.Holds {
		word = step.Why
	}
	fmt.Fprintf(s.Stderr, "chatsim: %v lines/s: %s\n", step.Rate, word)
}

// concludeFind reports the run at the highest rate that held, with the search;
// without one, the last run.
func (s *Session) concludeFind(ctx context.Context, lc loadgen.Config, found *report.Find, best, last *report.Report) (int, error) {
	rep := best
	if rep == nil {
		rep = last
	}
	code := report.ExitPassed
	switch {
	case rep == nil:
		rep = lc.Outline()
		s.identify(rep)
		rep.Interrupted = true
		rep.Conclude(nil)
	case best == nil && rep.ExitCode() == report.ExitFailed:
		code = report.ExitFailed
	case best == nil:
		code = report.ExitThreshold
	default:
		code = best.ExitCode()
	}
	if ctx.Err() != nil {
		code = report.Worst(code, report.ExitInterrupted)
	}
	rep.Find = found
	rep.Reproduce += " -find-rate '" + found.Expr + "'"
	if s.Flags.Quiet {
		rate := "held at no rate"
		if found.Rate != nil {
			rate = fmt.Sprintf("holds up to %v lines/s", *found.Rate)
		}
		fmt.Fprintf(s.text(), "%s %s, %s\n", found.Expr, rate, found.Why)
	}
	return code, s.write(rep)
}
