package ledger

import (
	"math"
	"slices"
	"sync/atomic"
	"time"

	"chatsim/manager/wire"
)

// Leave is how a chatter ends its stay.
type Leave uint8

// The ways to leave, and their absence.
const (
	Stays     Leave  = iota // has not left (yet)
	FIN                     // half-closed with nothing under way, reads to the end: owed all up to its leave
	Reset                   // closed at once: owed nothing more
	HalfClose               // half-closed with lines under way, reads to the end: owed all up to its leave
	Evicted                 // put out by the server for not reading: owed nothing more
	Lost                    // its server died, as was declared, and others of the room go on: owed nothing more
	kinds     = iota        // how many there are
)

var leaves = [kinds]string{"stays", "FIN", "RST", "half-close", "eviction", "server loss"}

func (l Leave) String() string { return leaves[l] }

// Abrupt reports whether what was under way may be lost, in both directions.
func (l Leave) Abrupt() bool { return l == Reset || l == Evicted || l == Lost }

// ReadsOn reports whether who leaves so reads to the end of its stream.
func (l Leave) ReadsOn() bool { return l == FIN || l == HalfClose }

// Cut reports whether what was under way to the session may be lost by its leave.
func (s *Session) Cut() bool {
	kind := s.How()
	return kind.Abrupt() || kind != Stays && s.ledger.cfg.Capabilities.CutsLeaves
}

const (
	// LeaveLimit is how long everybody else may take to learn of a leave,
	// beside the slowest delivery of that time.
	LeaveLimit = 5 * time.Second
	// StallLeast is how long anybody may wait, whatever else, for a line that was
	// sent while another session does not read.
	StallLeast = time.Second
)

// parting is how a stay ends. Any goroutine may look.
type parting struct {
	closing   atomic.Int64 // when it began to leave, +1; 0 while it stays
	closeKind atomic.Uint32
	stall     atomic.Int64 // when it first stopped reading, +1; 0: never
	ended     atomic.Bool
	done      atomic.Bool  // ended, and nobody touches what the observing goroutine owned
	leaveSeen atomic.Int64 // when the last receiver learned of its leave
	lossLimit atomic.Int64 // of one that is Lost: how long the others may take to learn of it
}

// begins records how and when the stay begins to end.
func (p *parting) begins(kind Leave, at time.Duration) {
	p.closeKind.Store(uint32(kind))
	p.closing.Store(int64(at) + 1)
}

// Left returns how and when the session began to leave.
func (p *parting) Left() (kind Leave, at time.Duration) {
	v := p.closing.Load()
	if v == 0 {
		return Stays, 0
	}
	return Leave(p.closeKind.Load()), time.Duration(v - 1)
}

// How returns how the session began to leave, or that it stays.
func (p *parting) How() Leave {
	kind, _ := p.Left()
	return kind
}

// Stays reports whether the session has not begun to leave.
func (p *parting) Stays() bool { return p.closing.Load() == 0 }

// HasLeft reports whether the session began to leave; one that was put out has not.
func (p *parting) HasLeft() bool {
	kind := p.How()
	return kind != Stays && kind != Evicted
}

// Over reports whether nothing more can come.
func (p *parting) Over() bool { return p.ended.Load() }

// HasStalled reports whether the session reads nothing by its own will, or did so
// for a while.
func (p *parting) HasStalled() bool { return p.stall.Load() != 0 }

// PutOut reports whether the server ended the stay although its chatter had
// not begun to leave and read.
func (p *parting) PutOut() bool {
	return p.Stays() && p.Over()
}

// PutOut reports whether the server has ended the stay of somebody who read.
func (l *Ledger) PutOut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.putOut
}

// LeaveNotice returns how long it took until the last of the others knew that
// the session had left; false if it has not left or nobody was told.
func (p *parting) LeaveNotice() (time.Duration, bool) {
	kind, at := p.Left()
	seen := time.Duration(p.leaveSeen.Load())
	return seen - at, seen != 0 && kind != Stays && kind != Evicted
}

