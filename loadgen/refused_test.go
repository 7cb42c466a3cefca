package loadgen_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
)

// A server may refuse lines: they are not lost, and the report says how many
// there were and why.
func TestRefusedLines(t *testing.T) {
	everySecond := func(said *atomic.Int64) faults {
		return faults{refuse: func(line int, from *peer) string {
			if line%2 == 0 {
				return ""
			}
			said.Add(1)
			return fmt.Sprintf("%s is too fast by %d ms", from.name, line)
		}}
	}
	for _, c := range []struct {
		name string
		rate report.Rate
		set  func(*loadgen.Config)
	}{
		{"steady", 400, nil}, {"mixed", 400, nil}, {"churn", 400, nil},
		{"steady", report.Max, nil}, {"mixed", report.Max, nil},
		{"steady", 400, func(c *loadgen.Config) { c.Verify = check.Order }},
		{"steady", 400, func(c *loadgen.Config) { c.Verify = check.Count }},
		{"churn", 400, func(c *loadgen.Config) { c.Verify = check.Count }},
		{"steady", 400, func(c *loadgen.Config) { c.Verify = check.Off }},
	} {
		said := new(atomic.Int64)
		cfg := short(serve(t, everySecond(said)), lively(t, c.name))
		cfg.Rate, cfg.Duration = c.rate, 400*time.Millisecond
		if c.rate.IsMax() {
			cfg.Inflight, cfg.Duration = 64, 200*time.Millisecond
		}
		if c.set != nil {
			c.set(&cfg)
		}
		t.Run(fmt.Sprintf("%s at %v, %v", c.name, c.rate, cfg.Verify), func(t *testing.T) {
			t.Parallel()
			rep := run(t, cfg)
			if names := failed(t, rep); len(names) > 0 || rep.CutBy != "" {
				t.Errorf("failed: %q, cut by %q", names, rep.CutBy)
			}
			kinds := rep.Errors.Kinds
			for _, k := range kinds { // those who reset their connection read no more
				if n := said.Load(); strings.Contains(k.Text, "too fast") && (k.Count > n || k.Count < n && rep.LeftBy.RST == 0) {
					t.Errorf("%d errors were counted, %d were sent", k.Count, n)
				}
			}
			if rep.Refused == 0 || rep.Refused >= rep.Sent || len(kinds) == 0 || kinds[0].Text != "… is too fast by … ms" {
				t.Errorf("%d of %d lines refused; said: %+v", rep.Refused, rep.Sent, rep.Errors)
			}
			if warned := strings.Join(rep.Warnings, "\n"); !strings.Contains(warned, fmt.Sprintf("refused %d of ", rep.Refused)) || !strings.Contains(warned, " is too fast by ") {
				t.Errorf("warned of: %s", warned)
			}
		})
	}
}
