package loadgen

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/loadgen/check"
)

// ramp has everybody join. The first chatter joins alone: its roster is where
// the canonical order begins, and it stays to the end.
func (r *run) ramp(ctx context.Context) error {
	err := r.joinAll(ctx)
	var se *StartError
	var unable *UnableError
	switch {
	case err == nil || errors.As(err, &se) || errors.As(err, &unable):
		return err
	case ctx.Err() != nil:
		return &StartError{Err: errInterrupted}
	}
	return explain(err, r.cfg, int(r.joined.Load()))
}

func (r *run) joinAll(ctx context.Context) error {
	if err := r.users[0].come(ctx); err != nil {
		return err
	}
	if r.cfg.Password != "" && r.users[0].lastName() == strings.TrimSpace(r.cfg.Password) {
		return errPassword
	}
	if r.telling != nil { // the others have their steps
		return typed(r.telling.story, r.users[0].types(), r.cfg.Capabilities.Speaks())
	}
	all := ctx
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.joining.most)
	for _, u := range r.users[1:r.cfg.Users] {
		g.Go(func() error {
			if err := ctx.Err(); err != nil { // one has failed, or the run was cancelled
				return err
			}
			if err := u.come(ctx); !errors.Is(err, errFull) {
				return err
			}
			return nil // it stays outside
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return r.casts.join(all)
}

// join connects the user anew and waits until it is in the room.
func (u *user) join(ctx context.Context) (*stay, error) {
	for tried := 1; ; tried++ {
		s, err := u.enter(ctx, tried)
		if !u.elsewhere(err, tried) {
			return s, u.atDoor(err)
		}
		u.moves(nil)
	}
}

// enter connects the user at its door; another one is tried where that is of no use.
func (u *user) enter(ctx context.Context, tried int) (_ *stay, err error) {
	r := u.run
	if err := r.joining.begin(ctx); err != nil {
		return nil, err
	}
	dialled := r.clock.now()
	defer func() { r.joining.done(r.tookToJoin(dialled, err)) }()
	r.sentAt.Store(int64(dialled))
	session := r.judge.Dial(u.n, u.due(), dialled)
	client, err := u.connect(ctx)
	r.joining.connected(dialled, r.clock.now())
	if err != nil {
		session.Closing(check.Reset, r.clock.now())
		session.Ended(r.clock.now())
		if !u.elsewhere(err, tried) && u.denied(ctx, session, dialled, err) {
			return nil, errFull
		}
		return nil, err
	}
	s := &stay{user: u, session: session, dialled: dialled, door: u.doorNumber(), joined: make(chan struct{}), done: make(chan struct{})}
	if !u.begin(s, client) {
		s.client = connectionOf(client)
		s.close()
		return nil, errStopping
	}
	if s.arrives(ctx) {
		return s, nil
	}
	err = s.giveUp(ctx)
	if !u.elsewhere(err, tried) && u.denied(ctx, session, dialled, err) {
		return nil, errFull
	}
	return nil, err
}

// tookToJoin returns how long a join has taken that ends now; 0 for one that has failed.
func (r *run) tookToJoin(from time.Duration, err error) time.Duration {
	if err != nil {
		return 0
	}
	return r.clock.now() - from
}

// begin makes s the user's stay and has it read; false if the run has stopped
// meanwhile.
func (u *user) begin(s *stay, client Client) bool {
	if !u.opens(s, client) {
		return false
	}
	if s.polled != nil {
		s.polled.tick() // not with mu held: the reader, which decodes already, may wait for mu
	}
	return true
}

func (u *user) opens(s *stay, client Client) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.run.stopping.Load() {
		return false
	}
	u.stay = s
	u.run.losses.there(s)
	u.run.reading.Add(1)
	if !s.adopt(client) {
		s.client = connectionOf(client)
		if l, ok := client.(interface{ LimitFrames(bytes int) }); ok {
			l.LimitFrames(u.run.cfg.maxFrame())
		}
		g := new(gate)
		s.inflow = g
		go s.read(g)
	}
	return true
}

// Where JoinTimeout says nothing, the first join may take firstJoin, and others
// several times what the slowest so far has taken, but no less than laterJoin.
const (
	firstJoin = 30 * time.Second
	laterJoin = 10 * time.Second
)

// joinLimit returns how long a join may take, as far as is known by now.
func (r *run) joinLimit() time.Duration {
	switch {
	case r.cfg.JoinTimeout > 0:
		return r.cfg.JoinTimeout
	case r.joined.Load() == 0:
		return firstJoin
	}
	return max(laterJoin, 3*time.Duration(r.slowestJoin.Load()))
}

// arrives waits until the stay has begun; false if its stream is over, ctx is
// done, or nobody at all has joined for the limit: a server that is busy
// with others will come to this one too.
func (s *stay) arrives(ctx context.Context) bool {
	r := s.user.run
	for before := r.joined.Load(); !r.clock.within(r.joinLimit(), s.joined, s.done, ctx.Done()); {
		now := r.joined.Load()
		if now == before {
			break
		}
		before = now
	}
	return s.session.Joined()
}

// giveUp ends a stay that has not come about and says why.
func (s *stay) giveUp(ctx context.Context) error {
	if s.isOver() {
		return s.ended()
	}
	s.session.Closing(check.Reset, s.user.run.clock.now())
	s.close()
	if err := s.wait(); err != nil {
		return err
	}
	if r := s.user.run; s.session.Joined() { // just now, and so it has left
		r.departures.left(check.Reset)
	}
	switch {
	case s.session.Said() != "":
		return s.ended()
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("%w within %v", errSilent, s.user.run.joinLimit())
}

// connect connects, again if the time for that was over because the program did
// not run.
func (u *user) connect(ctx context.Context) (Client, error) {
	r := u.run
	begun, limit := r.clock.now(), r.joinLimit()
	for {
		c, err := u.dial(ctx, limit)
		if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) || r.clock.now() >= begun+limit {
			return c, err
		}
	}
}

// dial calls the Joiner. One that does not come back although its context
// has ended is left behind.
func (u *user) dial(ctx context.Context, limit time.Duration) (Client, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
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

// errFull says that a chatter was not let in, as -expect-full declares.
var errFull = errors.New("the room is full")

// errStopping ends a join that is under way when the run is at its end.
var errStopping = errors.New("the run is over")

// errInterrupted says that the run was cancelled before there was a load.
var errInterrupted error = interruptedError{}

type interruptedError struct{}

func (interruptedError) Error() string        { return "interrupted while the chatters joined" }
func (interruptedError) Is(target error) bool { return target == context.Canceled }
