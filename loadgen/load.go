package loadgen

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/loadgen/check"
	"chatsim/loadgen/scenario"
)

// joinsAtOnce is how many chatters of a ramp join at the same time: enough to
// keep a server busy, few enough that none waits long for its turn there.
const joinsAtOnce = 32

// ramp has everybody join. The first chatter joins alone: its roster is where
// the canonical order begins, and it stays to the end.
func (r *run) ramp(ctx context.Context) error {
	if err := r.users[0].join(ctx); err != nil {
		return r.startError(err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(joinsAtOnce)
	for _, u := range r.users[1:] {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error { return u.join(ctx) })
	}
	if err := g.Wait(); err != nil {
		return r.startError(err)
	}
	if err := ctx.Err(); err != nil && r.joined.Load() < int64(r.cfg.Users) {
		return &StartError{Err: errors.New("interrupted while the chatters joined")}
	}
	return nil
}

// load runs the scenario: warm-up, then the measured part.
func (r *run) load(ctx context.Context) {
	zero := r.now()
	r.begin = zero + r.cfg.Warmup
	r.end = r.begin + r.cfg.Duration
	stopSampling := r.measure.sample(r)
	defer stopSampling()
	r.enter(Warming)
	rate := float64(r.cfg.Rate)
	if r.cfg.Rate.IsMax() {
		rate = 0
		r.startTokens()
	}
	plan := r.script.Plan(rate)
	pace := newPacer()
	defer pace.stop()
	length := r.cfg.Warmup + r.cfg.Duration
	for {
		e, ok := plan.Next(length)
		if !ok || !pace.until(ctx, r.start.Add(zero+e.At)) {
			break
		}
		if e.At >= r.cfg.Warmup && *r.phase.Load() == Warming {
			r.enter(Loading)
		}
		r.do(ctx, e, zero+e.At)
	}
	pace.until(ctx, r.start.Add(r.end)) // there may be no more events
	if ctx.Err() != nil {
		r.end = min(r.end, r.now())
	}
}

// do carries out one event of the plan.
func (r *run) do(ctx context.Context, e scenario.Event, due time.Duration) {
	u := r.users[e.Chatter]
	switch e.Act {
	case scenario.Say:
		if e.Answer && u.promiseAnswer() {
			return
		}
		u.enqueue(task{intended: due})
	case scenario.Leave:
		if e.Kind != check.FIN { // these leave with a line under way
			u.enqueue(task{intended: due})
		}
		u.enqueue(task{leave: e.Kind})
	case scenario.Return:
		r.workers.Go(func() { u.rejoin(ctx) })
	}
}

// promiseAnswer has the user's next line wait until it reads one of somebody
// else; false if the user is not there to do so.
func (u *user) promiseAnswer() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stay == nil {
		return false
	}
	u.stay.answers.Add(1)
	return true
}

// startTokens puts the closed model's lines under way, spread over the
// chatters. Each comes back to its sender before another takes its place.
func (r *run) startTokens() {
	for i := range r.cfg.Inflight {
		r.users[i%len(r.users)].enqueue(task{token: true})
	}
}

// pass has n lines follow those that came back to s. Where there are more
// chatters than lines under way, each next line is another chatter's turn.
func (r *run) pass(s *stay, n int64) {
	if n <= 0 {
		return
	}
	s.tokens.Add(-n)
	if r.now() >= r.end || r.stopping.Load() {
		return
	}
	for range n {
		u := s.user
		if len(r.users) > r.cfg.Inflight {
			u = r.users[(u.n+r.cfg.Inflight)%len(r.users)]
		}
		r.present(u).enqueue(task{token: true})
	}
}

// present gives u, or the next chatter who is there.
func (r *run) present(u *user) *user {
	for range r.users {
		u.mu.Lock()
		there := u.stay != nil && !u.stay.leaving.Load()
		u.mu.Unlock()
		if there {
			return u
		}
		u = r.users[(u.n+1)%len(r.users)]
	}
	return r.users[0]
}

// startError gives a failure to join the words and the hint that a person needs.
func (r *run) startError(err error) error {
	var se *StartError
	if errors.As(err, &se) {
		return err
	}
	return explain(err, r.cfg, int(r.joined.Load()))
}
