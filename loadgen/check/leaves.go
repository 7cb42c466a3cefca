package check

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// leaveCompleteness: each leave is told once, to everybody who is there, within
// the limit and the slowest delivery of that time.
var leaveCompleteness = rule{name: LeaveCompleteness, level: Full, needs: needs{views}, ends: true,
	atOnce: 2, takes: "a leave by FIN, by RST and by half-close; use -scenario mixed or churn and raise -duration",
	evaluated: func(t *ledger.Totals) int64 { return t.Left },
	enough:    func(e *evidence) bool { return e.BrokeOff || e.everyLeave() },
	says: sentences{
		ledger.LeaveRepeated: "a leave was told twice",
		ledger.LeaveOfNobody: "a leave was told of someone who is not there (any more)",
	},
	soFar: func(l *ledger.Ledger, facts *ledger.Facts) bool {
		slowest := l.Config().Slowest
		return slices.ContainsFunc(facts.Of(ledger.LateLeave), func(f *ledger.Fact) bool {
			return slowest != nil && f.Took > f.Session.LeaveLimit()+slowest(f.When)
		})
	},
	judge: func(e *evidence, out *findings) {
		for _, s := range e.Sessions {
			if e.leaveUntold(s) {
				kind, at := s.Left()
				e.add(out, violation{key: key{session: s}, at: s, place: e.Len, implied: e.stopped || s.Member.Unannounced || e.misspelt(nil, wire.Leave, s.Name()),
					sentence: fmt.Sprintf("nobody was told that %s has left (%s, %v into the run)", quote(s.Name()), kind, at.Round(time.Millisecond))})
			}
		}
		e.stayAbroad(out)
		e.lost(LeaveCompleteness, out, func(_ *loss, lack string, hold int) string {
			return fmt.Sprintf("a leave was never told to %s, to %s it was", lack, others(hold))
		})
		e.lastRosters(func(s, who *Session, gone bool) {
			if gone {
				kind, at := who.Left()
				e.add(out, violation{key: key{session: who}, at: s, with: []*Session{who}, place: e.Len, implied: e.stopped || e.Advancing || e.stalled[s],
					sentence: quote(who.Name()) + " left by " + kind.String() + " " + at.Round(time.Millisecond).String() + " into the run, but rosters hold it to the end"})
			}
		})
		late := e.Facts.Of(ledger.LateLeave)
		slices.SortStableFunc(late, func(a, b *ledger.Fact) int { return cmp.Compare(a.At.Number, b.At.Number) })
		for _, f := range late {
			if limit := f.Session.LeaveLimit() + f.Slowest; f.Took > limit {
				e.add(out, violation{key: key{session: f.Session}, at: f.Session, with: []*Session{f.At},
					sentence: fmt.Sprintf("the leave of %s was told after %v, more than %v", quote(f.Session.Name()), f.Took.Round(time.Millisecond), limit.Round(time.Millisecond))})
			}
		}
	},
}

// everyLeave reports whether chatters have left in each way that they can, or by the
// death of a server, which is then what is looked at.
func (e *evidence) everyLeave() bool {
	by := e.LeftBy
	return by[Lost] > 0 || by[FIN] > 0 && by[Reset] > 0 && (by[HalfClose] > 0 || e.Can.CutsLeaves)
}

// leaveUntold reports whether a session has left and nobody was told, although
// somebody was there.
func (e *evidence) leaveUntold(s *Session) bool {
	if s.Stays() || !s.Bound || e.BrokeOff || e.Level >= Count || e.Can.Views != ledger.Ordered {
		return false
	}
	_, falsely := s.FalseLeave()
	return !falsely && s.Member.Left() == 0 && e.witness
}
