package loadgen

import (
	"context"
	"fmt"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
)

// maxAnchors bounds the lines that end a run against a server that loses some.
const maxAnchors = 3

// maxRefused bounds those that a server may answer by errors before they count
// as lost.
const maxRefused = 16

// interruptDrain is how long an interrupted run may still take.
var interruptDrain = 2 * time.Second // shorter in tests

// drain lets what was sent arrive: everybody's own lines come back, and then an
// anchor line is sent, behind which nothing is owed to whoever has read it. A
// right server is done as soon as that has happened, however far it is; only one
// that loses something is waited for, up to the limit, which counts from the last
// thing that was sent. It reports whether deliveries still came then.
func (r *run) drain(ctx context.Context) (advancing bool) {
	r.stage.enter(Drains)
	for _, u := range r.users {
		if ctx.Err() != nil {
			u.drop(true)
		}
		u.post(task{act: wake}) // who is silent to the end could not be told from one who is kept from everything
	}
	p := r.newPatience(ctx)
	defer p.tick.Stop()
	settled := p.until(p.limit, func() bool { return r.telling.waited() || r.allSettled(p) })
	advancing = !settled && p.advancing()
	if !r.anchored(p, settled) && settled {
		advancing = p.advancing()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.unsent > 0:
		r.cutBy = fmt.Sprintf("the drain limit of %v, with %s of the schedule still to be sent", p.limit, report.Plural(r.unsent, "line", "lines"))
	case advancing:
		r.cutBy = "the drain limit of " + p.limit.String() + ", deliveries still came"
	}
	return advancing
}

// anchored has anchor lines sent and waits until everybody has read the newest
// one. Where not all has settled within the limit those who lack something of
// their own are not waited for much longer: they have had their time.
func (r *run) anchored(p *patience, settled bool) bool {
	all := func() bool {
		late := !settled && r.clock.now()-time.Duration(r.sentAt.Load()) >= p.limit/8
		return r.allAnchored(!late)
	}
	for n, refused := 1, 0; ; {
		r.anchor.Store(nil)
		if !r.sendAnchor(n + refused - 1) {
			return true
		}
		wait := p.limit
		if n < maxAnchors { // it may be lost, if it takes so much longer than others
			slowest := max(r.measure.Slowest(r.stage.ended), r.measure.Slowest(r.clock.now()))
			wait = min(max(p.limit/8, 4*slowest), p.limit/2)
		}
		if p.until(wait, func() bool { return all() || r.anchorRefused() }); all() {
			return true
		}
		switch {
		case r.anchorRefused() && refused < maxRefused:
			refused++
			p.until(p.limit/64, all) // it may be refused for being too soon
		case n == maxAnchors || p.over():
			return false
		default:
			n++
		}
	}
}

// sendAnchor has a chatter send an anchor, a different one each time: the one
// before may be cut off. Those who lack nothing of their own come first. False if
// there is nobody.
func (r *run) sendAnchor(n int) bool {
	for _, any := range []bool{false, true} {
		for i := range r.users {
			u := r.users[(n+i)%len(r.users)]
			if (any || u.settled()) && u.post(task{act: anchor}) {
				return true
			}
		}
	}
	return false
}

// patience is how long the drain still waits. It is not for several goroutines.
type patience struct {
	run      *run
	ctx      context.Context
	tick     *time.Ticker
	limit    time.Duration
	begun    time.Duration
	end      time.Duration // of all waiting, once ctx is cancelled; 0 before
	observed int64         // deliveries and rosters, when looked at last,
	since    time.Duration // and when they had become more
}

func (r *run) newPatience(ctx context.Context) *patience {
	now := r.clock.now()
	return &patience{run: r, ctx: ctx, tick: time.NewTicker(2 * time.Millisecond), limit: r.cfg.Drain, begun: now, since: now}
}

// until looks again and again whether a condition holds; false if it did not
// within d from now, or from when something was sent last. Looking costs far less
// than the step between.
func (p *patience) until(d time.Duration, holds func() bool) bool {
	r := p.run
	for begun := r.clock.now(); !holds(); {
		now := r.clock.now()
		if n := r.measure.Observed() + r.rosters.Load(); n != p.observed {
			p.observed, p.since = n, now
		}
		if p.end == 0 && p.ctx.Err() != nil {
			p.limit = min(p.limit, interruptDrain)
			p.end = now + p.limit
		}
		if p.over() || now >= max(begun, time.Duration(r.sentAt.Load()))+d && !r.awaitsLoss(now) {
			return false
		}
		<-p.tick.C
	}
	return true
}

// over reports whether the run was cancelled, and has had its time after that.
func (p *patience) over() bool { return p.end > 0 && p.run.clock.now() >= p.end }

// advancing reports whether deliveries came until a moment ago.
func (p *patience) advancing() bool {
	return p.run.clock.now()-p.since < min(time.Second, p.limit/8)
}

// allSettled reports whether nothing is on its way any more: every chatter who is
// there has nothing to send and its own lines back, nobody is about to come
// back, those who leave have left, and the others know of it.
// What could not be sent within the limit is given up.
func (r *run) allSettled(p *patience) bool {
	if r.clock.now() >= p.begun+p.limit {
		r.giveUp()
	}
	if r.visiting.Load() > 0 {
		return false
	}
	for _, u := range r.users {
		if !u.settled() {
			return false
		}
	}
	if r.cfg.Verify >= check.Count || r.cfg.Users == 1 || r.inside.Load() == 0 { // or nobody is there to be told
		return true
	}
	switch r.cfg.Capabilities.Views {
	case ledger.WholeRosters:
		return r.judge.Converged()
	case ledger.NoViews:
		return true
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

// giveUp has nobody send any more of what it had still to say. Of those whose last
// stay has no end, which they wait for to come back, it is not the time that lacks.
func (r *run) giveUp() {
	for _, u := range r.users {
		endless := u.hasLeft()
		if n := u.drop(false); n > 0 && !endless {
			r.mu.Lock()
			r.unsent += n
			r.mu.Unlock()
		}
	}
}

// anchorRefused reports whether the anchor that was sent last was answered by an error.
func (r *run) anchorRefused() bool {
	l := r.anchor.Load()
	return l != nil && l.Refused()
}

// allAnchored reports whether everybody who is there has read the newest anchor;
// with everybody false, all but those who lack something of their own.
func (r *run) allAnchored(everybody bool) bool {
	l := r.anchor.Load()
	if l == nil { // it is about to be sent
		return false
	}
	for _, u := range r.users {
		if u.lacks(l) && (everybody || u.settled()) {
			return false
		}
	}
	return true
}
