package outside

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

// failing returns a run in which a server dies, under a load that goes on.
func failing(load string, seed uint64, s *servers) loadgen.Config {
	cfg := workload(load, seed)
	if cfg.Scenario.Kills() == 0 {
		base := scenario.Phase{For: time.Second, From: 100, To: 100, Churn: cfg.Scenario.Churn}
		killed := base
		killed.Kill = 1
		base.Name, killed.Name = "before", "killed"
		cfg.Scenario.Phases = []scenario.Phase{base, killed}
	}
	cfg.Users = 12
	for n := range doors {
		cfg.Doors = append(cfg.Doors, s.door(n))
	}
	cfg.KillsAny = s.any
	cfg.Kill, cfg.LossLimit = s.kill, lease+ledger.LeaveLimit
	return cfg
}

func fail(t *testing.T, load string, seed uint64, s *servers) (rep *report.Report) {
	t.Helper()
	s.Seed = seed
	s.Weather = func(int) (up, down Weather) {
		return Weather{Delay: 5 * time.Millisecond, Jitter: 40 * time.Millisecond}, Weather{Delay: 5 * time.Millisecond, Jitter: 60 * time.Millisecond}
	}
	synctest.Test(t, func(t *testing.T) {
		if s.fault != nil {
			s.fault(s)
		}
		var err error
		if rep, err = loadgen.Run(context.Background(), failing(load, seed, s)); err != nil {
			t.Fatal(err)
		}
		s.Close()
	})
	return rep
}

