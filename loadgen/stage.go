package loadgen

import (
	"sync/atomic"
	"time"
)

// stage is where a run stands: in which phase it is, and from when until when it is
// measured.
type stage struct {
	now atomic.Pointer[Phase]

	// Set once when the ramp is over.
	begin time.Duration // of the measured part
	end   time.Duration

	ended time.Duration // when the load was over: at end, or when it was cancelled. Owned by Run.
}

// enter begins a phase.
func (s *stage) enter(p Phase) { s.now.Store(&p) }

// phase returns the one that the run is in.
func (s *stage) phase() Phase { return *s.now.Load() }

// is reports whether the run is in a phase.
func (s *stage) is(p Phase) bool { return s.phase() == p }

// measures reports whether a task's line counts: it was due in the measured part.
// Others are judged all the same.
func (s *stage) measures(t *task) bool {
	return t.act != anchor && !t.parting && !t.extra && t.intended >= s.begin && t.intended < s.end
}
