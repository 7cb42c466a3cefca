package ledger

import "chatsim/manager/wire"

// Where no order is kept, lines are known by their stamps alone. To find a stamp a
// frame has to be parsed, which costs more than to compare it with what is likely to
// come: so the lines are listed there too, as they first came to anybody. The list
// judges nothing, and nobody is held to it.

// counted takes a line that is found by its stamp. The session then expects what is
// listed behind it.
func counted(s *Session, f *wire.Frame) *Line {
	line, _, _ := s.ledger.stamped(f.Text)
	if line == nil {
		return nil
	}
	if !f.Private {
		s.Lines++
		if f.Raw != nil && !line.Private() {
			s.ledger.list(line, f.Raw)
			s.skip(line.Place() + 1)
		}
	}
	s.delivered(line, 0)
	return line
}

// list appends a line to the list, unless it is in there.
func (l *Ledger) list(line *Line, raw []byte) {
	if line.Place() >= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if line.Place() >= 0 { // somebody else was quicker
		return
	}
	line.place.Store(l.order.len)
	l.order.append(Entry{Kind: wire.Line, Line: line, raw: string(raw)})
	if l.order.len >= l.horizonNext+chunkLen {
		l.order.forget(l.slowestLocked(), nil)
		l.horizonNext = l.order.len
	}
}
