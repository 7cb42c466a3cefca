package outside

import (
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/scenario/file"
)

// playing returns a run of so long with roles, over a network on which everything
// takes a millisecond.
func playing(t *testing.T, r *Room, roles string, d time.Duration) loadgen.Config {
	t.Helper()
	f, err := file.Read("roles.yaml", []byte("users: 8\nroles: "+roles))
	if err != nil {
		t.Fatal(err)
	}
	r.Weather = func(int) (up, down Weather) {
		return Weather{Delay: time.Millisecond / 2}, Weather{Delay: time.Millisecond / 2}
	}
	return loadgen.Config{Where: "room outside", Duration: d, Warmup: -1, Rate: 100, Seed: 1, Scenario: scenario.Of(f, nil)}
}

// A right room serves every role, and the others see nothing of it.
func TestRoles(t *testing.T) {
	r := new(Room)
	rep, _ := run(t, r, playing(t, r, `{slow: {count: 2, reads: 500B/s, every: 400ms}, stalled: {count: 2, every: 400ms},
  dribble: {count: 2, writes: 100B/s, every: 400ms}, flood: {share: 10%, rate: 500, every: 400ms}, noise: {count: 1, every: 400ms}}`, 20*time.Second))
	passes(t, rep)
	if len(rep.Roles) != 5 {
		t.Fatalf("%d roles", len(rep.Roles))
	}
	for _, role := range rep.Roles {
		if role.Windows != 5 || role.Ratio == nil || *role.Ratio < 0.9 || *role.Ratio > 1.1 || len(role.Evicted) > 0 || role.Throttled+role.TurnedAway > 0 {
			t.Errorf("%+v", role)
		}
	}
	slow, stalled, dribble, flood, noise := rep.Roles[0], rep.Roles[1], rep.Roles[2], rep.Roles[3], rep.Roles[4]
	if due := int64(2 * 5 * 200); slow.BytesRead < due*3/4 || slow.BytesRead > due*5/4 { // 500 B/s, two for 0.4 s each
		t.Errorf("slow has read %d bytes", slow.BytesRead)
	}
	if stalled.BytesRead > 0 || stalled.Acted != 10 {
		t.Errorf("stalled: %+v", stalled)
	}
	if dribble.Lines < 10 || dribble.BytesSent < 10*64 || dribble.Lines > 20 {
		t.Errorf("dribble: %+v", dribble)
	}
	if flood.Users != 1 || flood.Lines < 5*195 || flood.Lines > flood.LinesDue+5 {
		t.Errorf("flood: %+v", flood)
	}
	if noise.Lines < 5*4 || noise.Errors.Count == 0 {
		t.Errorf("noise: %+v", noise)
	}
}

// queue has the room take so long for each line: one after the other, or each
// member's by themselves.
func queue(r *Room, each time.Duration, fair bool) {
	free := make(map[*Member]time.Time)
	var again *Member
	r.Hooks.Input = func(m *Member, line string, long bool) bool {
		if again == m {
			return false
		}
		of := m
		if !fair {
			of = nil
		}
		if now := time.Now(); free[of].Before(now) {
			free[of] = now
		}
		free[of] = free[of].Add(each)
		r.later(time.Until(free[of]), func() {
			again = m
			r.takeLocked(m, line, long)
			again = nil
		})
		return true
	}
}

// The ratio shows a room in which a flood keeps the others waiting, and no other.
func TestFloodStarves(t *testing.T) {
	for _, fair := range []bool{false, true} {
		r := new(Room)
		cfg := playing(t, r, "{flood: {count: 1, rate: 1300, every: 1s}}", 12*time.Second)
		cfg.Thresholds = []string{"roles.flood.ratio<1.3"}
		queue(r, time.Millisecond, fair)
		rep, _ := run(t, r, cfg)
		flood := rep.Roles[0]
		if flood.Ratio == nil || (*flood.Ratio < 1.3) != fair || !fair && *flood.Ratio < 50 {
			t.Fatalf("fair %v: %+v", fair, flood)
		}
		if want := map[bool]report.Verdict{true: report.Passed, false: report.Failed}[fair]; rep.Thresholds[0].Verdict != want || len(failedChecks(rep)) > 0 {
			t.Errorf("fair %v: %+v, failed %v", fair, rep.Thresholds[0], failedChecks(rep))
		}
	}
}

func failedChecks(rep *report.Report) (names []string) {
	for _, c := range rep.Checks {
		if c.Violations > 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// evicts has the room put out one whose name begins so, once, after some frames to it.
func evicts(r *Room, name string) {
	got := 0
	r.Hooks.Emit = func(to *Member, f Frame) []Frame {
		if strings.HasPrefix(to.Asked, name) {
			got++
		}
		if strings.HasPrefix(to.Asked, name) && got == 150 && !to.gone {
			r.write(to.conn, Frame{Kind: Failure, Text: "evicted: too far behind"})
			to.gone = true
			r.remove(to)
			to.conn.Close()
			r.later(0, func() { r.tellAll(Frame{Kind: Leave, Names: []string{to.Name}, From: to}) })
			return nil
		}
		return same(f)
	}
}

// Who has a role may be put out once it acts, and comes back; nobody else may, and no
// role that has not acted yet.
func TestRolesPutOut(t *testing.T) {
	for name, c := range map[string]struct {
		every string
		out   string
		fails bool
	}{
		"one who reads slowly": {"1s", "slow", false},
		"one who has not yet":  {"4s", "slow", true},
		"one who talks":        {"1s", "user3", true},
	} {
		r := new(Room)
		evicts(r, c.out)
		rep, _ := run(t, r, playing(t, r, "{slow: {count: 1, reads: 1kB/s, every: "+c.every+"}}", 12*time.Second))
		failed := failedChecks(rep)
		if (len(failed) > 0) != c.fails || c.fails && failed[0] != "roster accuracy" {
			t.Errorf("%s: failed %v", name, failed)
		}
		if slow := rep.Roles[0]; c.out == "slow" && slow.Evicted["slow"] == 0 || c.out != "slow" && len(slow.Evicted) > 0 {
			t.Errorf("%s: %+v", name, slow)
		}
	}
}
