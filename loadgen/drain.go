package loadgen

import (
	"context"
	"time"

	"chatsim/loadgen/check"
)

// maxAnchors bounds the lines that end a run against a server that loses some.
const maxAnchors = 3

// interruptDrain is how long an interrupted run may still take.
const interruptDrain = 2 * time.Second

// drain lets what was sent arrive. When everybody has its own lines back, one
// anchor line is sent: whoever has read it has read all before it. A right
// server is done as soon as that has happened; only one that loses something
// is waited for, up to the limit. It says whether deliveries still came then.
func (r *run) drain(ctx context.Context) (advancing bool) {
	r.enter(Drains)
	limit := r.cfg.Drain
	if ctx.Err() != nil {
		limit = min(limit, interruptDrain)
	}
	deadline := r.now() + limit
	r.until(r.now()+limit/2, r.allSettled)
	for range maxAnchors {
		r.users[0].enqueue(task{anchor: true})
		if r.until(min(deadline, r.now()+max(limit/8, 50*time.Millisecond)), r.allAnchored) {
			return false
		}
	}
	last, since := r.measure.observed.Load(), r.now()
	done := r.until(deadline, func() bool {
		if n := r.measure.observed.Load(); n != last {
			last, since = n, r.now()
		}
		return r.allAnchored()
	})
	if done {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now()-since < min(time.Second, limit/4) && limit > 0 {
		r.cutBy = "-drain " + limit.String() + ": deliveries still came"
		return true
	}
	return false
}

// until looks again and again whether a condition holds; false if it did not
// until the deadline. Looking costs far less than the step between.
func (r *run) until(deadline time.Duration, holds func() bool) bool {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if r.now() >= deadline {
			return false
		}
		<-tick.C
	}
	return true
}

// allSettled says that nothing is on its way any more: every chatter who is
// there has nothing to send and its own lines back, those who leave have left,
// and the others know of it.
func (r *run) allSettled() bool {
	for _, u := range r.users {
		if !u.settled() {
			return false
		}
	}
	if r.cfg.Verify >= check.Count || r.cfg.Users == 1 {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.gone {
		if _, known := s.LeaveNotice(); !known && s.Joined() {
			return false
		}
	}
	return true
}

func (u *user) settled() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch s := u.stay; {
	case s == nil:
		return true // what it still had to say goes with it
	case s.leaving.Load() || s.finWhen.Load():
		return false
	default:
		return len(u.outbox) == 0 && !u.pumping && s.session.Unsettled() == 0
	}
}

// allAnchored says that everybody who is there has read an anchor line.
func (r *run) allAnchored() bool {
	l := r.anchor.Load()
	if l == nil {
		return false
	}
	for _, u := range r.users {
		u.mu.Lock()
		s := u.stay
		u.mu.Unlock()
		if s != nil && !s.leaving.Load() && !s.anchored.Load() {
			return false
		}
	}
	return true
}
