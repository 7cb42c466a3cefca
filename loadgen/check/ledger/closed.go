package ledger

import (
	"slices"
	"time"
)

// Closed is a ledger to which nothing more is told, and what it came to.
type Closed struct {
	*Ledger
	Level     Level
	Can       Capabilities
	Facts     *Facts
	Totals    *Totals
	Sessions  []*Session      // all stays but those of which nothing more can be said
	Members   []*Member       // who are or were in the room, by their joins, as far as a fact may need them
	First     *Session        // whose snapshot says who was there before the run; nil if there was none
	Doubted   map[string]bool // names whose presence is itself in doubt
	Retracted map[int64]bool  // places of entries that should not have been
	Len       int64           // of the order: the place after its last entry

	AtOnce        int           // sessions of the run that were in the room at once, at most
	LeftBy        [kinds]int64  // stays that their chatters have ended, by how, at all servers
	Abroad        []*Session    // stand for those at other servers, as far as a fact may need them
	Calm          time.Duration // the longest that anybody waited for a line while all read
	PublicRefused int64         // group lines that were answered by an error
}

// Holder returns the member who had a name just after a place, as the order
// tells it.
func (l *Closed) Holder(name string, place int64) *Member {
	if l.cfg.Capabilities.Views != Ordered { // nobody can tell when
		return l.members.only(name)
	}
	return l.members.holder(name, place)
}

// Entry returns the entry at a place if it is still known.
func (l *Closed) Entry(place int64) *Entry { return l.order.entry(place) }

// EachLine calls f with every line that is still known.
func (l *Closed) EachLine(f func(*Line)) {
	list := l.senders.list.Load()
	if list == nil {
		return
	}
	for i := range *list {
		snd := (*list)[i].Load()
		if snd == nil {
			continue
		}
		for _, line := range slices.SortedFunc(snd.lines, func(a, b *Line) int { return a.Seq - b.Seq }) {
			f(line)
		}
	}
}

// SentWhile returns how many group lines a session got at least and at most if
// it got what was sent between its roster, or its dial, and the end.
func (l *Closed) SentWhile(s *Session) (least, most int64) {
	return l.publicSent - s.before[1] - (l.PublicRefused - s.sending.refused), l.publicSent - l.PublicRefused - s.before[0]
}

// FalseLeave returns the place of a leave that was told although the session
// had not left; false if there was none.
func (a *entrance) FalseLeave() (place int64, ok bool) { return a.falseLeave - 1, a.falseLeave != 0 }

// Whole reports whether the session was told who is there by whole rosters.
func (a *entrance) Whole() bool { return a.whole != nil }

// Entered returns when the session's first roster came.
func (a *entrance) Entered() time.Duration { return a.entered }

// HasPassed reports whether a later group line of the session has a place.
func (s *sending) HasPassed(line *Line) bool { return line.Pub < s.pubNext }

// Due returns how many entries the session's span holds up to its leave, or to
// the end of the order, and how many deliveries of measured lines, where it lacks
// none.
func (s *Session) Due() (entries, deliveries int64) {
	end, whole := s.Until()
	lines := s.ledger.order.lines
	switch {
	case !whole:
		return end - s.Start, s.Totals.Deliveries
	case !s.Stays():
		lines = s.Member.leaveLines
	}
	return end - s.Start, lines - s.startLines + s.Privates
}

// Until returns where the session's span ends: at its leave, or with the order.
// It is not whole if the session is owed what it read only.
func (s *Session) Until() (end int64, whole bool) {
	left := s.Member.Left()
	switch stays := s.Stays(); {
	case s.Cut() || s.PutOut() || !stays && left == 0:
		return s.Next, false
	case stays:
		return s.ledger.order.len, true
	}
	return left, true
}
