package loadgen_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
)

// wedged is a context that keeps whoever looks at it waiting, as a machine does
// that has no processor for the generator.
type wedged struct{ context.Context }

func (w wedged) Err() error {
	<-time.After(5 * time.Millisecond)
	return w.Context.Err()
}

// A generator that is kept from its work is the limit, and says so.
func TestStarvedGenerator(t *testing.T) {
	t.Parallel()
	cfg := short(serve(t, faults{}), lively(t, "steady"))
	rep, err := loadgen.Run(wedged{t.Context()}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if !rep.Generator.Limited || rep.Generator.ScheduleLagP99 < int64(20*time.Millisecond) {
		t.Errorf("generator: %+v, latency %+v", rep.Generator, rep.Latency.Delivery)
	}
	if !strings.Contains(strings.Join(rep.Warnings, "\n"), "generator-limited: ") {
		t.Errorf("warnings: %q", rep.Warnings)
	}
}
