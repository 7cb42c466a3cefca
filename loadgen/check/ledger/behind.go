package ledger

// Behind returns a session that is in the room and has not got all entries that
// others have; unplaced is set if none of the others was told of its join. It is
// nil where everybody has. Any goroutine may ask.
func (l *Ledger) Behind() (behind *Session, unplaced bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	here := 0
	for _, s := range l.sessions {
		if !s.Stays() || s.Over() || !s.HasRoster {
			continue
		}
		here++
		switch m := s.Member; {
		case m == nil:
			behind, unplaced = s, true
		case s.pos.Load() <= m.Joined(): // nobody can tell where it stands before it has got a line
		case s.pos.Load() < l.order.len:
			return s, false
		}
	}
	if unplaced && here == 1 { // there is nobody to be told
		return nil, false
	}
	return behind, unplaced
}
