package loadgen

import (
	"context"
	"fmt"
	"sync"
	"time"

	"chatsim/loadgen/report"
)

// failFast gives a context that ends, with -fail-fast, soon after the judge has
// seen a violation. What was sent is drained and judged as after an interruption.
func (r *run) failFast(ctx context.Context) (_ context.Context, stop func()) {
	if !r.cfg.FailFast {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for !r.judge.Violated() {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
		r.failed.Store(true)
		cancel()
	})
	return ctx, func() { cancel(); wg.Wait() }
}

// shortened says in the report that the run was ended by a violation. One that
// has come to nothing at the end leaves a run that is too short to be passed.
func (r *run) shortened(rep *report.Report) {
	if !r.failed.Load() || rep.MeasuredS >= r.cfg.Duration.Seconds() {
		return
	}
	rep.Warnings = append(rep.Warnings, fmt.Sprintf("ended by -fail-fast after %.1f of %.1f s", rep.MeasuredS, r.cfg.Duration.Seconds()))
	for i := range rep.Checks {
		if rep.Checks[i].Verdict == report.Failed {
			return
		}
	}
	rep.CutBy = "-fail-fast, at a suspicion that has come to nothing"
}
