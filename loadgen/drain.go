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
// thing that was sent. A drain is not for several goroutines.
type drain struct {
	run      *run
	ctx      context.Context
	tick     *time.Ticker
	limit    time.Duration
	begun    time.Duration
	end      time.Duration // of all waiting, once ctx is cancelled; 0 before
	observed int64         // deliveries and rosters, when looked at last,
	since    time.Duration // and when they had become more
	unsent   int64         // lines that were given up, as the drain was over
}

func newDrain(ctx context.Context, r *run) *drain {
	now := r.clock.now()
	return &drain{run: r, ctx: ctx, tick: time.NewTicker(2 * time.Millisecond), limit: r.cfg.Drain, begun: now, since: now}
}

// all drains the run. It reports whether deliveries still came at the end, and by what
// the run was cut, empty if nothing was.
func (d *drain) all() (advancing bool, cutBy string) {
	r := d.run
	defer d.tick.Stop()
	r.stage.enter(Drains)
	for _, u := range r.users {
		if d.ctx.Err() != nil {
			u.box.drop(true)
		}
		u.box.post(task{act: wake}) // who is silent to the end could not be told from one who is kept from everything
	}
	settled := d.until(d.limit, func() bool { return r.telling.waited() || d.settled() })
	advancing = !settled && d.advancing()
	if !d.anchored(settled) && settled {
		advancing = d.advancing()
	}
	switch {
	case d.unsent > 0:
		cutBy = fmt.Sprintf("the drain limit of %v, with %s of the schedule still to be sent", d.limit, report.Plural(d.unsent, "line", "lines"))
	case advancing:
		cutBy = "the drain limit of " + d.limit.String() + ", deliveries still came"
	}
	return advancing, cutBy
}

// until looks again and again whether a condition holds; false if it did not
// within a time from now, or from when something was sent last. Looking costs far less
// than the step between.
func (d *drain) until(limit time.Duration, holds func() bool) bool {
	r := d.run
	for begun := r.clock.now(); !holds(); {
		now := r.clock.now()
		if n := r.observed(); n != d.observed {
			d.observed, d.since = n, now
		}
		if d.end == 0 && d.ctx.Err() != nil {
			d.limit = min(d.limit, interruptDrain)
			d.end = now + d.limit
		}
		if d.over() || now >= max(begun, r.traffic.quiet())+limit && !r.losses.awaited(now) {
			return false
		}
		<-d.tick.C
	}
	return true
}

// over reports whether the run was cancelled, and has had its time after that.
func (d *drain) over() bool { return d.end > 0 && d.run.clock.now() >= d.end }

// advancing reports whether deliveries came until a moment ago.
func (d *drain) advancing() bool {
	return d.run.clock.now()-d.since < min(time.Second, d.limit/8)
}

// settled reports whether nothing is on its way any more: every chatter who is
// there has nothing to send and its own lines back, nobody is about to come
// back, those who leave have left, and the others know of it.
// What could not be sent within the limit is given up.
func (d *drain) settled() bool {
	r := d.run
	if r.clock.now() >= d.begun+d.limit {
		d.giveUp()
	}
	if r.life.visiting.Load() > 0 {
		return false
	}
	for _, u := range r.users {
		if !u.box.settled() {
			return false
		}
	}
	if r.cfg.Verify >= check.Count || r.cfg.Users == 1 || r.presence.inside.Load() == 0 { // or nobody is there to be told
		return true
	}
	switch r.cfg.Capabilities.Views {
	case ledger.WholeRosters:
		return r.judge.Converged()
	case ledger.NoViews:
		return true
	}
	return r.departures.unknown(false) == nil
}

// giveUp has nobody send any more of what it had still to say. Of those whose last
// stay has no end, which they wait for to come back, it is not the time that lacks.
func (d *drain) giveUp() {
	for _, u := range d.run.users {
		s := u.box.lastStay()
		endless := s != nil && s.session.HasLeft()
		if n := u.box.drop(false); !endless {
			d.unsent += n
		}
	}
}

// anchored has the run anchored, where servers are linked at each of them: behind an
// anchor comes nothing that its own server has passed on before.
func (d *drain) anchored(settled bool) bool {
	for server := range max(1, d.run.cfg.Capabilities.Servers) {
		if !d.anchoredAt(server, settled) {
			return false
		}
	}
	return true
}

// anchoredAt has anchor lines sent and waits until everybody has read the newest
// one. Where not all has settled within the limit those who lack something of
// their own are not waited for much longer: they have had their time.
func (d *drain) anchoredAt(server int, settled bool) bool {
	r := d.run
	all := func() bool {
		late := !settled && r.clock.now()-r.traffic.quiet() >= d.limit/8
		return d.allAnchored(!late)
	}
	for n, refused := 1, 0; ; {
		r.anchor.Store(nil)
		if !d.sendAnchor(server, n+refused-1) {
			return true
		}
		wait := d.limit
		if n < maxAnchors { // it may be lost, if it takes so much longer than others
			slowest := max(r.measure.Slowest(r.stage.ended), r.measure.Slowest(r.clock.now()))
			wait = min(max(d.limit/8, 4*slowest), d.limit/2)
		}
		if d.until(wait, func() bool { return all() || d.anchorRefused() }); all() {
			return true
		}
		switch {
		case d.anchorRefused() && refused < maxRefused:
			refused++
			d.until(d.limit/64, all) // it may be refused for being too soon
		case n == maxAnchors || d.over():
			return false
		default:
			n++
		}
	}
}

// sendAnchor has a chatter send an anchor, a different one each time: the one
// before may be cut off. Those who lack nothing of their own come first. Where servers are
// linked it is one at that server. False if there is nobody.
func (d *drain) sendAnchor(server, n int) bool {
	users, linked := d.run.users, d.run.cfg.Capabilities.Servers > 1
	for _, any := range []bool{false, true} {
		for i := range users {
			u := users[(n+i)%len(users)]
			if linked && u.way.door() != server {
				continue
			}
			if (any || u.box.settled()) && u.box.post(task{act: anchor}) {
				return true
			}
		}
	}
	return false
}

// anchorRefused reports whether the anchor that was sent last was answered by an error.
func (d *drain) anchorRefused() bool {
	l := d.run.anchor.Load()
	return l != nil && l.Refused()
}

// allAnchored reports whether everybody who is there has read the newest anchor;
// with everybody false, all but those who lack something of their own.
func (d *drain) allAnchored(everybody bool) bool {
	l := d.run.anchor.Load()
	if l == nil { // it is about to be sent
		return false
	}
	for _, u := range d.run.users {
		if u.box.lastStay().lacks(l) && (everybody || u.box.settled()) {
			return false
		}
	}
	return true
}
