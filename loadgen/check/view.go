package check

import (
	"slices"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// viewOrder: joins and leaves stand at the same place for all, and no line comes
// from somebody before its join or after its leave.
var viewOrder = rule{name: ViewOrder, level: Order, needs: needs{views, places},
	atOnce: 2, takes: "a join or leave that somebody is told of; raise -users",
	evaluated: func(t *ledger.Totals) int64 { return t.Views },
	suspects:  []ledger.Kind{ledger.BeforeOwnJoin, ledger.AfterLeave, ledger.BeforeJoinTold},
	judge: func(e *evidence, out *findings) {
		for i := range e.deviants {
			if d := &e.deviants[i]; !d.causal && e.views(d) {
				e.add(out, e.deviation(d))
			}
		}
		for _, f := range e.Facts.Of(ledger.BeforeOwnJoin, ledger.AfterLeave, ledger.BeforeJoinTold) {
			v := violationOf(f, "")
			stands := e.upheld(f.Beside, f.Place)
			switch f.Kind {
			case ledger.BeforeOwnJoin:
				v.sentence = "an entry from before its own join came to a newcomer"
				stands = e.upheld(f.Place, f.Beside)
				if f.Place == f.Beside {
					v.sentence, stands = quote(f.At.Name())+" was told of its own join", true
				}
			case ledger.AfterLeave:
				v.sentence = "a line came after its sender's leave"
			default:
				v.sentence = quote(f.Text) + " did something before its join was told"
				v.key = key{session: f.Session}
			}
			v.implied = v.implied || !stands || len(e.strange) > 0 && f.Kind == ledger.BeforeOwnJoin || f.Line != nil && e.doubted[f.Line.Session.Name()] || f.Kind == ledger.BeforeOwnJoin && e.again(f)
			out.add(v)
		}
		for _, s := range e.Sessions {
			if sentence := e.behindLeave(s); sentence != "" {
				e.add(out, violation{key: key{session: s}, at: s, place: s.LastSeen(), sentence: sentence, came: entry(e.Entry(s.LastSeen()))})
			}
			if e.joinUntold(s) {
				e.add(out, violation{key: key{session: s}, at: s, implied: e.stopped || s.Welcomed != "" || e.joinedAgain(s.Name()),
					sentence: "nobody was told of the join of " + quote(s.Name())})
			}
		}
		e.unheardAbroad(out)
	},
}

// again reports whether what came to a newcomer from before its join came to others
// once more.
func (e *evidence) again(f *ledger.Fact) bool {
	return slices.ContainsFunc(e.Facts.Of(ledger.Repeated, ledger.LeaveRepeated), func(o *ledger.Fact) bool {
		return o.Line == f.Line && (f.Line != nil || o.Text == f.Text)
	}) || f.Line == nil && f.Came.Kind == wire.Join && e.joinedAgain(f.Came.Name)
}

// joinedAgain reports whether a join by a name was told twice.
func (e *evidence) joinedAgain(name string) bool {
	return slices.ContainsFunc(e.Facts.Of(ledger.Repeated, ledger.JoinOfMember), func(f *ledger.Fact) bool {
		if f.Kind == ledger.JoinOfMember {
			return f.Member.Session == nil && f.Member.Name == name
		}
		return f.Text == ledger.JoinOf(name)
	})
}

// behindLeave returns what is wrong where somebody who has left got what stands
// behind its leave, or the leave itself; empty if nothing is.
func (e *evidence) behindLeave(s *Session) string {
	if !s.How().ReadsOn() || !s.Bound || e.Can.Views != ledger.Ordered || e.Level >= Count {
		return ""
	}
	left := s.Member.Left()
	if _, falsely := s.FalseLeave(); left == 0 || falsely || e.doubted[s.Name()] {
		return ""
	}
	switch last := s.LastSeen(); {
	case s.Holds(left):
		return quote(s.Name()) + " was told of its own leave"
	case e.pos(last) > e.pos(left) && !e.unsure(last):
		return quote(s.Name()) + " got entries from behind its own leave"
	}
	return ""
}

// joinUntold reports whether nobody was told of a session's join although it
// was in the room.
func (e *evidence) joinUntold(s *Session) bool {
	if s.Member != nil && !s.Member.Unannounced || !s.HasRoster || s.Blind() || e.BrokeOff || e.Level >= Count {
		return false
	}
	return s.Member != nil || s.Stays() && !s.Over()
}
