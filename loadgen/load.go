package loadgen

import (
	"context"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/measure"
	"chatsim/loadgen/pace"
	"chatsim/loadgen/scenario"
)

// load runs the scenario: warm-up, then the measured part.
func (r *run) load(ctx context.Context) {
	zero := r.now()
	r.begin = zero + r.cfg.Warmup
	r.end = r.begin + r.cfg.Duration
	r.measure.Start(r.begin)
	used := measure.Watch(r.begin - r.now())
	defer func() { r.usage = used() }()
	defer r.startRoles(ctx)()
	defer alongside(r.watchSilence)()
	r.startPhases()
	r.enter(Warming)
	rate := float64(r.cfg.Rate)
	if r.cfg.Rate.IsMax() {
		rate = 0
		r.startTokens()
	}
	plan := r.script.Plan(rate)
	pacer := pace.New()
	defer pacer.Stop()
	for {
		e, ok := plan.Next(r.end - zero)
		if !ok || !r.reach(ctx, pacer, zero+e.At) {
			break
		}
		r.do(e, zero+e.At)
	}
	r.reach(ctx, pacer, r.end) // there may be no more events
	r.ended = min(r.end, r.now())
}

// reach waits for a time of the run, and enters the measured part on the way.
func (r *run) reach(ctx context.Context, pacer *pace.Pacer, at time.Duration) bool {
	if *r.phase.Load() == Warming && at >= r.begin {
		if !r.until(ctx, pacer, r.begin) {
			return false
		}
		r.enter(Loading)
	}
	return r.until(ctx, pacer, at)
}

// until waits for a time of the run; false if ctx was cancelled before it.
func (r *run) until(ctx context.Context, pacer *pace.Pacer, at time.Duration) bool {
	for pacer.Until(ctx, r.clock.real(at)) {
		if r.now() >= at { // else the program did not run for a while
			return true
		}
	}
	return false
}

// do carries out one event of the plan.
func (r *run) do(e scenario.Event, due time.Duration) {
	u := r.users[e.Chatter]
	switch e.Act {
	case scenario.Visit:
		r.visit(e.Visitor)
	case scenario.Say:
		if e.Answer && u.promiseAnswer() {
			return
		}
		for range r.users {
			if u.post(task{act: say, intended: due, to: e.To}) || r.cfg.ExpectFull == 0 {
				return
			}
			u = r.users[(u.n+1)%len(r.users)] // that one was not let in
		}
	case scenario.Come:
		raise(&r.there, int64(e.Chatter)+1)
		u.post(task{act: come, ctx: r.life})
	case scenario.Leave, scenario.Go:
		if e.Act == scenario.Go {
			r.there.Store(int64(e.Chatter))
		}
		if e.Vanish {
			u.post(task{act: vanish})
			return
		}
		if e.Kind != check.FIN { // these leave with a line under way
			u.post(task{act: say, intended: due, parting: true})
		}
		u.post(task{act: leave, kind: e.Kind})
	case scenario.Return:
		u.post(task{act: come, ctx: r.life})
	case scenario.Kill:
		r.kill(e.Victim)
	}
}

// promiseAnswer has the user's next line wait until it reads one of somebody
// else; false if the user is not there to do so.
func (u *user) promiseAnswer() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.remainsLocked() {
		return false
	}
	u.promised++
	u.awaits.Or(awaitsOthers)
	return true
}
