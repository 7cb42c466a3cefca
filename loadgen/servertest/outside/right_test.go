package outside

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/report"
)

// far is a weather for the way from the room.
func far(delay, jitter time.Duration) func(int) (up, down Weather) {
	return func(int) (up, down Weather) { return Weather{}, Weather{Delay: delay, Jitter: jitter} }
}

// The end of a run: whoever is far away has the whole of -drain for what was
// sent last, and nothing that still comes is held against the room.
func TestFarReaders(t *testing.T) {
	for _, c := range []struct {
		name          string
		delay, jitter time.Duration
		drain         time.Duration // 0: the default
	}{
		{"latencies that vary up to 2 s", 0, 2 * time.Second, 0},
		{"a latency of 4.5 s", 4500 * time.Millisecond, 0, 0},
		{"a latency of 9.5 s", 9500 * time.Millisecond, 0, 0},
		{"latencies that vary from 3 to 9 s", 3 * time.Second, 6 * time.Second, 0},
		{"a latency of 900 ms and a limit of a second", 900 * time.Millisecond, 0, time.Second},
	} {
		for seed := range uint64(10) {
			for _, name := range []string{"steady", "private"} {
				cfg := workload(name, seed)
				cfg.Drain, cfg.Scenario.Churn = c.drain, 0 // leaves have a limit of their own
				rep, _ := run(t, &Room{Seed: seed, Weather: far(c.delay, c.jitter)}, cfg)
				if passes(t, rep); t.Failed() {
					t.Fatalf("%s, %s, seed %d", c.name, name, seed)
				}
			}
		}
	}
}

// What comes later than that is neither passed nor failed.
func TestTooFarReaders(t *testing.T) {
	for seed := range uint64(10) {
		rep, took := run(t, &Room{Seed: seed, Weather: far(11*time.Second, 0)}, workload("steady", seed))
		if rep.Verdict != report.Inconclusive || !strings.Contains(rep.CutBy, "deliveries still came") {
			t.Errorf("seed %d: %s, cut by %q: %+v", seed, rep.Verdict, rep.CutBy, rep.Checks)
		}
		if took > time.Minute {
			t.Errorf("it took %v", took)
		}
	}
}

// Joins take as long as the way is.
func TestFarJoins(t *testing.T) {
	for _, delay := range []time.Duration{6 * time.Second, 25 * time.Second} {
		cfg := workload("steady", 1)
		cfg.Drain = time.Minute
		rep, _ := run(t, &Room{Weather: far(delay, 0)}, cfg)
		passes(t, rep)
	}
}

// fullAt has a room refuse whoever comes when so many are there.
func fullAt(n int, words string) *Room {
	r := &Room{}
	r.Hooks.Admit = func(c *conn, _ string) bool {
		if len(r.members) < n {
			return true
		}
		r.write(c, Frame{Kind: Failure, Text: words})
		c.Close()
		return false
	}
	return r
}

// A room that is full is a right one where that was to be; else nobody can tell.
func TestFullRoom(t *testing.T) {
	for _, words := range []string{"the room is full", "Too many connections from your host", "You are banned", "server at capacity, try again later"} {
		cfg := workload("churn", 3)
		cfg.ExpectFull = 5
		rep, _ := run(t, fullAt(5, words), cfg)
		passes(t, rep)
		if rep.Joined < 6 || rep.Sent < 150 || !slices.ContainsFunc(rep.Warnings, func(w string) bool { return strings.Contains(w, words) }) {
			t.Errorf("%d joins, %d lines, warnings %q", rep.Joined, rep.Sent, rep.Warnings)
		}
		full := fullAt(8, words)
		p := Fault{Plant: admits(refuses(words), 1)}.Spoil(full, 1, stayers(cfg))
		cfg.ExpectFull = 0
		rep, _ = run(t, full, cfg)
		for _, c := range rep.Checks {
			if c.Name == "admission" && (c.Verdict != report.Inconclusive || !strings.Contains(c.Reason, "-expect-full") || !strings.Contains(c.Reason, words)) {
				t.Errorf("%v: %+v", p.Done, c)
			}
		}
		if rep.Verdict != report.Inconclusive || !p.Done {
			t.Errorf("%s, refused %v", rep.Verdict, p.Done)
		}
	}
}
