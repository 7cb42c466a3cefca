package outside

import (
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
