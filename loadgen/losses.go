package loadgen

import (
	"slices"
	"time"

	"chatsim/loadgen/report"
)

// settle has the judge know which servers have not died although connections to
// them have ended, and for how long the others stood still. It is called once, when
// nothing more is observed.
func (l *losses) settle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, in := range l.all {
		if len(in.pending) > 0 {
			l.found(in)
			continue
		}
		for _, s := range slices.Concat(in.lost, in.others) {
			_, at := s.session.Left()
			s.session.Lose(at, l.limit+l.standstill())
		}
	}
	l.all = slices.DeleteFunc(l.all, func(in *loss) bool { return len(in.pending) > 0 })
}

// found has the judge know, and counts, that those were put out whose server lives.
func (l *losses) found(in *loss) {
	for _, s := range in.lost {
		s.session.Found()
		l.departures.found(closedWhy(s.session.Said()))
	}
}

// awaited reports whether the others have not been told yet that those have left
// whose server has died, and may be told later.
func (l *losses) awaited(now time.Duration) bool {
	return now < time.Duration(l.until.Load()) && l.departures.unknown(true) != nil
}

// figures returns what came of each loss; what of it is measured is of phases.
func (l *losses) figures(phases []report.Phase) []report.Loss {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []report.Loss
	for _, in := range l.all {
		f := report.Loss{Addr: l.addrs[in.door].Addr, Killed: in.killed, AtS: (in.at - l.stage.begin).Seconds(), Back: int64(in.back),
			LimitS: (l.limit + l.standstill()).Seconds(), SilenceS: in.silence.Seconds(), SilenceOf: l.before.Seconds()}
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

// Death is a server of several that has died, as far as is known yet.
type Death struct {
	Addr    string
	Killed  bool          // by the run
	At      time.Duration // since the run began
	Silence time.Duration // the longest so far in which nobody got a line, until the next death
}

// deaths returns the servers that have died, in that order.
func (l *losses) deaths() (out []Death) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, in := range l.all {
		if in.dead() {
			out = append(out, Death{l.addrs[in.door].Addr, in.killed, in.at, in.silence})
		}
	}
	return out
}

func p99Of(p report.Phase) *int64 {
	if p.Latency.Delivery == nil {
		return nil
	}
	return p.Latency.Delivery.P99
}
