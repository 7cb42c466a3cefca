// Package pace waits for points of time more exactly than a timer does.
package pace

import (
	"context"
	"time"
)

// short is the part of a wait that is slept off with nap, which is more exact
// than a timer but cannot be cancelled.
const short = 3 * time.Millisecond

// Pacer waits for points of an absolute schedule: being late for one does not
// shift the next, so a delay anywhere is not hidden from the latencies that
// count from the schedule. It is for one goroutine.
type Pacer struct {
	timer *time.Timer
	usage usage
}

// Nap is how short waits are slept off. Tests in fake time, which passes only
// while everybody waits for the runtime, set it to time.Sleep before any Pacer
// waits.
var Nap = nap

// New returns a Pacer, to be stopped.
func New() *Pacer { return &Pacer{timer: time.NewTimer(0)} }

// Stop gives its timer back.
func (p *Pacer) Stop() { p.timer.Stop() }

// Until waits for a time; false if ctx was cancelled before it.
func (p *Pacer) Until(ctx context.Context, at time.Time) bool {
	for ctx.Err() == nil {
		switch d := time.Until(at); {
		case d <= 0:
			return true
		case d <= short:
			if p.usage.busy() {
				time.Sleep(d)
			} else {
				Nap(d)
			}
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
