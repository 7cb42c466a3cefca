package loadgen

import (
	"slices"
	"time"

	"chatsim/loadgen/report"
)

// settleLosses has the judge know which servers have not died although connections to
// them have ended, and for how long the others stood still. It is called once, when
// nothing more is observed.
func (r *run) settleLosses() {
	l := &r.losses
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, in := range l.all {
		lives := len(in.pending) > 0
		if lives {
			r.judgeFound(in)
			continue
		}
		for _, s := range slices.Concat(in.lost, in.others) {
			_, at := s.session.Left()
			s.session.Lose(at, r.cfg.LossLimit+l.standstill())
		}
	}
	l.all = slices.DeleteFunc(l.all, func(in *loss) bool { return len(in.pending) > 0 })
}

// judgeFound has the judge know, and counts, that those were put out whose server lives.
func (r *run) judgeFound(in *loss) {
	for _, s := range in.lost {
		s.session.Found()
		r.departures.found(closedWhy(s.session.Said()))
	}
}

// awaitsLoss reports whether the others have not been told yet that those have left
// whose server has died, and may be told later.
func (r *run) awaitsLoss(now time.Duration) bool {
	if now >= time.Duration(r.lostUntil.Load()) {
		return false
	}
	return r.departures.unknown(true) != nil
}

// lossFigures returns what came of each loss; what of it is measured is of phases.
func (r *run) lossFigures(phases []report.Phase) []report.Loss {
	l := &r.losses
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []report.Loss
	for _, in := range l.all {
		f := report.Loss{Addr: r.cfg.Doors[in.door].Addr, Killed: in.killed, AtS: (in.at - r.stage.begin).Seconds(), Back: int64(in.back),
			LimitS: (r.cfg.LossLimit + l.standstill()).Seconds(), SilenceS: l.after.Seconds(), SilenceOf: l.before.Seconds()}
		if in.back > 0 {
			f.BackS = (in.backAt - in.at).Seconds()
		}
		f.Chatters = int64(len(in.lost))
		for _, s := range in.lost {
			if took, known := s.session.LeaveNotice(); known {
				if f.Leaves == 0 || took.Seconds() < f.FirstS {
					f.FirstS = took.Seconds()
				}
				f.Leaves, f.LastS = f.Leaves+1, max(f.LastS, took.Seconds())
			}
		}
		for i := 1; i+1 < len(phases); i++ {
			if p := phases[i]; f.AtS >= p.FromS && f.AtS < p.FromS+p.ForS {
				f.P99Before, f.P99After = p99Of(phases[i-1]), p99Of(phases[i+1])
			}
		}
		out = append(out, f)
	}
	return out
}

func p99Of(p report.Phase) *int64 {
	if p.Latency.Delivery == nil {
		return nil
	}
	return p.Latency.Delivery.P99
}
