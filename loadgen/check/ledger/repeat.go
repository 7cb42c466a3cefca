package ledger

// repeats reports whether what came is a line of the run that somebody says
// again who is not of the run, such as a bridge to another room: the name is
// that of such a member, and the line itself has come. Else it is the line,
// under a name that the server should not have put there.
func (w *sighting) repeats(line *Line, given bool) bool {
	if w.by.ledger.cfg.Capabilities.Views != Ordered {
		return false
	}
	switch {
	case line == nil:
		if !given { // else everybody had it long ago
			return false
		}
	case line.Session.Name() == w.name || !line.Private() && !w.hasCome(line):
		return false
	}
	return w.strange()
}

// hasCome reports whether the receiver has seen a group line, or others have and
// it stands before the session's join.
func (w *sighting) hasCome(line *Line) bool {
	s, place := w.by, line.Place()
	if !s.Bound {
		return place >= 0 || s.holds(line)
	}
	return place >= 0 && place < s.Next && !s.Lacks(place)
}
