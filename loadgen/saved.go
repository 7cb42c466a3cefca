package loadgen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/loadgen/trace"
)

// Outline returns what a report can say before the run.
func (c Config) Outline() *report.Report { return c.withDefaults().outline() }

// outline is Outline of a Config that has its defaults: given them twice, a run
// without a warm-up would have one.
func (c Config) outline() *report.Report {
	rep := &report.Report{
		Schema: report.Schema, Started: time.Now().UTC(), Seed: c.Seed, Where: c.Where, Users: c.Users,
		Config: report.Config{
			Users: c.Users, DurationS: c.Duration.Seconds(), WarmupS: c.Warmup.Seconds(), DrainS: c.Drain.Seconds(),
			Rate: c.Rate, ThinkS: c.Think.Seconds(), Size: c.Size, Scenario: c.Scenario.Name, Verify: c.Verify.String(),
			Story: c.Story != nil,
		},
		Environment: environment(),
	}
	if c.Scenario.Path != "" {
		rep.Config.Script = string(c.Scenario.Text)
	}
	if peak := c.Scenario.Peak(c.Users); peak > c.Users {
		rep.Config.MaxUsers = peak
	}
	if c.Rate.IsMax() {
		rep.Config.Inflight = c.Inflight
	}
	return rep
}

// Saved is a run's trace while it is written. A nil one is that of a run which
// is not saved.
type Saved struct{ *trace.File }

// Save begins the trace of the run that c is for, and has c's Record write it.
// The outline is that of c, with what else is known.
func (c *Config) Save(path string, stdout io.Writer, outline *report.Report) (*Saved, error) {
	b, err := encoded(outline)
	if err != nil {
		return nil, err
	}
	f, err := trace.Create(path, stdout, b)
	if err != nil {
		return nil, err
	}
	c.Record = f.Record
	return &Saved{f}, nil
}

// Finish ends the trace with the run's report.
func (s *Saved) Finish(rep *report.Report) error {
	if s == nil {
		return nil
	}
	b, err := encoded(rep)
	if err != nil {
		return err
	}
	return s.File.Finish(b)
}

// Abandon ends the trace of a run that has no report because of why: it is left
// as cut, or taken back where the run could not start.
func (s *Saved) Abandon(why error) error {
	if s == nil {
		return nil
	}
	if errors.As(why, new(*StartError)) {
		s.Discard()
		return nil
	}
	return s.File.Finish(nil)
}

func encoded(rep *report.Report) ([]byte, error) {
	var b bytes.Buffer
	err := report.JSON(&b, rep)
	return b.Bytes(), err
}

// JudgeFile is Judge for a file, or for stdin where its name is "-". Its errors
// name it, in one line.
func JudgeFile(path string, stdin io.Reader) (*report.Report, error) {
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		stdin = f
	}
	rep, err := Judge(stdin)
	var cut *trace.CutError
	switch name := report.Printable(path); {
	case errors.As(err, &cut) && rep == nil:
		err = fmt.Errorf("%s: %w: nothing can be judged", name, err)
	case errors.As(err, &cut):
		err = fmt.Errorf("%s: %w: judged as far as it goes", name, err)
	case errors.As(err, new(*trace.NotTraceError)):
		err = fmt.Errorf("%s %w", name, err)
	}
	return rep, err
}

// Judge judges a saved run again: the same checks, and the latencies that its
// trace ends with. With a *trace.CutError the report, if there is one, is about
// the part that can be read, and inconclusive unless a check failed in it.
func Judge(in io.Reader) (*report.Report, error) {
	r, err := trace.NewReader(in)
	if err != nil {
		return nil, err
	}
	rep := new(report.Report)
	if err := json.Unmarshal(r.Header(), rep); err != nil {
		return nil, &trace.CutError{Why: "its header cannot be read"}
	}
	replay, err := r.Replay()
	var cut *trace.CutError
	if err != nil && !errors.As(err, &cut) {
		return nil, err
	}
	result := check.Replayed(replay)
	if cut == nil {
		rep = new(report.Report)
		if err := json.Unmarshal(r.Summary(), rep); err != nil {
			return nil, &trace.CutError{Why: "its report cannot be read"}
		}
	} else {
		asFarAsItGoes(rep, replay)
	}
	rep.Where += ", judged again"
	rep.Deliveries, rep.ExpectedDeliveries, rep.Refused, rep.Lost = result.Deliveries, result.Expected, result.Refused, result.Lost
	level, err := check.ParseLevel(rep.Config.Verify)
	if err != nil {
		return nil, &trace.CutError{Why: "its header cannot be understood"}
	}
	told := slices.IndexFunc(rep.Checks, func(c report.Check) bool { return c.Name == StoryCheck })
	was := rep.Checks
	rep.Checks = checksOf(result, level, func(at time.Duration) time.Time {
		if rep.Started.IsZero() { // it was saved before that was known
			return rep.Started
		}
		return rep.Started.Add(at)
	})
	if told >= 0 { // it is the run's, not the judge's
		rep.Checks = append(rep.Checks, was[told])
	}
	limits, err := thresholds(rep)
	if err != nil {
		return nil, err
	}
	rep.Conclude(limits)
	if cut != nil {
		return rep, cut
	}
	return rep, nil
}

// asFarAsItGoes fills a report of a trace without its end.
func asFarAsItGoes(rep *report.Report, replay *ledger.Replay) {
	rep.CutBy = fmt.Sprintf("the end of the trace, %v into the run", replay.Last.Round(10*time.Millisecond))
	rep.Joined, rep.Renamed, rep.Sent = replay.Joined, replay.Renamed, replay.Sent
	rep.LeftBy = report.LeftBy{FIN: replay.Left[check.FIN], RST: replay.Left[check.Reset], HalfClose: replay.Left[check.HalfClose], Lost: replay.Left[check.Lost]}
	rep.Left = rep.LeftBy.FIN + rep.LeftBy.RST + rep.LeftBy.HalfClose + rep.LeftBy.Lost
}

// thresholds returns those that the run was to keep. One that cannot be read is not
// left out: what is left would be kept more easily.
func thresholds(rep *report.Report) ([]report.Threshold, error) {
	var out []report.Threshold
	for _, t := range rep.Thresholds {
		th, err := t.Threshold()
		if err != nil {
			return nil, &trace.NotTraceError{What: fmt.Sprintf("has a threshold that this chatsim cannot read, %s", report.Printable(t.Expr))}
		}
		out = append(out, th)
	}
	return out, nil
}
