package manager

import (
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// floodUnit is how many bytes of a line count as one more line, so that long
// lines are limited too.
const floodUnit = 512

// throttle is the flood limit of one session.
type throttle struct {
	conn *connection // static

	// Owned by the session's goroutine.
	allowance *allowance    // nil: no limit; set before others see the throttle
	delay     time.Duration // that the next line has to wait for
	told      bool          // the user knows of the limit

	passed atomic.Bool // the allowance was passed on
}

func (t *throttle) addr() net.Addr { return t.conn.conn.RemoteAddr() }

// inherit sets the allowance, and reports whether somebody has left it. One
// who has closed a moment ago may not have found out yet.
func (t *throttle) inherit(now time.Time) (inherited bool) {
	f := t.conn.m.floods
	defer f.enter(t)
	if t.allowance, inherited = f.take(t.addr(), now); inherited {
		return true
	}
	for _, o := range f.newest(t.addr()) {
		if !o.passed.Load() && hangupOf(o.conn.under()) != stays {
			o.passOn()
			break
		}
	}
	t.allowance, inherited = f.take(t.addr(), now)
	return inherited
}

// passOn leaves the allowance to whoever comes next from the same address, as
// soon as our peer has closed: what it has still to say counts against it as
// well. Any goroutine may call it.
func (t *throttle) passOn() {
	if t.allowance != nil && !t.passed.Swap(true) {
		t.conn.m.floods.pass(t.addr(), t.allowance, time.Now())
	}
}

// end ends the session's use of its allowance.
func (t *throttle) end() {
	if t.allowance != nil {
		t.passOn()
		t.conn.m.floods.end(t)
	}
}

// reserve takes so many lines of the allowance, and sets the delay that they cost.
func (t *throttle) reserve(now time.Time, lines int) {
	t.delay = t.allowance.ReserveN(now, lines).DelayFrom(now)
}

// spend counts a line of so many bytes, and reports whether there is a delay.
func (t *throttle) spend(bytes int) (slowed bool) {
	if t.allowance == nil {
		return false
	}
	t.reserve(time.Now(), min(1+bytes/floodUnit, t.allowance.Burst()))
	return t.delay > 0
}

// spendExtra counts what came beside lines, such as pings, as lines, and what
// came at once as no more than may be said at once.
func (t *throttle) spendExtra() {
	if n := t.conn.extra(); n > 0 {
		t.spend((n - 1) * floodUnit)
	}
}

// takeFlood takes an allowance for the user's lines, if they are limited. To
// come back to one that others have left counts as a line, too, which has to be
// waited for: everybody is told of it. One whose peer closes meanwhile passes it
// on at once, and does not come in if it cannot read any more.
func (s *session) takeFlood() error {
	if s.m.floods == nil || s.limit.allowance != nil {
		return nil
	}
	now := time.Now()
	if s.limit.inherit(now) {
		s.limit.reserve(now, 1)
	}
	for {
		h := hangupOf(s.under())
		if h != stays {
			s.limit.passOn()
		}
		if h == hungUp {
			return syscall.ECONNRESET
		}
		if s.limit.delay <= 0 {
			return nil
		}
		s.wait()
	}
}

// slowDown waits for the delay, unless the room is closing or the stay was
// cut: nothing is dropped, it is read later. It looks meanwhile whether the peer
// has gone, for what it has sent before may take minutes.
func (s *session) slowDown() {
	for s.limit.delay > 0 {
		s.in.limited = 0 // wait sets other deadlines
		s.peer.look(s)
		s.wait()
		if s.isCut() {
			s.limit.delay, s.refusing = 0, true
		}
	}
}

// wait waits for the delay or a part of it, and not longer than until the peer
// closes. It reads on meanwhile to see that.
func (s *session) wait() {
	begin := time.Now()
	if s.limit.passed.Load() || s.over() || !s.in.readAhead(begin.Add(s.limit.delay)) {
		t := time.NewTimer(min(s.limit.delay, glanceEvery))
		defer t.Stop()
		select {
		case <-t.C:
		case <-s.m.ctx.Done():
		}
	}
	s.limit.delay -= time.Since(begin)
	if s.m.draining.Load() || s.isDismissed() {
		s.limit.delay = 0
	}
}
