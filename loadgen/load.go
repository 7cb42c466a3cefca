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
	zero := r.clock.now()
	r.stage.begin = zero + r.cfg.Warmup
	r.stage.end = r.stage.begin + r.cfg.Duration
	r.measure.Start(r.stage.begin)
	used := measure.Watch(r.stage.begin - r.clock.now())
	defer func() { r.usage = used() }()
	defer r.startRoles(ctx)()
	defer alongside(r.silence.watch)()
	r.startPhases()
	r.stage.enter(Warming)
	rate := float64(r.cfg.Rate)
	if r.cfg.Rate.IsMax() {
		rate = 0
		r.startTokens()
	}
	plan := r.script.Plan(rate)
	pacer := pace.New()
	defer pacer.Stop()
	for {
		e, ok := plan.Next(r.stage.end - zero)
		if !ok || !r.reach(ctx, pacer, zero+e.At) {
			break
		}
		r.do(e, zero+e.At)
	}
	r.reach(ctx, pacer, r.stage.end) // there may be no more events
	r.stage.ended = min(r.stage.end, r.clock.now())
}

// reach waits for a time of the run, and enters the measured part on the way.
func (r *run) reach(ctx context.Context, pacer *pace.Pacer, at time.Duration) bool {
	if r.stage.is(Warming) && at >= r.stage.begin {
		if !r.clock.until(ctx, pacer, r.stage.begin) {
			return false
		}
		r.stage.enter(Loading)
	}
	return r.clock.until(ctx, pacer, at)
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