// That a server dies is no defect where it was to be: its chatters come back at
// another, and the others notice nothing but that they have left.
func TestFailover(t *testing.T) {
	for _, load := range []string{"failover", "mixed", "churn", "private", "namesakes"} {
		t.Run(load, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds(60) {
				s := over(&Room{})
				if s.any = seed%3 == 1; seed%3 == 2 { // it says goodbye: the others may know before its chatters do
					s.lease = 0
				}
				rep := fail(t, load, seed, s)
				passes(t, rep)
				if len(rep.Losses) != 1 || rep.Losses[0].Chatters < 2 || rep.Losses[0].Back != rep.Losses[0].Chatters || rep.Losses[0].Leaves != rep.Losses[0].Chatters {
					t.Errorf("losses %+v", rep.Losses)
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

// TestFailoverFaults has a room do something wrong when one of its servers dies.
func TestFailoverFaults(t *testing.T) {
	lines := func(fits func(s *servers, to *Member, f Frame) bool, spoil func(s *servers, f Frame) []Frame) func(*servers) {
		return func(s *servers) {
			s.Hooks.Emit = func(to *Member, f Frame) []Frame {
				if !s.faulty() || !s.survivor(to) || !fits(s, to, f) {
					return same(f)
				}
				s.done = true
				return spoil(s, f)
			}
		}
	}
	lose := func(*servers, Frame) []Frame { return nil }
	double := func(_ *servers, f Frame) []Frame { return []Frame{f, f} }
	leaves := func(bury func(s *servers, all []*Member)) func(*servers) {
		return func(s *servers) {
			s.gone = func(s *servers, all []*Member) {
				s.done = len(all) > 1
				bury(s, all)
			}
		}
	}
	ofDead := func(s *servers, _ *Member, f Frame) bool { return f.Kind == Leave && s.of(f.From) == s.dead }
	for _, f := range []struct {
		name   string
		checks []string
		plant  func(*servers)
	}{
		{"leaves told twice", []string{"leave completeness"}, leaves(func(s *servers, all []*Member) {
			for range 2 {
				for _, m := range all {
					s.remove(m)
					s.tellAll(Frame{Kind: Leave, Names: []string{m.Name}, From: m})
				}
			}
		})},
		{"a leave told twice to one", []string{"leave completeness"}, lines(ofDead, double)},
		{"a leave not told to one", []string{"leave completeness"}, lines(ofDead, lose)},
		{"a leave told to nobody", []string{"leave completeness"}, leaves(func(s *servers, all []*Member) {
			s.remove(all[0])
			for _, m := range all[1:] {
				s.part(m)
			}
		})},
		{"no leave told", []string{"leave completeness"}, leaves(func(*servers, []*Member) {})},
		{"leaves told too late", []string{"leave completeness"}, func(s *servers) {
			s.done, s.lease = true, s.lease+20*time.Second
		}},
		{"a line of the dead behind its leave", []string{"view order"}, func(s *servers) {
			said := make(map[int]Frame) // last at each server, but for what has not been placed
			s.Hooks.Line = func(from *Member, f Frame) (Frame, bool) {
				n := s.of(from)
				if held := said[n]; held.From != nil {
					delete(said, n)
					s.place(held)
				}
				if f.Private() || s.ready {
					return f, true
				}
				said[n] = f
				s.later(instant, func() { // unless its server dies
					if s.dead != n && said[n].Text == f.Text {
						delete(said, n)
						s.place(f)
					}
				})
				return f, false
			}
			s.gone = func(s *servers, all []*Member) {
				for _, m := range all {
					s.part(m)
				}
				if f := said[s.dead]; f.From != nil {
					s.done = true
					s.place(f)
				}
			}
		}},
		{"a gap at the take-over", []string{"agreement"}, lines(func(s *servers, to *Member, f Frame) bool { return f.Public() && f.From != to }, lose)},
		{"a line twice at the take-over", []string{"no duplication"}, lines(func(s *servers, to *Member, f Frame) bool { return f.Public() && f.From != to }, double)},
		{"a private line lost at others", []string{"agreement"}, lines(func(s *servers, to *Member, f Frame) bool {
			return f.Kind == Line && f.Private() && f.From != to && s.survivor(f.From)
		}, lose)},
		{"a join lost of who comes back", []string{"agreement", "view order"}, lines(func(s *servers, to *Member, f Frame) bool { return f.Kind == Join }, lose)},
		{"another one is put out", []string{"roster accuracy"}, putOut},
		{"another one is put out, where it is not known which server dies", []string{"roster accuracy"}, func(s *servers) {
			s.any = true
			putOut(s)
		}},
		{"who comes back is told a roster without the dead", []string{"roster accuracy"}, func(s *servers) {
			s.Hooks.Greet = func(m *Member, frames []Frame) []Frame {
				if s.faulty() {
					s.done = true
					frames[1].Names = slices.DeleteFunc(s.names(), func(n string) bool { return n != m.Name && s.of(s.holder(n)) == s.dead })
				}
				return frames
			}
		}},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			shown := false
			for seed := uint64(0); seed < 50 && !shown; seed++ {
				s := over(&Room{})
				s.fault = f.plant
				rep := fail(t, "failover", seed, s)
				if shown = s.done; !shown {
					continue
				}
				failed := make(map[string]bool)
				for _, c := range rep.Checks {
					if c.Violations > 0 {
						failed[c.Name] = true
						t.Logf("%s: %d: %.300s", c.Name, c.Violations, fmt.Sprintf("%+v", c.Witnesses[0].Sentence))
					}
				}
				if len(failed) != 1 || !slices.ContainsFunc(f.checks, func(c string) bool { return failed[c] }) {
					t.Errorf("seed %d: %v, want %s", seed, failed, strings.Join(f.checks, " or "))
				}
			}
			if !shown {
				t.Error("never shown")
			}
		})
	}
}

// putOut closes the connection of somebody whose server lives.
func putOut(s *servers) {
	s.Hooks.Line = func(from *Member, f Frame) (Frame, bool) {
		i := slices.IndexFunc(s.members, func(m *Member) bool { return s.survivor(m) && m != from && m.N > 0 })
		if s.faulty() && i >= 0 {
			s.done = true
			m := s.members[i]
			m.gone = true
			s.remove(m)
			m.conn.Close()
			s.tellAll(Frame{Kind: Leave, Names: []string{m.Name}, From: m})
		}
		return f, true
	}
}
