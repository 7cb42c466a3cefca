package loadgen

import (
	"context"
	"time"
)

// pacer waits for points of an absolute schedule: being late for one does not
// shift the next, so a delay anywhere is not hidden from the latencies that
// count from the schedule.
type pacer struct{ timer *time.Timer }

func newPacer() *pacer {
	t := time.NewTimer(time.Hour)
	return &pacer{timer: t}
}

func (p *pacer) stop() { p.timer.Stop() }

// until waits for a time; false if ctx was cancelled before it.
func (p *pacer) until(ctx context.Context, at time.Time) bool {
	d := time.Until(at)
	if d <= 0 {
		return ctx.Err() == nil
	}
	p.timer.Reset(d)
	select {
	case <-ctx.Done():
		return false
	case <-p.timer.C:
		return true
	}
}
