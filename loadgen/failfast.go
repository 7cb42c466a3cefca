package loadgen

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"chatsim/loadgen/check"
)

// ending is what ends a run before its time.
type ending struct {
	// Static.
	gone     <-chan struct{} // see Config
	failFast bool
	judge    *check.Judge

	overfed atomic.Pointer[endedHere] // the server sends more than is of use, and so is the load; nil if it does not
	failed  atomic.Bool               // the load was ended because of a violation

	// Owned by Run.
	interrupted bool   // before all was drained
	cutBy       string // what has cut the run; empty: nothing
}

// untilFutile returns a context that ends when the load has become of no use: soon
// after the judge has seen a violation, with -fail-fast, or when the server has
// gone or sends more than may be held. What was sent is drained and judged as after an interruption.
func (e *ending) untilFutile(ctx context.Context) (_ context.Context, stop func()) {
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
			case <-e.gone:
				return
			case <-tick.C:
				if e.overfed.Load() != nil {
					return
				}
				if e.failFast && e.judge.Violated() {
					e.failed.Store(true)
					return
				}
			}
		}
	})
	return ctx, func() { cancel(); wg.Wait() }
}

// cutShort records that the run has ended because the server has.
func (e *ending) cutShort() {
	select {
	case <-e.gone:
		e.cutBy = "the end of the server"
	default:
		if why := e.overfed.Load(); why != nil {
			e.cutBy = why.cutBy
		}
	}
}

// overfeeds returns why streams are ended, which is one for the whole run: the first.
func (e *ending) overfeeds(why *endedHere) *endedHere {
	e.overfed.CompareAndSwap(nil, why)
	return e.overfed.Load()
}
