package loadgen

import (
	"slices"
	"time"

	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

// measuredPhases returns the phases of the scenario that are measured, and from
// when on each is, since the start of the measured part.
func (c *Config) measuredPhases() (phases []scenario.Phase, from []time.Duration) {
	at := time.Duration(0)
	for _, p := range c.Scenario.Phases {
		if p.Warm {
			continue
		}
		phases, from = append(phases, p), append(from, at)
		at += p.For
	}
	return phases, from
}

// phases returns what came of each phase that began before the load was
// over.
func (o *outcome) phases() []report.Phase {
	r := o.run
	var out []report.Phase
	phases, from := r.cfg.measuredPhases()
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
