package loadgen_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
)

var _ loadgen.TB = testing.TB(nil)

// listener is a test that keeps what is said to it.
type listener struct {
	ctx          context.Context
	deadline     time.Time
	logged, said string
	failed       bool
	fatal        bool
}

func (r *listener) Helper()                  {}
func (r *listener) Name() string             { return "TestRoom/a (b)" }
func (r *listener) Context() context.Context { return r.ctx }
func (r *listener) Log(args ...any)          { r.logged += fmt.Sprintln(args...) }
func (r *listener) Errorf(format string, args ...any) {
	r.failed = true
	r.said += fmt.Sprintf(format, args...)
}
func (r *listener) Fatalf(format string, args ...any) {
	r.fatal = true
	r.Errorf(format, args...)
}
func (r *listener) Deadline() (time.Time, bool) { return r.deadline, !r.deadline.IsZero() }

// TestTest: a test fails exactly where the run has not passed, and says why.
func TestTest(t *testing.T) {
	loses := faults{copies: func(line int, from, to *peer) int {
		if at(50, from, to, line) {
			return 0
		}
		return 1
	}}
	for _, c := range []struct {
		name   string
		faults faults
		change func(*loadgen.Config, *listener)
		want   report.Verdict // empty: no report
		says   []string
	}{
		{"passes", faults{}, nil, report.Passed, nil},
		{"loses lines", loses, nil, report.Failed,
			[]string{"FAILED", "agreement violated", "an entry never came to 1 chatter", "expected", "go test -run '^TestRoom$/^a \\(b\\)$' # Seed: 1"}},
		{"too slow", faults{}, func(c *loadgen.Config, _ *listener) { c.Thresholds = []string{"delivery.p50<1ns"} }, report.Failed,
			[]string{"FAILED", "delivery.p50<1ns not met: "}},
		{"too short to tell", faults{}, func(c *loadgen.Config, _ *listener) { c.Thresholds = []string{"leave.p99<1h"} }, report.Inconclusive,
			[]string{"INCONCLUSIVE", "leave.p99<1h"}},
		{"out of time", faults{}, func(c *loadgen.Config, r *listener) {
			c.Duration, r.deadline = time.Hour, time.Now().Add(6500*time.Millisecond)
		}, report.Inconclusive, []string{"INTERRUPTED"}},
		{"not measured", faults{}, func(c *loadgen.Config, _ *listener) { c.Thresholds = []string{"delivery.p5o<1ms"} }, "",
			[]string{"unknown metric", "hint: "}},
		{"not there", faults{}, func(c *loadgen.Config, _ *listener) { c.Join = loadgen.Dial("127.0.0.1:1") }, "",
			[]string{"join the server", "nobody listens there", "hint: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rec := &listener{ctx: t.Context()}
			cfg := short(serve(t, c.faults), lively(t, "steady"))
			cfg.Where = ""
			if c.change != nil {
				c.change(&cfg, rec)
			}
			rep := loadgen.Test(rec, cfg)
			switch {
			case rec.fatal != (c.want == "") || rec.fatal != (rep == nil) || rec.failed != (c.want != report.Passed):
				t.Fatalf("fatal %v, failed %v: %s", rec.fatal, rec.failed, rec.said)
			case rep != nil && rep.Verdict != c.want:
				t.Errorf("%s, want %s", rep.Verdict, c.want)
			case !rec.failed && !strings.HasPrefix(rec.logged, "PASSED"):
				t.Errorf("logged: %s", rec.logged)
			}
			for _, s := range c.says {
				if !strings.Contains(rec.said, s) {
					t.Errorf("%q is not in:\n%s", s, rec.said)
				}
			}
		})
	}
}
