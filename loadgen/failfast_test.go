package loadgen_test

import (
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/report"
)

// An hour of load ends at the violation, and the report is whole.
func TestFailFast(t *testing.T) {
	s := serve(t, faults{copies: func(line int, from, to *peer) int {
		if at(50, from, to, line) {
			return 2
		}
		return 1
	}})
	cfg := short(s, lively(t, "steady"))
	cfg.Duration, cfg.FailFast = time.Hour, true
	rep := run(t, cfg, 20*time.Second)
	if names := failed(t, rep); len(names) != 1 || names[0] != "no duplication" || rep.Verdict != report.Failed {
		t.Errorf("%s, failed: %q", rep.Verdict, names)
	}
	if rep.Interrupted || rep.Sent == 0 || rep.MeasuredS > 20 || !strings.Contains(strings.Join(rep.Warnings, "\n"), "ended by -fail-fast after") {
		t.Errorf("interrupted %t, %d lines sent in %.1f s, warnings %q", rep.Interrupted, rep.Sent, rep.MeasuredS, rep.Warnings)
	}
}
