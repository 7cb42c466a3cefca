package loadgen

import (
	"context"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/measure"
	"chatsim/loadgen/pace"
	"chatsim/loadgen/scenario"
)

// load is the scenario of a run: warm-up, then the measured part.
type load struct {
	run   *run
	ctx   context.Context // ends it early
	pacer *pace.Pacer
}

// loads has the run make its load.
func (r *run) loads(ctx context.Context) {
	l := &load{r, ctx, pace.New()}
	defer l.pacer.Stop()
	l.all()
}

// all does what the plan says, when it says so.
func (l *load) all() {
	r := l.run
	zero := r.clock.now()
	r.stage.begin = zero + r.cfg.Warmup
	r.stage.end = r.stage.begin + r.cfg.Duration
	r.measure.Start(r.stage.begin)
	used := measure.Watch(r.stage.begin - r.clock.now())
	defer func() { r.usage = used() }()
	defer r.casts.start(l.ctx)()
	defer alongside(r.silence.watch)()
	l.startPhases()
	r.stage.enter(Warming)
	rate := float64(r.cfg.Rate)
	if r.cfg.Rate.IsMax() {
		rate = 0
		r.tokens.start()
	}
	plan := r.script.Plan(rate)
	for {
		e, ok := plan.Next(r.stage.end - zero)
		if !ok || !l.reach(zero+e.At) {
			break
		}
		l.do(e, zero+e.At)
	}
	l.reach(r.stage.end) // there may be no more events
	r.stage.ended = min(r.stage.end, r.clock.now())
}

// startPhases has figures kept by phase, if the scenario has phases.
func (l *load) startPhases() {
	r := l.run
	_, from := r.cfg.measuredPhases()
	for i := range from {
		from[i] += r.stage.begin
	}
	if len(from) > 0 {
		r.measure.StartPhases(from)
	}
}

// reach waits for a time of the run, and enters the measured part on the way.
func (l *load) reach(at time.Duration) bool {
	r := l.run
	if r.stage.is(Warming) && at >= r.stage.begin {
		if !r.clock.until(l.ctx, l.pacer, r.stage.begin) {
			return false
		}
		r.stage.enter(Loading)
	}
	return r.clock.until(l.ctx, l.pacer, at)
}

// do carries out one event of the plan.
func (l *load) do(e scenario.Event, due time.Duration) {
	r := l.run
	u := r.users[e.Chatter]
	switch e.Act {
	case scenario.Visit:
		l.visit(e.Visitor)
	case scenario.Say:
		if e.Answer && u.box.promiseAnswer() {
			return
		}
		for range r.users {
			if u.box.post(task{act: say, intended: due, to: e.To}) || r.cfg.ExpectFull == 0 {
				return
			}
			u = r.users[(u.n+1)%len(r.users)] // that one was not let in
		}
	case scenario.Come:
		raise(&r.tokens.there, int64(e.Chatter)+1)
		u.box.post(task{act: come, ctx: r.life.ctx, planned: true})
	case scenario.Leave, scenario.Go:
		if e.Act == scenario.Go {
			r.tokens.there.Store(int64(e.Chatter))
		}
		if e.Vanish {
			u.box.post(task{act: vanish})
			return
		}
		if e.Kind != check.FIN { // these leave with a line under way
			u.box.post(task{act: say, intended: due, parting: true})
		}
		u.box.post(task{act: leave, kind: e.Kind})
	case scenario.Return:
		u.box.post(task{act: come, ctx: r.life.ctx, planned: true})
	case scenario.Kill:
		l.kill(e.Victim)
	}
}
