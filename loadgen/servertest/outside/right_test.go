package outside

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/report"
)

// far returns a weather for the way from the room.
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
		for seed := range seeds(10) {
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
	for seed := range seeds(10) {
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

// unusual draws a right room that is not like others: what the network does, how
// its frames are spelled, and who else is there.
func unusual(seed uint64) (r *Room, crowd Crowd) {
	rnd := rand.New(rand.NewPCG(seed, 7))
	ms := func(most int) time.Duration { return time.Duration(rnd.IntN(most+1)) * time.Millisecond }
	direction := func() Weather {
		w := Weather{Delay: ms(300), Jitter: ms(400)}
		switch rnd.IntN(6) {
		case 0:
			w.Split = 1 // every byte by itself
		case 1:
			w.Split = 1 + rnd.IntN(40)
		case 2:
			w.Merge = ms(500)
		case 3:
			w.Outage, w.Every = ms(900), time.Second
		case 4:
			w = Weather{}
		}
		return w
	}
	var alike *[2]Weather
	if rnd.IntN(3) == 0 {
		alike = &[2]Weather{direction(), direction()}
	}
	r = &Room{Seed: seed, Spelling: Spelling{Spaces: rnd.IntN(3) == 0, Escapes: rnd.IntN(3) == 0, Extra: rnd.IntN(3) == 0}}
	r.Weather = func(int) (up, down Weather) {
		if alike != nil {
			return alike[0], alike[1]
		}
		return direction(), direction()
	}
	crowd.Within = time.Second
	if rnd.IntN(2) == 0 {
		crowd = Crowd{Seed: seed, Before: rnd.IntN(40), Come: rnd.IntN(100), Lines: rnd.IntN(60), Within: 6 * time.Second}
	}
	return r, crowd
}

// Right rooms far from usual: none is called wrong, and none too little to judge.
func TestUnusualRooms(t *testing.T) {
	loads := []string{"mixed", "churn", "private", "steady", "namesakes", "quiet", "answers", "protocol", "forms"}
	for part := range uint64(4) {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			for seed := part; seed < seeds(500); seed += 4 {
				load := loads[seed%uint64(len(loads))]
				r, crowd := unusual(seed)
				rep, _ := run(t, r, workload(load, seed), crowd)
				if passes(t, rep); t.Failed() {
					t.Fatalf("seed %d, %s, crowd %+v, spelling %+v", seed, load, crowd, r.Spelling)
				}
			}
		})
	}
}

// Whoever has left by a FIN or a half-close is sent what was under way, and then the
// end: a room may take its time for either.
func TestLateEnds(t *testing.T) {
	for _, c := range []struct {
		name          string
		end           time.Duration // after the leave
		delay, jitter time.Duration // of what is under way
	}{
		{"the end comes 3 s later", 3 * time.Second, 0, 0},
		{"the end comes 9 s later", 9 * time.Second, 10 * time.Millisecond, 0},
		{"all comes 3 s later", 0, 3 * time.Second, 0},
		{"all comes up to 2 s later, and the end after that", 5 * time.Second, 0, 2 * time.Second},
	} {
		for seed, load := range leavings {
			cfg := workload(load, uint64(seed))
			cfg.Drain = 10*time.Second + 5*(c.delay+c.jitter) // some leave, come back and leave again
			r := &Room{Seed: uint64(seed), Weather: far(c.delay, c.jitter)}
			r.Hooks.Parted = func(m *Member) bool {
				r.later(c.end, func() { m.conn.Close() })
				return true
			}
			rep, _ := run(t, r, cfg)
			if passes(t, rep); t.Failed() {
				t.Fatalf("%s, %s", c.name, load)
			}
		}
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
		cfg := workload("steady", 3)
		cfg.ExpectFull = 5
		rep, _ := run(t, fullAt(5, words), cfg)
		passes(t, rep)
		if rep.Joined != 5 || rep.Sent < 150 || !slices.ContainsFunc(rep.Warnings, func(w string) bool { return strings.Contains(w, words) }) {
			t.Errorf("%d joins, %d lines, warnings %q", rep.Joined, rep.Sent, rep.Warnings)
		}
		cfg = workload("churn", 3)
		full := fullAt(8, words)
		p := Fault{Plant: admits(refuses(words), 1)}.Spoil(full, 1, stayers(cfg))
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

// A stranger who repeats what others say, word for word, is nobody's forgery.
func TestBridge(t *testing.T) {
	for seed := range seeds(60) {
		load := []string{"steady", "mixed", "churn", "private"}[seed%4]
		r, crowd := unusual(seed)
		crowd.Repeat = []int{5, 100}[seed%2]
		rep, _ := run(t, r, workload(load, seed), crowd)
		if passes(t, rep); t.Failed() {
			t.Fatalf("seed %d, %s, crowd %+v", seed, load, crowd)
		}
	}
}
