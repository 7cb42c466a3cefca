package loadgen

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
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
	return explain(err, r.cfg, int(r.presence.joined.Load()))
}

func (r *run) joinAll(ctx context.Context) error {
	first := max(1, min(r.cfg.Capabilities.Servers, r.cfg.Users)) // who is in there before them none of the run has seen
	for _, u := range r.users[:first] {
		if err := u.come(ctx); err != nil {
			return err
		}
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
	for _, u := range r.users[first:r.cfg.Users] {
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

// join connects the user anew and waits until it is in the room. Another door is tried
// where one is of no use.
func (u *user) join(t task) (*stay, error) {
	for tried := 1; ; tried++ {
		a := &attempt{user: u, ctx: t.ctx, planned: t.planned, last: tried >= len(u.run.cfg.Doors)}
		s, err := a.enter()
		if !a.elsewhere(err) {
			return s, u.atDoor(err)
		}
		u.way.on(nil)
	}
}

// tookToJoin returns how long a join has taken that ends now; 0 for one that has failed.
func (r *run) tookToJoin(from time.Duration, err error) time.Duration {
	if err != nil {
		return 0
	}
	return r.clock.now() - from
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
