package loadgen_test

import (
	"context"
	"sync/atomic"
	"testing"

	"chatsim/loadgen"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/scenario/file"
)

// Chatters who are to come in a phase come when it is their time, however many others
// are not in the room yet, and the time of each join is told whole.
func TestArrivalsDoNotWait(t *testing.T) {
	t.Parallel()
	const arrivals = 300 // more than join at a time before the load
	const text = "users: 1\nphases: [{for: 200ms, rate: 20, join: 300}, {for: 50ms, rate: 20}]"
	f, err := file.Read("arrivals.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, faults{})
	cfg := short(s, scenario.Of(f, []byte(text)))
	cfg.Rate, cfg.Users, cfg.Warmup, cfg.Duration = 0, 0, 0, 0
	cfg.JoinTimeout = limit
	var asked atomic.Int64
	all := make(chan struct{})
	cfg.Join = func(ctx context.Context, name string) (loadgen.Client, error) {
		switch asked.Add(1) {
		case 1: // the first is there before the load
			return loadgen.Dial(s.addr)(ctx, name)
		case 1 + arrivals:
			close(all)
		}
		select {
		case <-all:
		case <-ctx.Done():
			t.Errorf("%d of %d have come", asked.Load()-1, arrivals)
		}
		return loadgen.Dial(s.addr)(ctx, name)
	}
	rep := run(t, cfg)
	if names := failed(t, rep); len(names) > 0 || rep.Joined != 1+arrivals {
		t.Errorf("failed %v; %d joined, %v", names, rep.Joined, rep.Warnings)
	}
}