// evicted records that the server has put the session out; false if it may not.
func (p *parting) evicted() bool {
	at := p.stall.Load()
	if at == 0 {
		return false
	}
	p.begins(Evicted, time.Duration(at-1))
	return true
}

// Closing records that the session is about to leave; later sends are not its. It
// reports whether the session had not begun to: of several who may be about to end
// a stay the first does.
func (s *Session) Closing(kind Leave, at time.Duration) bool {
	defer s.ledger.rec.step(&Event{Kind: EventLeaving, Session: s.Number, Leave: kind, At: at})()
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	if s.HasLeft() {
		return false
	}
	s.begins(kind, at)
	if s.HasRoster { // else it has given up to join
		s.ledger.leftBy[kind]++
	}
	return true
}

// stall is a time in which a session does not read.
type stall struct{ from, to time.Duration }

// stalls are those of a run so far; the last one may not have ended.
type stalls []stall

// hold reports whether a line was sent in one of them.
func (st stalls) hold(sent time.Duration) bool {
	for _, w := range slices.Backward(st) {
		if sent >= w.from {
			return sent < w.to
		}
	}
	return false
}

// Stall records that the session is about to read nothing for a while. From
// then on the server may put it out: nobody can say when it decides to. One
// session at a time may stall.
func (s *Session) Stall(at time.Duration) {
	l := s.ledger
	defer l.rec.step(&Event{Kind: EventStalls, Session: s.Number, At: at})()
	s.stall.CompareAndSwap(0, int64(at)+1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.setStallsLocked(stall{at, math.MaxInt64})
}

// Silent records that the session is about to read slowly or nothing, which the
// server may put it out for; the others are not measured by that, and any number
// of sessions may be silent.
func (s *Session) Silent(at time.Duration) {
	defer s.ledger.rec.step(&Event{Kind: EventSilent, Session: s.Number, At: at})()
	s.stall.CompareAndSwap(0, int64(at)+1)
}

// Resume records that the session reads on.
func (s *Session) Resume(at time.Duration) {
	l := s.ledger
	defer l.rec.step(&Event{Kind: EventResumes, Session: s.Number, At: at})()
	l.mu.Lock()
	defer l.mu.Unlock()
	if st := l.stalls.Load(); st != nil {
		last := (*st)[len(*st)-1]
		l.setStallsLocked(stall{last.from, at})
	}
}

// setStallsLocked adds a stall, or ends the last one, which began at the same time.
func (l *Ledger) setStallsLocked(last stall) {
	var list stalls
	if st := l.stalls.Load(); st != nil {
		list = slices.DeleteFunc(slices.Clone(*st), func(w stall) bool { return w.from == last.from })
	}
	list = append(list, last)
	l.stalls.Store(&list)
}

// Ended records that nothing more can come: the stream is at its end. The
// observing goroutine calls it, last.
func (s *Session) Ended(at time.Duration) {
	l := s.ledger
	e := eventOf(s, EventOver, at)
	e.Isolated, s.inStep = s.Totals.Isolated, true
	defer l.rec.step(e)()
	s.Flush(at)
	if reason, ok := wire.ParseReason([]byte(s.said)); s.HasRoster && s.saidAt != s.refusals.seen() && !(ok && reason.Closing()) {
		s.said = "" // more came behind it
	}
	s.refusals.part()
	s.refusals.finish()
	l.mu.Lock()
	if s.Stays() && !s.evicted() && s.HasRoster {
		l.putOut = true
	}
	if s.HasRoster && (l.cfg.Level >= Count || l.cfg.Capabilities.Views != Ordered) {
		l.bound-- // no leave is placed
	}
	if !s.HasRoster {
		delete(l.arrivals.waiting, s)
		l.arrivals.unread = append(l.arrivals.unread, s)
		s.pos.Store(l.order.len)
	}
	due := s.Member != nil && !s.Bound
	settled := s.Bound || due
	if s.Member != nil {
		l.here--
	}
	s.ended.Store(true) // from here on, who places its join settles the stay
	l.mu.Unlock()
	if due {
		start{s, at, true}.settle()
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
	s.done.Store(s.Bound)
}
