package loadgen

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"chatsim/loadgen/check"
)

// attempt is one try of a chatter to get into the room by a door.
type attempt struct {
	user    *user
	ctx     context.Context // ends it
	last    bool            // all doors have been tried
	planned bool            // its time has come by the plan of the load
	dialled time.Duration
	session *check.Session
}

// enter connects, and waits until the chatter is in the room.
func (a *attempt) enter() (_ *stay, err error) {
	r, u := a.user.run, a.user
	asked := r.clock.now()
	if !a.planned || r.joining.late() {
		if err := r.joining.begin(a.ctx); err != nil {
			return nil, err
		}
		defer func() { r.joining.done(r.tookToJoin(a.dialled, err)) }()
	}
	if a.dialled = r.clock.now(); !a.planned {
		asked = a.dialled
	}
	r.traffic.moves(a.dialled)
	a.session = r.judge.DialAt(u.way.door(), u.n, u.due(), a.dialled)
	client, err := a.connect()
	r.joining.connected(a.dialled, r.clock.now())
	if err != nil {
		a.session.Closing(check.Reset, r.clock.now())
		a.session.Ended(r.clock.now())
		return nil, a.failed(closedBy(err, r.clock.now()-a.dialled, nil))
	}
	s := &stay{user: u, session: a.session, asked: asked, dialled: a.dialled, door: u.way.door()}
	if !s.start(client) {
		s.client = connectionOf(client)
		s.close()
		return nil, errStopping
	}
	if a.arrives(s) {
		return s, nil
	}
	return nil, a.failed(a.giveUp(s))
}

// failed returns why the attempt has failed, once the judge knows of it.
func (a *attempt) failed(err error) error {
	if !a.elsewhere(err) && a.denied(err) {
		return errFull
	}
	return err
}

// elsewhere reports whether a chatter who could not come in is to try the next door.
func (a *attempt) elsewhere(err error) bool {
	r := a.user.run
	return !a.last && !r.life.over.Load() && r.losses.explain(a.user.way.door(), err)
}

// connect connects, again if the time for that was over because the program did
// not run.
func (a *attempt) connect() (Client, error) {
	r := a.user.run
	begun, limit := r.clock.now(), r.presence.joinLimit()
	for {
		c, err := a.dial(limit)
		if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) || r.clock.now() >= begun+limit {
			return c, err
		}
	}
}

// dial calls the Joiner. One that does not come back although its context
// has ended is left behind.
func (a *attempt) dial(limit time.Duration) (Client, error) {
	u := a.user
	ctx, cancel := context.WithTimeout(a.ctx, limit)
	defer cancel()
	type result struct {
		client Client
		err    error
	}
	back := make(chan result, 1)
	go func() {
		c, err := u.door().Join(ctx, u.asked)
		back <- result{c, err}
	}()
	select {
	case res := <-back:
		return res.client, res.err
	case <-ctx.Done():
	}
	t := time.NewTimer(hangLimit)
	defer t.Stop()
	select {
	case res := <-back:
		return res.client, res.err
	case <-t.C:
	}
	go func() {
		if res := <-back; res.err == nil {
			_ = res.client.Close()
		}
	}()
	return nil, u.hungIn("Joiner")
}

// afterRefusal is how long a server has after an error to close the connection, or to let
// the client in all the same.
const afterRefusal = 5 * time.Second

// arrives waits until the stay has begun; false if its stream is over, the server has
// refused it, the attempt ends, or nobody at all has joined for the limit: a server that
// is busy with others will come to this one too.
func (a *attempt) arrives(s *stay) bool {
	limit := a.user.run.presence.joinLimit()
	if a.awaits(&s.answered, limit) {
		a.awaits(&s.arrived, min(afterRefusal, limit))
	}
	return s.session.Joined()
}

// awaits waits for an event until the attempt ends, or nobody has joined for the limit.
// It reports whether the event has happened.
func (a *attempt) awaits(e *event, limit time.Duration) bool {
	r := a.user.run
	for before := r.presence.joined.Load(); !r.clock.within(limit, e.wait(), a.ctx.Done()); {
		now := r.presence.joined.Load()
		if now == before {
			break
		}
		before = now
	}
	return e.has()
}

// giveUp ends a stay that has not come about and says why.
func (a *attempt) giveUp(s *stay) error {
	r := a.user.run
	if s.isOver() {
		return s.ended()
	}
	s.session.Closing(check.Reset, r.clock.now())
	s.close()
	if err := s.wait(); err != nil {
		return err
	}
	if s.session.Joined() { // just now, and so it has left
		r.departures.left(check.Reset)
	}
	switch {
	case s.session.Said() != "":
		return s.ended()
	case a.ctx.Err() != nil:
		return a.ctx.Err()
	}
	return fmt.Errorf("%w within %v", errSilent, r.presence.joinLimit())
}
