package loadgen

import (
	"sync/atomic"
	"time"
)

// traffic is what has gone to the server, and what has come that no delivery is.
type traffic struct {
	sent    atomic.Int64 // lines
	rosters atomic.Int64 // that came
	last    atomic.Int64 // when something was sent, dialled or closed, a time of the run
}

// moves records that something is sent, dialled or closed.
func (t *traffic) moves(at time.Duration) { t.last.Store(int64(at)) }

// says records that a line is sent.
func (t *traffic) says(at time.Duration) {
	t.sent.Add(1)
	t.moves(at)
}

// quiet returns since when nothing was sent, dialled or closed.
func (t *traffic) quiet() time.Duration { return time.Duration(t.last.Load()) }
