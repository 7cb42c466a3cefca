package loadgen

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
)

// user is one chatter of the run, which runs a script, from live on. What it shares
// with others is its mailbox.
type user struct {
	run     *run
	n       int
	asked   string
	name    atomic.Pointer[string] // as last assigned; others' private lines go there
	box     mailbox
	way     way
	closing atomic.Int64 // who is in the Client's Close

	at *stay // nil: it is outside. Owned by live
}

func newUser(r *run, n int, asked string) *user {
	u := &user{run: r, n: n, asked: asked, way: way{at: n, doors: max(1, len(r.cfg.Doors))}}
	u.box.lines.script, u.box.lines.chatter = r.script, n
	u.box.stage, u.box.clock = &r.stage, &r.clock
	u.box.start = func() { r.life.workers.Go(u.live) }
	return u
}

// live is what a chatter does in a run: it comes when it is told to, stays, and comes
// again. It is a goroutine while there is something to do; an idle chatter has none, whose
// stack would take more memory than all else that the chatter has, and goes on in another one.
func (u *user) live() {
	for t, ok := u.next(); ok; t, ok = u.next() {
		switch {
		case u.at != nil:
			u.stays(t)
		case t.act == come:
			u.comes(t)
		} // whatever else was due while it was not there is due no more
	}
}

// next returns what there is to do next, false: nothing for now.
func (u *user) next() (task, bool) {
	if u.at != nil {
		u.at.free() // a line that is due meanwhile waits for the server
	}
	return u.box.next(u.at)
}

// comes has the chatter join. Somebody who is put out for not reading, or with its
// server, is told to come again, see ends.
func (u *user) comes(t task) {
	u.box.stand(joining)
	s, err := u.join(t)
	if err != nil {
		u.box.stand(out)
	} else {
		u.at = s
		u.box.stand(in)
	}
	u.answered(t, err)
}

// stays does a task in the room.
func (u *user) stays(t task) {
	s := u.at
	switch t.act {
	case say, anchor:
		from := u.run.clock.now()
		s.send(t)
		s.heldUp(from) // where the Client waits itself
	case come: // it is there
		u.answered(t, nil)
	case leave:
		s.leave(t.kind)
		u.goes()
	case vanish:
		s.vanish()
		u.goes()
	case ended:
		u.goes()
	}
}

// goes has the chatter be outside, once its stream has ended.
func (u *user) goes() {
	<-u.at.done.wait()
	u.at = nil
	u.box.stand(out)
}

// leave ends the stay. A FIN waits for the lines under way, and so does a half-close
// where nobody promises what one is.
func (s *stay) leave(kind check.Leave) {
	if can := s.user.run.cfg.Capabilities; kind == check.HalfClose && (can.CutsLeaves || can.Views == ledger.NoViews) {
		kind = check.FIN
	}
	if kind != check.FIN || s.user.box.untilSettled(s) {
		s.leaveNow(kind)
	}
}

// vanish has the stay neither read nor write any more; nobody is told. In the end it
// is reset, as by a machine that starts anew: when the chatter is to come back, or
// the run drains.
func (s *stay) vanish() {
	r := s.user.run
	s.session.Silent(r.clock.now())
	s.inflow.Pause()
	s.user.box.stand(silent)
	r.departures.silenced()
	if s.user.box.untilWoken(s) {
		s.leaveNow(check.Reset)
		s.inflow.Resume()
	}
}

// answered tells whoever had the chatter come how that ended, or the report, if it
// did not come back.
func (u *user) answered(t task, err error) {
	switch {
	case t.reply != nil:
		t.reply <- err
	case err != nil && !errors.Is(err, errFull) && !u.run.life.over.Load():
		again := "back"
		if u.name.Load() == nil {
			again = "in"
		}
		u.run.troubles.outside(fmt.Sprintf("chatter %d could not come %s: %v", u.n, again, err))
	}
}

// come has the chatter come, and waits until it is in the room.
func (u *user) come(ctx context.Context) error {
	reply := make(chan error, 1)
	if !u.box.post(task{act: come, ctx: ctx, reply: reply}) {
		return errStopping
	}
	select {
	case err := <-reply:
		return err
	case <-u.run.life.ctx.Done():
		return errStopping
	}
}

// lastName returns the name that the user has, or had last.
func (u *user) lastName() string {
	if n := u.name.Load(); n != nil {
		return *n
	}
	return u.asked
}
