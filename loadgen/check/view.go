package check

import "chatsim/loadgen/check/ledger"

// viewOrder: joins and leaves stand at the same place for all, and no line comes
// from somebody before its join or after its leave.
var viewOrder = rule{name: ViewOrder, level: Order, unable: placeless,
	evaluated: func(t *ledger.Totals) int64 { return t.Views },
	suspects:  []ledger.Kind{ledger.BeforeOwnJoin, ledger.AfterLeave, ledger.BeforeJoinTold},
	judge: func(e *evidence, out *findings) {
		for i := range e.deviants {
			if d := &e.deviants[i]; !d.causal && e.views(d) {
				e.add(out, e.deviation(d))
			}
		}
		for _, f := range e.Facts().Of(ledger.BeforeOwnJoin, ledger.AfterLeave, ledger.BeforeJoinTold) {
			v := violationOf(f, "")
			stands := e.upheld(f.Beside, f.Place)
			switch f.Kind {
			case ledger.BeforeOwnJoin:
				v.sentence = "an entry from before its own join came to a newcomer"
				stands = e.upheld(f.Place, f.Beside)
			case ledger.AfterLeave:
				v.sentence = "a line came after its sender's leave"
			default:
				v.sentence = quote(f.Text) + " did something before its join was told"
				v.key = key{session: f.Session}
			}
			v.implied = v.implied || !stands || f.Line != nil && e.doubted[f.Line.Session.Name()]
			out.add(v)
		}
		for _, s := range e.Sessions() {
			if e.joinUntold(s) {
				e.add(out, violation{key: key{session: s}, at: s, implied: e.stopped,
					sentence: "nobody was told of the join of " + quote(s.Name())})
			}
		}
	},
}

// joinUntold reports whether nobody was told of a session's join although it
// was in the room.
func (e *evidence) joinUntold(s *Session) bool {
	if s.Member != nil && !s.Member.Unannounced || !s.HasRoster || s.Blind() || e.BrokeOff || e.Config().Level >= Count {
		return false
	}
	kind, _ := s.Left()
	return s.Member != nil || kind == Stays && !s.Over()
}
