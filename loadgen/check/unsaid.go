package check

// findUnsaid finds the lines that may never have been said: where nothing tells a client
// that its line was taken, one whose connection was reset right behind it may have
// lost it on its way. Nobody but the sender has it then.
func (e *evidence) findUnsaid() {
	if !e.Config().Capabilities.Silent {
		return
	}
	e.unsaid = make(map[int64]*Line)
	e.EachLine(func(l *Line) {
		kind, _ := l.Session.Left()
		if l.Place() < 0 || !kind.Abrupt() && !l.Session.PutOut() {
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
func (e *evidence) excused(s *Session, place int64) bool {
	if e.unsaid == nil || e.unsaid[place] == nil && !e.before(s, place) {
		return false
	}
	en := e.Entry(place)
	return en != nil && en.Line != nil && en.Line.Measured && !s.Holds(place)
}
