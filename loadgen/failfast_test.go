package loadgen_test

import (
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/report"
)

// An hour of load ends at the violation, and the report is whole.
func TestFailFast(t *testing.T) {
	for want, copies := range map[string]int{"no duplication": 2, "agreement": 0} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := serve(t, faults{copies: func(line int, from, to *peer) int {
				if to.struck == 0 && at(50, from, to, line) { // a second could be the last line that there is
					return copies
				}
				return 1
			}})
			cfg := short(s, lively(t, "steady"))
			cfg.Duration, cfg.FailFast = time.Hour, true
			rep := run(t, cfg)
			if names := failed(t, rep); len(names) != 1 || names[0] != want || rep.Verdict != report.Failed {
				t.Errorf("%s, failed: %q", rep.Verdict, names)
			}
			if rep.Interrupted || rep.Sent == 0 || rep.MeasuredS > 20 || !strings.Contains(strings.Join(rep.Warnings, "\n"), "ended by -fail-fast after") {
				t.Errorf("interrupted %t, %d lines sent in %.1f s, warnings %q", rep.Interrupted, rep.Sent, rep.MeasuredS, rep.Warnings)
			}
		})
	}
}

// A right server's run is not ended early.
func TestFailFastLetsARightRunBe(t *testing.T) {
	cfg := short(serve(t, faults{}), lively(t, "mixed"))
	cfg.FailFast = true
	rep := run(t, cfg)
	if rep.Verdict != report.Passed || rep.MeasuredS < cfg.Duration.Seconds() {
		t.Errorf("%s after %.2f s, cut by %q, warnings %q", rep.Verdict, rep.MeasuredS, rep.CutBy, rep.Warnings)
	}
}
