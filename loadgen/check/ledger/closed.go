package ledger

import "slices"

// What a closed ledger knows.

// Config returns what the ledger was told before the run.
func (l *Ledger) Config() Config { return l.cfg }

// Facts returns what was found.
func (l *Ledger) Facts() *Facts { return &l.facts }

// Totals returns what was counted.
func (l *Ledger) Totals() *Totals { return &l.totals }

// Sessions returns all stays but those of which nothing more can be said.
func (l *Ledger) Sessions() []*Session { return l.sessions }

// Members returns those who are or were in the room, in the order of their
// joins, as far as a fact may need them.
func (l *Ledger) Members() []*Member { return l.members.log }

// Holder returns the member who had a name just after a place, as the order
// tells it.
func (l *Ledger) Holder(name string, place int64) *Member {
	if l.cfg.Capabilities.Views == WholeRosters { // nobody can tell when
		return l.members.only(name)
	}
	return l.members.holder(name, place)
}

// Doubted returns the names whose presence is itself in doubt.
func (l *Ledger) Doubted() map[string]bool { return l.doubted }

// Retracted returns the places of entries that should not have been.
func (l *Ledger) Retracted() map[int64]bool { return l.retracted }

// Len returns how many entries the order holds, which is the place after the last.
func (l *Ledger) Len() int64 { return l.order.len }

// Entry returns the entry at a place if it is still known.
func (l *Ledger) Entry(place int64) *Entry { return l.order.entry(place) }

// EachLine calls f with every line that is still known.
func (l *Ledger) EachLine(f func(*Line)) {
	list := l.senders.list.Load()
	if list == nil {
		return
	}
	for _, snd := range *list {
		for _, line := range slices.SortedFunc(snd.lines, func(a, b *Line) int { return a.Seq - b.Seq }) {
			f(line)
		}
	}
}

// PublicRefused returns how many group lines were answered by an error.
func (l *Ledger) PublicRefused() int64 { return l.publicRefused.Load() }

// SentWhile returns how many group lines a session got at least and at most if
// it got what was sent between its roster, or its dial, and the end.
func (l *Ledger) SentWhile(s *Session) (least, most int64) {
	refused := l.publicRefused.Load()
	return l.publicSent - s.before[1] - (refused - s.sending.refused), l.publicSent - refused - s.before[0]
}

// FalseLeave returns the place of a leave that was told although the session
// had not left; false if there was none.
func (a *entrance) FalseLeave() (place int64, ok bool) { return a.falseLeave - 1, a.falseLeave != 0 }

// Whole reports whether the session was told who is there by whole rosters.
func (a *entrance) Whole() bool { return a.whole != nil }

// HasPassed reports whether a later group line of the session has a place.
func (s *sending) HasPassed(line *Line) bool { return line.Pub < s.pubNext }

// Due returns how many entries the session's span holds up to its leave, or to
// the end of the order, and how many deliveries of measured lines, where it lacks
// none. One that has left abruptly, or was put out, is owed what it read.
func (s *Session) Due() (entries, deliveries int64) {
	end, lines := s.ledger.order.len, s.ledger.order.lines
	kind, _ := s.Left()
	told := s.Member.Left()
	if kind.Abrupt() || s.PutOut() || kind != Stays && told == 0 {
		return s.Next - s.Start, s.Totals.Deliveries
	}
	if kind != Stays {
		end, lines = told, s.Member.leaveLines
	}
	return end - s.Start, lines - s.startLines + s.Privates
}

// Stood returns the session's place as of its last Flush.
func (s *Session) Stood() int64 { return s.pos.Load() }
