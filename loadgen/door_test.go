package loadgen_test

import (
	"context"
	"regexp"
	"sync"
	"syscall"
	"testing"

	"chatsim/loadgen"
	"chatsim/loadgen/scenario"
)

// Chatter n comes in at door n modulo their number, each time, and whoever cannot be
// let in at one is told at which.
func TestDoors(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"churn", "namesakes"} {
		s := serve(t, faults{})
		cfg := short(s, lively(t, name))
		script := &scenario.Script{Spec: cfg.Scenario, Users: cfg.Users, Size: 64, Seed: cfg.Seed}
		due := make(map[[2]any]int)
		for n := range cfg.Users {
			due[[2]any{n % 3, script.Asked(n)}]++
		}
		var mu sync.Mutex
		came := make(map[[2]any]int)
		for i := range 3 {
			cfg.Doors = append(cfg.Doors, loadgen.Door{Addr: s.addr, Join: func(ctx context.Context, asked string) (loadgen.Client, error) {
				mu.Lock()
				came[[2]any{i, asked}]++
				mu.Unlock()
				return loadgen.Dial(s.addr)(ctx, asked)
			}})
		}
		cfg.Join = nil
		passes(t, run(t, cfg))
		for at, n := range due {
			if came[at] < n {
				t.Errorf("%s: %v %d times, want %d", name, at, came[at], n)
			}
		}
		if len(came) != len(due) {
			t.Errorf("%s: %v, want %v", name, came, due)
		}
	}
}

func TestDoorShut(t *testing.T) {
	t.Parallel()
	s := serve(t, faults{})
	cfg := short(s, lively(t, "steady"))
	cfg.Doors = []loadgen.Door{{Addr: s.addr, Join: cfg.Join}, {Addr: "there:1", Join: func(context.Context, string) (loadgen.Client, error) { return nil, syscall.ECONNREFUSED }}}
	_, err := loadgen.Run(t.Context(), cfg)
	if err == nil || !regexp.MustCompile(`^join the server at there:1, with [1-8] of 8 chatters there: nobody listens there$`).MatchString(err.Error()) {
		t.Errorf("%v", err)
	}
}
