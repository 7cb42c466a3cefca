package ledger

import "chatsim/manager/wire"

// Where no order is kept, lines are known by their stamps alone. To find a stamp a
// frame has to be parsed, which costs more than to compare it with what is likely to
// come: so the lines are listed there too, as they first came to anybody. The list
// judges nothing, and nobody is held to it.

// counted takes a line that was found by its stamp.
func counted(s *Session, f *wire.Frame, line *Line) *Line {
	if line == nil {
		return nil
	}
	if !f.Private {
		s.Lines++
		if f.Raw != nil && !line.Private() {
			s.follow(line, f.Raw)
		}
	}
	s.delivered(line, 0)
	return line
}

// follow has the session expect what is listed behind a line, which it lists if it
// is the first to get it.
func (s *Session) follow(line *Line, raw []byte) {
	if line.Place() < 0 {
		s.ledger.list(line, raw)
	}
	if place := line.Place(); place >= s.Next {
		s.Next, s.marked = place+1, place+1
	}
}

// list appends a line to the list, unless somebody else was quicker.
func (l *Ledger) list(line *Line, raw []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if line.Place() >= 0 {
		return
	}
	line.place.Store(l.order.len)
	l.order.append(Entry{Kind: wire.Line, Line: line, raw: string(raw)})
	if l.order.len >= l.horizonNext+chunkLen {
		l.order.forget(l.slowestLocked(), nil)
		l.horizonNext = l.order.len
	}
}

// passCounted takes the listed line that the session expects.
func (s *Session) passCounted(e *Entry) *Line {
	s.Next++
	s.marked = s.Next
	s.Lines++
	s.delivered(e.Line, 0)
	return e.Line
}
