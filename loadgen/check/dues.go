package check

import "chatsim/loadgen/check/ledger"

// dues is what everybody is owed of the order.
type dues struct {
	presence
	unsaid map[int64]*Line // by place, see findUnsaid
}

// owed reports whether the entry at a place stands between the session's join
// and its leave as the majority saw them. Nobody is owed its own join.
func (e *dues) owed(s *Session, place int64) bool {
	m := s.Member
	if e.retracted[place] || e.unsaid[place] != nil || place == m.Joined() || e.before(s, place) {
		return false
	}
	_, falsely := s.FalseLeave()
	left := m.Left()
	return (m.Unannounced || e.pos(place) > e.pos(m.Joined())) && (left == 0 || falsely || e.pos(place) < e.pos(left))
}

// before reports whether the line at a place was sent before a session was in, where
// nobody is told when that was: such lines may come, and need not.
func (e *dues) before(s *Session, place int64) bool {
	en := e.Entry(place)
	return e.Can.Views == ledger.NoViews && (en == nil || en.Line != nil && en.Line.Actual < s.Admitted())
}

// foreign reports whether an entry is of somebody who is not of the run: such
// go on when the run has ended, and are not waited for.
func (e *dues) foreign(place int64) bool {
	en := e.Entry(place)
	return en != nil && en.Line == nil && (en.Member == nil || en.Member.Session == nil)
}

// outrun reports whether a session has got a line that its sender sent after the one
// at a place; false where that is not known any more.
func (e *dues) outrun(s *Session, place int64) bool {
	en := e.Entry(place)
	if en == nil || en.Line == nil {
		return en != nil
	}
	for p := place + 1; p < s.Next; p++ {
		if o := e.Entry(p); o != nil && o.Line != nil && o.Line.Session == en.Line.Session && o.Line.Seq > en.Line.Seq && s.Holds(p) {
			return true
		}
	}
	return false
}

// findUnsaid finds the lines that may never have been said: where nothing tells a client
// that its line was taken, one whose connection was reset right behind it may have
// lost it on its way. Nobody but the sender has it then.
func (e *dues) findUnsaid() {
	if !e.Can.Silent {
		return
	}
	e.unsaid = make(map[int64]*Line)
	e.EachLine(func(l *Line) {
		if l.Place() < 0 || !l.Session.How().Abrupt() && !l.Session.PutOut() {
			return
		}
		for _, s := range e.Sessions {
			if s != l.Session && s.Holds(l.Place()) {
				return
			}
		}
		e.unsaid[l.Place()] = l
	})
}

// excused reports whether a session lacks a measured line at a place for a reason for
// which it is not owed.
func (e *dues) excused(s *Session, place int64) bool {
	if e.unsaid == nil || e.unsaid[place] == nil && !e.before(s, place) {
		return false
	}
	en := e.Entry(place)
	return en != nil && en.Line != nil && en.Line.Measured && !s.Holds(place)
}
