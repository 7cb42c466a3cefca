package check

import "time"

// Leave is how a chatter ends its stay.
type Leave uint8

// The ways to leave, and their absence.
const (
	Stays     Leave = iota // has not left (yet)
	FIN                    // half-closed with nothing under way, reads to the end: owed all up to its leave
	Reset                  // closed at once: owed nothing more
	HalfClose              // half-closed with lines under way, reads to the end: owed all up to its leave
	Evicted                // put out by the server for not reading: owed nothing more
)

var leaves = [...]string{"stays", "FIN", "RST", "half-close", "eviction"}

func (l Leave) String() string { return leaves[l] }

// Closing notes that the session is about to leave; later sends are not its.
func (s *Session) Closing(kind Leave, at time.Duration) {
	if t := s.judge.tape; t != nil {
		defer t.step()()
		t.put(Event{Kind: EventLeaving, Session: s.number, Leave: kind, At: at})
	}
	s.close(kind, at)
}

func (s *Session) close(kind Leave, at time.Duration) {
	s.closeKind.Store(uint32(kind))
	s.closing.Store(int64(at) + 1)
}

// left gives how and when the session began to leave.
func (s *Session) left() (kind Leave, at time.Duration) {
	v := s.closing.Load()
	if v == 0 {
		return Stays, 0
	}
	return Leave(s.closeKind.Load()), time.Duration(v - 1)
}

// Ended notes that nothing more can come: the stream is at its end. The
// observing goroutine calls it, last.
func (s *Session) Ended(at time.Duration) {
	if t := s.judge.tape; t != nil {
		defer t.step()()
		s.taped = true
		c, pos := s.where()
		t.put(Event{Kind: EventOver, Session: s.number, At: at, C: c, Pos: pos, Isolated: s.tally.isolated})
	}
	s.Flush(at)
	s.part()
	j := s.judge
	j.mu.Lock()
	if kind, _ := s.left(); kind == Stays {
		s.evicted()
	}
	if !s.hasRoster {
		delete(j.unbound, s)
		j.strays = append(j.strays, s)
		s.pos.Store(j.order.len)
	}
	due := s.member != nil && !s.bound
	settled := s.bound || due
	s.ended.Store(true) // from here on, who places its join settles the stay
	j.mu.Unlock()
	if due {
		s.settleStart(at, true)
	}
	if settled {
		s.finish()
	}
}

// finish is called last by whoever settles a stay that is over. It lets the
// order go: lines that are still known point to their senders' stays, and
// through them would keep all that came before.
func (s *Session) finish() {
	s.chunk = nil
	s.done.Store(s.bound)
}
