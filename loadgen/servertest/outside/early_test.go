package outside

import (
	"slices"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

// holds has the room tell each line later that is said while one does not read:
// in the windows of a run of two minutes.
func holds(late time.Duration) *Room {
	r := &Room{}
	var began time.Time
	r.Hooks.Line = func(_ *Member, f Frame) (Frame, bool) {
		if began.IsZero() {
			began = time.Now()
		}
		if int(time.Since(began)/(12*time.Second))%2 == 0 {
			return f, true
		}
		r.later(late, func() { r.place(f) })
		return f, false
	}
	return r
}

// What is known before the end ends a run with -fail-fast.
func TestFailFast(t *testing.T) {
	for want, spoil := range map[string]struct {
		load  string
		room  *Room
		plant func(*Plan)
	}{
		"isolation":       {load: "slowreader", room: holds(3 * time.Second)},
		"admission":       {load: "churn", room: &Room{}, plant: admits(func(_ *Plan, c *conn, _ string) { c.Close() }, 1)},
		"roster accuracy": {load: "steady", room: &Room{}, plant: closes("", false)},
		"leave completeness": {load: "churn", room: &Room{}, plant: func(p *Plan) {
			p.Hooks.Late = func(*Member) time.Duration { return 8 * time.Second }
		}},
		"validity": {load: "forms", room: &Room{}, plant: input(begins("//"), refuses2("no"))},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			cfg := workload(spoil.load, 1)
			cfg.Duration, cfg.FailFast = 2*time.Minute, true
			if spoil.plant != nil {
				Fault{Plant: spoil.plant}.Spoil(spoil.room, 1, func(int) bool { return true })
			}
			rep, took := run(t, spoil.room, cfg)
			i := slices.IndexFunc(rep.Checks, func(c report.Check) bool { return c.Name == want })
			if rep.Checks[i].Verdict != report.Failed || took > time.Minute {
				t.Errorf("%s: %s after %v, cut by %q, %q", want, rep.Checks[i].Verdict, took, rep.CutBy, rep.Warnings)
			}
		})
	}
}

// Where the server's grace is known, that is how long one who does not read may
// hold up the others.
func TestGrace(t *testing.T) {
	for i, c := range []struct {
		late, grace time.Duration
		fails       bool
	}{
		{900 * time.Millisecond, 0, false},
		{3 * time.Second, 0, true},
		{3 * time.Second, 4 * time.Second, false},
		{900 * time.Millisecond, 500 * time.Millisecond, true},
		{400 * time.Millisecond, 500 * time.Millisecond, false},
	} {
		if testing.Short() && i%3 != 0 {
			continue // a quarter of a minute under the race detector
		}
		cfg := workload("slowreader", 1)
		cfg.Duration, cfg.Grace = 2*time.Minute, c.grace
		cfg.Rate = 20
		rep, _ := run(t, holds(c.late), cfg)
		k := slices.IndexFunc(rep.Checks, func(c report.Check) bool { return c.Name == "isolation" })
		if got := rep.Checks[k]; (got.Verdict == report.Failed) != c.fails || got.Evaluations == 0 {
			t.Errorf("%+v: %s with %d evaluations: %+v", c, got.Verdict, got.Evaluations, got.Witnesses)
		}
	}
}

// returns returns who comes back in a run, in order.
func returns(cfg loadgen.Config) (all []int) {
	plan := (&scenario.Script{Spec: cfg.Scenario, Users: cfg.Users, Size: 64, Seed: cfg.Seed}).Plan(100)
	end := cfg.Duration + time.Second
	for e, ok := plan.Next(end); ok; e, ok = plan.Next(end) {
		if e.Act == scenario.Return {
			all = append(all, e.Chatter)
		}
	}
	return all
}

// A run of ten for three seconds has others take the names of those who are away, and
// says private lines to who has just left, whatever the seed.
func TestReuse(t *testing.T) {
	for seed := range seeds(20) {
		for _, name := range []string{"mixed", "churn"} {
			spec, err := scenario.Find(name)
			if err != nil {
				t.Fatal(err)
			}
			r := &Room{}
			had := make(map[string][]*Member)
			toLeavers := 0
			cfg := loadgen.Config{Users: 10, Duration: 3 * time.Second, Seed: seed, Scenario: spec}
			asked := make(map[string]bool)
			back := returns(cfg)
			of := make(map[*Member]int) // who comes back
			r.Hooks.Name = func(m *Member, due string) string {
				if m.N < cfg.Users {
					asked[m.Asked] = true
				}
				if had[due] = append(had[due], m); m.N >= cfg.Users && len(back) > 0 && asked[m.Asked] { // else a visitor
					of[m], back = back[0], back[1:]
				}
				return due
			}
			r.Hooks.Tell = func(_, to *Member, _ Frame) bool {
				if to == nil || to.gone {
					toLeavers++
				}
				return false
			}
			rep, _ := run(t, r, cfg)
			passes(t, rep)
			reused := 0
			for _, all := range had {
				for i, m := range all[1:] {
					if c, back := of[m]; back && all[i].Chatter >= 0 && c != all[i].Chatter {
						reused++
					}
				}
			}
			if reused == 0 || toLeavers < 2 {
				t.Errorf("%s, seed %d: %d names taken by another, %d private lines to who is not there", name, seed, reused, toLeavers)
			}
		}
	}
}
