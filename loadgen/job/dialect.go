package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"chatsim/chatter/dialect/file"
	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/manager/choice"
	"chatsim/manager/hinted"
)

// loadDialect reads the dialect's file; nil where -dialect names none.
func (c *Config) loadDialect() (*file.Dialect, error) {
	if !choice.IsFile(c.Dialect) {
		return nil, nil
	}
	d, err := file.Load(c.Dialect)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, hinted.Wrap(err, "ready ones are in testdata/dialects; chatsim -help dialect shows one to begin with")
		}
		return nil, err
	}
	if d.Silent() && c.Load.Rate.IsMax() {
		return nil, hinted.New("-rate max counts the lines that come back, and by "+c.Dialect+" none does", "write -rate 1000")
	}
	switch most := d.Can.Text.Max; {
	case most > 0 && most < scenario.MinSize:
		return nil, hinted.New(fmt.Sprintf("-dialect %s: texts have at most %d bytes, and at least %d are needed", c.Dialect, most, scenario.MinSize), fmt.Sprintf("each text begins with a stamp by which its line is recognised: write can.text.max: %d or more in the file", scenario.MinSize))
	case most > 0 && c.Load.Size > most:
		return nil, hinted.New(fmt.Sprintf("-size %d: at most %d bytes are possible with -dialect %s", c.Load.Size, most, c.Dialect), fmt.Sprintf("-size %d, or another can.text.max in the file", most))
	}
	return d, nil
}

// TryDialect plays a transcript to the dialect of a file, and returns the exit code:
// not 0 where messages become something else than the transcript says.
func TryDialect(c Config, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	d, err := c.loadDialect()
	if err != nil {
		return 0, err
	}
	in := stdin
	if c.DialectTest != "-" {
		f, err := os.Open(c.DialectTest)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		in = f
	}
	differs, err := d.Try(in, stdout)
	if err != nil || differs == 0 {
		return 0, err
	}
	fmt.Fprintf(stderr, "chatsim: %s became something else than the transcript has, see the remarks\n", report.Plural(int64(differs), "step", "steps"))
	return report.ExitFailed, nil
}

// speech is what the chatters of a job speak.
type speech struct {
	name  string                  // as -dialect has it
	file  *file.Dialect           // that it names; nil: none
	trace func(name, step string) // told of what the chatters do by the file; nil: nobody is
}

// set sets what the chatters of a run speak.
func (s *speech) set(lc *loadgen.Config, to *loadgen.Target) {
	if s.file != nil {
		lc.Doors, lc.Capabilities = to.Speaking(s.file, s.trace)
	} else {
		lc.Doors, lc.Capabilities = to.Dialect(s.name)
	}
}

// untilFailed returns a context that ends where the dialect's file fails.
func (s *speech) untilFailed(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if s.file != nil {
		go func() {
			select {
			case <-s.file.Failed():
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	return ctx, cancel
}

// callsBeside reports whether each chatter has a connection for requests over HTTP.
func (s *speech) callsBeside() bool { return s.file != nil && s.file.CallsBeside() }

// failure returns why a run came to nothing: for the fault of a dialect's file, if
// that is what it was.
func (s *speech) failure(err error) error {
	if s.file == nil {
		return err
	}
	if failed := s.file.Err(); failed != nil {
		return failed
	}
	n, example := s.file.Ignored()
	if err == nil || n == 0 {
		return err
	}
	return hinted.Wrap(fmt.Errorf("%w; receive has made nothing of %s, the first was %s", err, report.Plural(n, "message", "messages"), report.Printable(example)), hinted.Hint(err))
}

// about adds to a report what the dialect's file had a part in; spent is what
// its programs had taken before the run.
func (s *speech) about(rep *report.Report, spent time.Duration) {
	if s.file == nil {
		return
	}
	rep.Resources.DialectS = (s.file.Spent() - spent).Seconds()
	if n, example := s.file.Ignored(); n > 0 && rep.Verdict != report.Passed {
		rep.Warnings = append(rep.Warnings, fmt.Sprintf("receive of %s made nothing of %s; the first was %s", s.name, report.Plural(n, "message", "messages"), report.Printable(example)))
	}
}

// spent returns how long the programs of the dialect's file have run.
func (s *speech) spent() time.Duration {
	if s.file == nil {
		return 0
	}
	return s.file.Spent()
}
