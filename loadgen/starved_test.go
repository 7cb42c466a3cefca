package loadgen_test

import (
	"strings"
	"testing"
	"time"
)

// A generator that does not keep its schedule is the limit, and says so: no machine
// writes two million lines a second by a write each.
func TestStarvedGenerator(t *testing.T) {
	t.Parallel()
	cfg := short(serve(t, faults{}), lively(t, "steady"))
	cfg.Users, cfg.Rate, cfg.Duration = 3, 2_000_000, 50*time.Millisecond
	if testing.Short() {
		cfg.Rate /= 10 // is too much for a generator under the race detector
	}
	rep := run(t, cfg)
	if !rep.Generator.Limited || rep.Generator.ScheduleLagP99 < int64(20*time.Millisecond) {
		t.Errorf("generator: %+v, latency %+v", rep.Generator, rep.Latency.Delivery)
	}
	if !strings.Contains(strings.Join(rep.Warnings, "\n"), "generator-limited: ") {
		t.Errorf("warnings: %q", rep.Warnings)
	}
}
