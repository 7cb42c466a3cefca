package job

import (
	"context"
	"errors"
	"fmt"
	"io"

	"chatsim/loadgen/compare"
	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// series is several runs, each in a fresh room with the next seed, which are
// compared with a baseline if there is one. What an interruption leaves is
// reported.
type series struct{ *Job }

func (s series) run(ctx context.Context) (int, error) {
	baseline, err := s.baseline()
	if err != nil {
		return 0, err
	}
	made, err := s.make(ctx)
	if err != nil {
		return 0, err
	}
	set := compare.NewSet(made.reports)
	if len(baseline) > 0 && len(made.reports) == s.Repeat {
		c, err := compare.Reports(baseline, made.reports, s.Tolerance, s.BaselineAny)
		if err != nil {
			made.lacks = s.refused(err)
		} else {
			set.Compare(c)
		}
	}
	if ctx.Err() != nil {
		set.Interrupt()
	} else if made.lacks != "" {
		set.Lack(made.lacks)
	}
	return report.Worst(append(made.codes, set.ExitCode())...), errors.Join(made.shown, s.writeSet(set, baseline))
}

// made is what several runs have come to.
type made struct {
	reports []*report.Report
	codes   []int
	lacks   string // why there are not as many as asked for, if it is no interruption
	shown   error  // why one could not be shown
}

// make makes the runs, until one cannot be made or ends them. The error is
// that of the first run: nothing was made.
func (s series) make(ctx context.Context) (m made, err error) {
	for n := range s.Repeat {
		lc := s.Load
		lc.Seed += uint64(n)
		o, err := s.once(ctx, lc, s.Servers.Command)
		if err != nil {
			err = fmt.Errorf("run %d of %d: %w", n+1, s.Repeat, err)
		}
		if err != nil && len(m.reports) == 0 {
			return m, err
		}
		if err != nil {
			if ctx.Err() == nil {
				s.tell(err)
				m.lacks = err.Error()
			}
			break
		}
		m.reports, m.codes = append(m.reports, o.report), append(m.codes, o.code())
		m.shown = errors.Join(m.shown, s.showRun(o.report))
		if ctx.Err() != nil || s.Load.FailFast && o.report.ExitCode() == report.ExitFailed {
			break
		}
	}
	if len(m.reports) < s.Repeat {
		s.warn(fmt.Errorf("ended after %d of %s", len(m.reports), report.Plural(int64(s.Repeat), "run", "runs")))
	}
	return m, nil
}

// baseline reads what is to be compared with, and refuses it before the run if
// it could not be used after it.
func (s series) baseline() ([]*report.Report, error) {
	if s.Baseline == "" {
		return nil, nil
	}
	set, err := compare.ReadFile(s.Baseline)
	if err == nil && len(set) < compare.Least() {
		err = hinted.New(fmt.Sprintf("%s has %s, a baseline needs %d", report.Printable(s.Baseline), report.Plural(int64(len(set)), "run", "runs"), compare.Least()), compare.Saving())
	}
	if err == nil {
		outline := s.Load.Outline()
		s.identify(outline)
		err = compare.Alike(set, outline, s.BaselineAny)
	}
	if err != nil {
		return nil, fmt.Errorf("-baseline: %w", err)
	}
	return set, nil
}

// refused says why there is no comparison although there are runs.
func (s *Job) refused(err error) string {
	err = fmt.Errorf("not compared: %w", err)
	s.tell(err)
	return err.Error()
}

// tell says what went wrong beside a report, and what to do about it.
func (s *Job) tell(err error) {
	fmt.Fprintf(s.Stderr, "chatsim: %s\n", hinted.Text(err))
}

// text returns where text goes: standard output, unless a report goes there.
func (s *Job) text() io.Writer {
	return s.Output.Text(s.Stdout, s.Stderr)
}

// showRun reports one run of several: in full where something is wrong, or
// everything is asked for.
func (s *Job) showRun(rep *report.Report) error {
	if s.Output.Verbose || rep.ExitCode() != 0 && !s.Output.Quiet {
		return report.Text(s.text(), rep, s.Output.TextOptions(s.text()))
	}
	return report.Quiet(s.text(), rep)
}

// writeSet writes what several runs came to, and those that they were compared
// with. Text that cannot be written does not keep the files from it.
func (s *Job) writeSet(set *compare.Set, old []*report.Report) error {
	rs := set.Runs(old)
	err := set.Text(s.text(), s.Output.Quiet)
	if err != nil {
		err = fmt.Errorf("write the report: %w", err)
	}
	return errors.Join(err, s.Output.Files(rs, set.JSON, s.Stdout), s.done(rs))
}
