package loadgen_test

import (
	"testing"
	"time"

	"chatsim/loadgen/report"
)

// A right server that is slow at the end is waited for: the first anchor comes to
// one chatter at once and to the others late, the second, which is sent
// meanwhile, to that one late.
func TestSlowAnchors(t *testing.T) {
	t.Parallel()
	const lines = 150 // of the load; the next is the first anchor
	cfg := short(serve(t, faults{line: func(s *server, line int) {
		switch line {
		case lines + 1:
			for _, p := range s.peers {
				p.slow = p.n != 3
			}
		case lines + 2:
			for _, p := range s.peers {
				p.hurry()
				p.slow = p.n == 3
			}
			time.AfterFunc(300*time.Millisecond, func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				for _, p := range s.peers {
					p.hurry()
				}
			})
		}
	}}), lively(t, "steady"))
	cfg.Drain = 4 * time.Second // a second anchor is sent after an eighth of it
	if cfg.Rate != report.Rate(lines/cfg.Duration.Seconds()) {
		t.Fatalf("%v lines/s for %v are not %d lines", cfg.Rate, cfg.Duration, lines)
	}
	rep := run(t, cfg)
	passes(t, rep)
	if rep.Verdict != report.Passed {
		t.Errorf("the verdict is %s", rep.Verdict)
	}
}
