package loadgen

import (
	"context"
	"sync"
	"time"
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
