package loadgen

import (
	"slices"
	"time"

	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

// measuredPhases returns the phases of the scenario that are measured, and from
// when on each is, since the start of the measured part.
func (r *run) measuredPhases() (phases []scenario.Phase, from []time.Duration) {
	at := time.Duration(0)
	for _, p := range r.cfg.Scenario.Phases {
		if p.Warm {
			continue
		}
		phases, from = append(phases, p), append(from, at)
		at += p.For
	}
	return phases, from
}

// startPhases has figures kept by phase, if the scenario has phases.
func (r *run) startPhases() {
	_, from := r.measuredPhases()
	for i := range from {
		from[i] += r.stage.begin
	}
	if len(from) > 0 {
		r.measure.StartPhases(from)
	}
}

// part returns which phase of the scenario the load is in, and how far that is; empty
// where the scenario has none.
func (r *run) part(of Phase) Part {
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

// phaseFigures returns what came of each phase that began before the load was
// over.
func (r *run) phaseFigures() []report.Phase {
	var out []report.Phase
	phases, from := r.measuredPhases()
	users := r.cfg.Users
	for _, p := range r.cfg.Scenario.Phases {
		if p.Warm {
			users += p.Join - p.Leave
		}
	}
	for i, p := range phases {
		took := min(p.For, r.stage.ended-r.stage.begin-from[i])
		if took <= 0 {
			break
		}
		f := r.measure.PhaseFigures(i)
		f.Name, f.FromS, f.ForS = p.Name, from[i].Seconds(), took.Seconds()
		f.Rate, f.RateTo = report.Rate(p.From), report.Rate(p.To)
		f.Users, f.UsersTo = users, users+p.Join-p.Leave
		f.SentPerS = float64(f.Sent) / took.Seconds()
		f.DeliveriesPerS, f.BytesPerS = float64(f.Deliveries)/took.Seconds(), float64(f.Bytes)/took.Seconds()
		users = f.UsersTo
		out = append(out, f)
	}
	return slices.Clip(out)
}
