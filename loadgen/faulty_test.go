package loadgen_test

import (
	"slices"
	"testing"
	"time"

	"chatsim/loadgen/report"
)

// at hands three of a faulty server's public lines to a fault, the nth or those
// that follow, for one receiver who neither sent them nor joined first.
func at(n int, from, to *peer, line int) bool {
	if line < n || from.n == 3 || to.n != 3 || to.struck == 3 {
		return false
	}
	to.struck++
	return true
}

func TestFaultySocketsFail(t *testing.T) {
	for _, c := range []struct {
		name     string
		scenario string
		faults   faults
		want     string
		also     []string // what may fail as well
		or       string   // what may fail instead: which lines are swapped is chance
	}{
		{"loses lines for one", "steady", faults{copies: func(line int, from, to *peer) int {
			if at(50, from, to, line) {
				return 0
			}
			return 1
		}}, "agreement", nil, ""},
		{"loses a line for all", "steady", faults{copies: func(line int, _, _ *peer) int {
			if line == 50 {
				return 0
			}
			return 1
		}}, "validity", nil, ""},
		{"sends a line twice", "steady", faults{copies: func(line int, from, to *peer) int {
			if at(50, from, to, line) {
				return 2
			}
			return 1
		}}, "no duplication", nil, ""},
		{"swaps two lines for one", "steady", faults{hold: func(line int, from, to *peer) bool {
			return at(50, from, to, line) && to.held == nil
		}}, "total order", nil, "causal order"},
		{"stops telling anything", "mixed", faults{line: func(s *server, line int) {
			for _, p := range s.peers {
				p.mute = p.mute || line == 50
			}
		}}, "liveness", []string{"validity", "leave completeness"}, ""},
		{"tells one nothing more", "steady", faults{line: func(s *server, line int) {
			if line == 50 {
				s.peers[3].mute = true
			}
		}}, "liveness", []string{"validity"}, ""},
		{"reads nothing more", "steady", faults{deafAfter: 50}, "liveness", []string{"validity"}, ""},
		{"closes a good reader", "steady", faults{line: func(s *server, line int) {
			if line == 50 {
				s.peers[3].conn.Close()
			}
		}}, "roster accuracy", nil, ""},
		{"closes the first chatter", "steady", faults{line: func(s *server, line int) {
			if line == 50 {
				s.peers[0].conn.Close()
			}
		}}, "roster accuracy", nil, ""},
		{"closes everybody", "steady", faults{line: func(s *server, line int) {
			if line == 50 {
				for _, p := range s.peers {
					p.conn.Close()
				}
			}
		}}, "roster accuracy", nil, ""},
		{"does not tell of leaves", "churn", faults{noLeaves: true}, "leave completeness", []string{"name uniqueness", "roster accuracy", "name suffixing"}, ""},
		{"swallows private lines", "private", faults{noPrivate: true}, "validity", []string{"liveness"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := short(serve(t, c.faults), lively(t, c.scenario))
			cfg.Drain = patience(t)
			rep := run(t, cfg)
			names := failed(t, rep)
			if slices.Contains(names, c.or) {
				c.also = append(c.also, c.or)
				c.want = names[0]
			}
			if rep.Verdict != report.Failed || !slices.Contains(names, c.want) {
				t.Errorf("%s, failed: %q, want %q; cut by %q, %d of %d deliveries", rep.Verdict, names, c.want, rep.CutBy, rep.Deliveries, rep.ExpectedDeliveries)
			}
			for _, name := range names {
				if name != c.want && !slices.Contains(c.also, name) {
					t.Errorf("%s failed as well", name)
				}
			}
		})
	}
}

// A fault is found as surely in the closed model, in which lines that never
// come back are not replaced.
func TestFaultsAtMaximum(t *testing.T) {
	for want, f := range map[string]faults{
		"validity": {copies: func(line int, _, _ *peer) int {
			if line%40 == 0 {
				return 0
			}
			return 1
		}},
		"liveness": {deafAfter: 30},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			cfg := short(serve(t, f), lively(t, "steady"))
			cfg.Rate, cfg.Inflight, cfg.Duration, cfg.Drain = report.Max, 64, 200*time.Millisecond, patience(t)
			if names := failed(t, run(t, cfg)); !slices.Contains(names, want) {
				t.Errorf("failed: %q, want %q", names, want)
			}
		})
	}
}
