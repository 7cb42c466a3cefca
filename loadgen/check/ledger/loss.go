package ledger

import "time"

// A server of several that have one room may die. What that does to its chatters was
// not their doing, and is no defect where it was declared: they leave once, at one
// place for all others, and are owed nothing more.

const (
	// LossLimit is how long they may take at least where its server died: so long
	// the others take it for one that may come back.
	LossLimit = 20*time.Second + LeaveLimit
	// MaxStandstill is for how long at most the time of a loss does not count in which
	// the others got nothing, as they agree who goes on.
	MaxStandstill = 10 * time.Second
)

// Lose records that the connection of the session has ended, or is about to, because
// its server has died, as was declared; the others may take until limit to learn of
// its leave. Whatever it had begun to do counts no more. A limit may be told again.
// It reports whether the session had not begun to leave; one that was reset stays one,
// though the others may have known first.
func (s *Session) Lose(at, limit time.Duration) bool {
	l := s.ledger
	defer l.rec.step(&Event{Kind: EventLost, Session: s.Number, At: at, Took: limit})()
	l.mu.Lock()
	defer l.mu.Unlock()
	kind := s.How()
	s.knownLocked(at)
	for _, g := range s.guises {
		g.knownLocked(at)
	}
	if kind == Reset {
		return false
	}
	s.lossLimit.Store(int64(limit))
	s.begins(Lost, at)
	if s.HasRoster {
		if kind != Stays {
			l.leftBy[kind]--
		}
		l.leftBy[Lost]++
	}
	return kind == Stays
}

// knownLocked has a leave that the others knew first be none that was told falsely.
func (a *abroad) knownLocked(at time.Duration) {
	s := a.of
	l, m := s.ledger, s.Member
	if m != nil && m.Left() != 0 {
		s.leaveSeen.CompareAndSwap(0, int64(max(m.leaveSeen, at)))
	}
	if s.falseLeave != 0 {
		delete(l.doubted, m.Name)
		delete(l.retracted, m.Left())
		s.falseLeave = 0
	}
}

// Found records that the server of a lost session lives: it has put the session out,
// or, where it is told of one whose connection has not ended, it stays.
func (s *Session) Found() {
	l := s.ledger
	defer l.rec.step(&Event{Kind: EventFound, Session: s.Number})()
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.How() != Lost {
		return
	}
	s.closing.Store(0)
	if s.HasRoster {
		l.leftBy[Lost]--
		l.putOut = l.putOut || s.Over()
	}
}

// LeaveLimit returns how long after its beginning others may learn of the leave,
// beside the slowest delivery of that time.
func (p *parting) LeaveLimit() time.Duration {
	if p.How() == Lost {
		return time.Duration(p.lossLimit.Load())
	}
	return LeaveLimit
}
