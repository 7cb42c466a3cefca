package loadgen

import (
	"context"
	"fmt"
	"sync"
	"time"

	"chatsim/loadgen/report"
)

// untilFutile returns a context that ends when the load has become of no use: soon
// after the judge has seen a violation, with -fail-fast, or when the server has
// gone or sends more than may be held. What was sent is drained and judged as after an interruption.
func (r *run) untilFutile(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer cancel()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-r.cfg.Gone:
				return
			case <-tick.C:
				if r.overfed.Load() != nil {
					return
				}
				if r.cfg.FailFast && r.judge.Violated() {
					r.failed.Store(true)
					return
				}
			}
		}
	})
	return ctx, func() { cancel(); wg.Wait() }
}

// cutShort records that the run has ended because the server has.
func (r *run) cutShort() {
	select {
	case <-r.cfg.Gone:
		r.cutBy = "the end of the server"
	default:
		if why := r.overfed.Load(); why != nil {
			r.cutBy = why.cutBy
		}
	}
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
