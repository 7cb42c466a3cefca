package loadgen

import (
	"sync"
	"time"
)

// monitor looks at a run that is under way. It changes nothing of it.
type monitor struct{ run *run }

// watch tells Progress five times a second and Watch each second until the
// returned function is called.
func (m *monitor) watch() (stop func()) {
	r := m.run
	if r.cfg.Progress == nil && r.cfg.Watch == nil {
		return func() {}
	}
	if r.cfg.Watch != nil {
		r.judge.Interim() // each tells what was counted until the one before
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if r.cfg.Progress != nil {
				r.cfg.Progress(m.progress())
			}
			if r.cfg.Watch != nil && n%5 == 0 {
				r.cfg.Watch(m.snapshot())
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

// progress returns how far the run is.
func (m *monitor) progress() Progress {
	r := m.run
	p := Progress{Phase: r.stage.phase(), Joined: r.presence.joined.Load(), Sent: r.traffic.sent.Load(), Deliveries: r.measure.Observed()}
	switch now := r.clock.now(); p.Phase {
	case Joining:
		p.Done = float64(p.Joined) / float64(r.cfg.Users)
	case Warming:
		p.Done = 1 - float64(r.stage.begin-now)/float64(max(1, r.cfg.Warmup))
	case Loading:
		p.Done = float64(now-r.stage.begin) / float64(r.cfg.Duration)
		if t := r.telling; t != nil {
			p.Done = float64(t.done.Load()) / float64(len(t.story.Steps))
		}
	}
	p.Done = min(max(p.Done, 0), 1)
	p.Part, p.Acting, p.Deaths = m.part(p.Phase), r.casts.acting(p.Phase), r.losses.deaths()
	if r.judge.Violated() { // which costs less than to be told of what
		now := r.judge.Interim()
		p.Suspected = now.Suspected
		for _, o := range now.Checks {
			if p.Violations += o.Violations; o.Violations > 0 {
				p.Violated = append(p.Violated, o.Name)
			}
		}
	}
	return p
}

// part returns which phase of the scenario the load is in, and how far that is; empty
// where the scenario has none.
func (m *monitor) part(of Phase) Part {
	r := m.run
	phases := r.cfg.Scenario.Phases
	if len(phases) == 0 || of != Warming && of != Loading {
		return Part{}
	}
	at := r.clock.now() - r.stage.begin + r.cfg.Warmup
	for i, p := range phases {
		if at < p.For || i == len(phases)-1 {
			return Part{Name: p.Name, Number: i + 1, Of: len(phases), At: min(max(at, 0), p.For), For: p.For}
		}
		at -= p.For
	}
	return Part{}
}
