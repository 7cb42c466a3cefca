package loadgen

import (
	"context"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
)

// maxAnchors bounds the lines that end a run against a server that loses some.
const maxAnchors = 3

// maxRefused bounds those that a server may answer by errors before they count
// as lost.
const maxRefused = 16

// interruptDrain is how long an interrupted run may still take.
var interruptDrain = 2 * time.Second // shorter in tests

// drain lets what was sent arrive. When everybody has its own lines back, one
// anchor line is sent: whoever has read it has read all before it. A right
// server is done as soon as that has happened; only one that loses something
// is waited for, up to the limit. It says whether deliveries still came then.
func (r *run) drain(ctx context.Context) (advancing bool) {
	r.enter(Drains)
	for _, u := range r.users {
		u.hush(ctx.Err() != nil)
	}
	p := r.newPatience(ctx)
	defer p.tick.Stop()
	p.until(1./2, r.allSettled)
	for n, refused := 0, 0; n < maxAnchors; {
		r.anchor.Store(nil)
		if !r.sendAnchor(n + refused) {
			return false
		}
		p.until(1./8, func() bool { return r.allAnchored() || r.anchorRefused() })
		switch {
		case r.allAnchored():
			return false
		case r.anchorRefused() && refused < maxRefused:
			refused++
			p.until(1./64, r.allAnchored) // it may be refused for being too soon
		default:
			n++
		}
	}
	if p.until(1, r.allAnchored) || !p.advancing() {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cutBy = "the drain limit of " + p.limit.String() + ", deliveries still came"
	return true
}

// sendAnchor has a chatter send an anchor, a different one each time: the one
// before may be cut off. False if there is nobody.
func (r *run) sendAnchor(n int) bool {
	for i := range r.users {
		if r.users[(n+i)%len(r.users)].enqueue(task{anchor: true}) {
			return true
		}
	}
	return false
}

// patience is how long the drain still waits. It is not for several goroutines.
type patience struct {
	run      *run
	ctx      context.Context
	tick     *time.Ticker
	begun    time.Duration
	limit    time.Duration
	cut      bool          // ctx was cancelled: the limit is the shorter one
	observed int64         // deliveries and rosters, when looked at last,
	since    time.Duration // and when they had become more
}

func (r *run) newPatience(ctx context.Context) *patience {
	return &patience{run: r, ctx: ctx, tick: time.NewTicker(2 * time.Millisecond), begun: r.now(), limit: r.cfg.Drain, since: r.now()}
}

// until looks again and again whether a condition holds; false if it did not
// within a share of the limit. Looking costs far less than the step between.
func (p *patience) until(share float64, holds func() bool) bool {
	begun := p.run.now()
	for !holds() {
		now := p.run.now()
		if n := p.run.measure.Observed() + p.run.rosters.Load(); n != p.observed {
			p.observed, p.since = n, now
		}
		if !p.cut && p.ctx.Err() != nil {
			p.cut, p.begun, p.limit = true, now, min(p.limit, interruptDrain)
			begun = now
		}
		if now >= p.begun+p.limit || now >= begun+time.Duration(share*float64(p.limit)) {
			return false
		}
		<-p.tick.C
	}
	return true
}

// advancing says that deliveries came until a moment ago.
func (p *patience) advancing() bool {
	return p.run.now()-p.since < min(time.Second, p.limit/8)
}

// allSettled says that nothing is on its way any more: every chatter who is
// there has nothing to send and its own lines back, nobody is about to come
// back, those who leave have left, and the others know of it.
func (r *run) allSettled() bool {
	if r.returning.Load() > 0 {
		return false
	}
	for _, u := range r.users {
		if !u.settled() {
			return false
		}
	}
	if r.cfg.Verify >= check.Count || r.cfg.Users == 1 {
		return true
	}
	if r.cfg.Capabilities.Views == ledger.WholeRosters {
		return r.judge.Converged()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.gone {
		if _, known := s.LeaveNotice(); !known {
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

// anchorRefused reports whether the anchor that was sent last was answered by an error.
func (r *run) anchorRefused() bool {
	l := r.anchor.Load()
	return l != nil && l.Refused()
}

// allAnchored says that everybody who is there has read an anchor line.
func (r *run) allAnchored() bool {
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
