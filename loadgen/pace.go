package loadgen

import (
	"context"
	"time"
)

// short is the part of a wait that is slept off with nap, which is more exact
// than a timer but cannot be cancelled.
const short = 3 * time.Millisecond

// pacer waits for points of an absolute schedule: being late for one does not
// shift the next, so a delay anywhere is not hidden from the latencies that
// count from the schedule.
type pacer struct{ timer *time.Timer }

func newPacer() *pacer { return &pacer{timer: time.NewTimer(0)} }

func (p *pacer) stop() { p.timer.Stop() }

// until waits for a time; false if ctx was cancelled before it.
func (p *pacer) until(ctx context.Context, at time.Time) bool {
	for ctx.Err() == nil {
		switch d := time.Until(at); {
		case d <= 0:
			return true
		case d <= short:
			nap(d)
		default:
			p.timer.Reset(d - short/2)
			select {
			case <-ctx.Done():
			case <-p.timer.C:
			}
		}
	}
	return false
}
