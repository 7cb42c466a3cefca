package loadgen

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// TB is what Test needs of a test: a *testing.T, *testing.B or testing.TB.
type TB interface {
	Helper()
	Name() string
	Context() context.Context
	Log(args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// beforeDeadline is how long before the test binary's time-out a run is ended,
// so that it has a report rather than a stack trace.
const beforeDeadline = 5 * time.Second

// Test makes a run as part of a test and returns its report. The test fails
// unless the run passed: every violated check is named with its first witness,
// every threshold that was not met with its value, and a run that was too short
// to tell, or was interrupted, with what was missing. With -v a run that passed
// is logged. With check.Off, where nothing is verified, only the thresholds decide.
//
// The script is that of cfg.Seed, 0 unless it is set: the same in every test run.
func Test(t TB, cfg Config) *report.Report {
	t.Helper()
	ctx, cancel := untilDeadline(t)
	defer cancel()
	rep, err := Run(ctx, cfg)
	if err != nil {
		t.Fatalf("%s", hinted.Text(err))
		return nil // of a TB whose Fatalf returns
	}
	if rep.Reproduce == "" {
		rep.Reproduce = reproduce(t.Name(), rep.Seed)
	}
	var text strings.Builder
	_ = report.Text(&text, rep, report.TextOptions{}) // a Builder takes all
	if rep.ExitCode() != report.ExitPassed {
		t.Errorf("%s", text.String())
	} else {
		t.Log(text.String())
	}
	return rep
}

// untilDeadline returns the test's context, which ends some time before the
// deadline of a test that has one.
func untilDeadline(t TB) (context.Context, context.CancelFunc) {
	if d, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if at, set := d.Deadline(); set {
			return context.WithDeadline(t.Context(), at.Add(-beforeDeadline))
		}
	}
	return context.WithCancel(t.Context())
}

// reproduce returns the command that runs a test alone, with the seed that its
// Config has.
func reproduce(test string, seed uint64) string {
	var levels []string
	for level := range strings.SplitSeq(test, "/") {
		levels = append(levels, "^"+regexp.QuoteMeta(level)+"$")
	}
	return fmt.Sprintf("go test -run '%s' # Seed: %d", strings.Join(levels, "/"), seed)
}
