package outside

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/scenario"
)

// go test ./loadgen/servertest/outside -run TestFaults -args -only join -all
var (
	only = flag.String("only", "", "run the faults with this in their name")
	all  = flag.Bool("all", false, "run each fault under every load that it goes with, not under one")
	runs = flag.Int("runs", 1, "run each fault so often, by other seeds")
)

// outcome is what a run against a spoiled room came to.
type outcome struct {
	planted bool
	times   int64
	failed  map[string]int64 // violations by check
	text    string
}

// right reports whether the fault was named as what it is, once.
func (o outcome) right(f Fault) bool {
	if len(o.failed) != 1 {
		return false
	}
	for name, n := range o.failed {
		return slices.Contains(f.Checks, name) && n == max(1, o.times)
	}
	return false
}

func (o outcome) String() string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(o.failed)) {
		words = append(words, fmt.Sprintf("%s %d", name, o.failed[name]))
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

// spoiled makes a run against a room with a fault.
func spoiled(t *testing.T, f Fault, load string, seed uint64) outcome {
	cfg := workload(load, seed)
	room := &Room{Seed: seed, Weather: func(int) (up, down Weather) {
		return Weather{Delay: 5 * time.Millisecond, Jitter: 40 * time.Millisecond}, Weather{Delay: 5 * time.Millisecond, Jitter: 60 * time.Millisecond}
	}}
	p := f.Spoil(room, seed, stayers(cfg))
	rep, _ := run(t, room, cfg)
	o := outcome{planted: p.Done, times: p.Times, failed: make(map[string]int64)}
	for _, c := range rep.Checks {
		if c.Violations > 0 {
			o.failed[c.Name] = c.Violations
			for _, w := range c.Witnesses {
				o.text += fmt.Sprintf("\n\t%s: %s; expected %s, came %s", c.Name, w.Sentence, w.Expected, w.Came)
			}
		}
	}
	if len(o.failed) == 0 {
		o.text = fmt.Sprintf("\n\t%s, cut by %q, %q", rep.Verdict, rep.CutBy, rep.Warnings)
	}
	return o
}

// stayers reports who never leaves in a run.
func stayers(cfg loadgen.Config) func(int) bool {
	script := &scenario.Script{Spec: cfg.Scenario, Users: cfg.Users, Size: 64, Seed: cfg.Seed}
	plan := script.Plan(float64(cfg.Rate))
	leaves := make(map[int]bool)
	for e, ok := plan.Next(cfg.Duration); ok; e, ok = plan.Next(cfg.Duration) {
		if e.Act == scenario.Leave {
			leaves[e.Chatter] = true
		}
	}
	return func(n int) bool { return !leaves[n] }
}

func TestFaults(t *testing.T) {
	for i, f := range Faults() {
		if !strings.Contains(f.Name, *only) {
			continue
		}
		for k, load := range f.Loads {
			if !*all && i%len(f.Loads) != k || testing.Short() && i%10 != 0 {
				continue
			}
			t.Run(f.Name+"/"+load, func(t *testing.T) {
				t.Parallel()
				planted := 0
				for seed := uint64(0); seed < uint64(99+*runs) && planted < *runs; seed++ { // the rarest faults need a dozen
					o := spoiled(t, f, load, seed)
					if o.planted && !o.right(f) {
						t.Errorf("%s | %s | seed %d | %v | want %v%.1500s", f.Name, load, seed, o, f.Checks, o.text)
					}
					if o.planted {
						planted++
					}
				}
				if planted == 0 {
					t.Errorf("%s | %s: never planted", f.Name, load)
				}
			})
		}
	}
}
