package ledger

import (
	"sync/atomic"
	"time"
)

// Session is one stay of a chatter: a connection that it dialled, as sender
// and as receiver.
type Session struct {
	// Static after Dial.
	sender  *sender
	Chatter int    // the chatter's number in the run
	Asked   string // the name it asked for
	Number  int    // of the dials
	floor   int64  // its join cannot be before this place
	abroad

	// Owned by the goroutine that observes.
	cursor
	Received
	queue
	greeting
	gap
	refusals refusals
	recording
	name string // as the welcome said; written with Ledger.mu held

	// Any goroutine.
	standing
	*parting
	strays

	// Guarded by Ledger.mu.
	entrance
	sending
}

// standing is how far a session is.
type standing struct {
	pos        atomic.Int64 // Next as of the last Flush
	unsettled  atomic.Int64 // lines sent and neither come back nor answered
	joined     atomic.Bool
	rostersDue atomic.Int32 // that the chatter has asked for
}

// Unsettled returns how many of the session's lines have neither come back nor
// been answered. Any goroutine may ask.
func (st *standing) Unsettled() int { return int(st.unsettled.Load()) }

// Joined reports whether the session knows its assigned name and who was
// there. Only then may it send. Any goroutine may ask.
func (st *standing) Joined() bool { return st.joined.Load() }

// AwaitsRoster reports whether the chatter has asked who is there, and has got no
// answer. Any goroutine may ask.
func (st *standing) AwaitsRoster() bool { return st.rostersDue.Load() > 0 }

// Stood returns the session's place as of its last Flush.
func (st *standing) Stood() int64 { return st.pos.Load() }

// Received is what came to a session, beside its way through the order.
type Received struct {
	Totals   Totals
	told     *Totals        // what of these went into Ledger.interim
	toldAt   int64          // the Ask that it was for
	Garbled  map[string]int // lines by name that came in a form that cannot be told; by "" those of which the name cannot be told either
	LastOwn  int            // the highest own sequence number that came back
	Privates int64          // deliveries of measured private lines
	Newest   time.Duration  // the latest send of a line that came
	calm     time.Duration  // the longest that it waited for a line while all read
	Lines    int64          // group lines that came, where no order is kept
	broken   int64          // Totals.Observed and Next when a line last came that could not be parsed
	brokenAt int64          //
	said     string         // the server's last error,
	saidAt   int64          // and what had been seen then
}

// sending is what a session's own group lines came to.
type sending struct {
	pubs     int32    // sent
	pubNext  int32    // the highest that has a place, +1
	pubPlace int64    // and that place
	before   [2]int64 // where no order is kept: lines of the run sent at the dial and at the roster,
	refused  int64    // and refused at the roster
}

// Dial records that a chatter is about to connect and ask for a name.
func (l *Ledger) Dial(chatter int, asked string, at time.Duration) *Session {
	s := newSession(l, chatter, asked, new(parting))
	e := &Event{Kind: EventDialled, Chatter: chatter, Asked: asked, At: at, Server: l.number}
	defer l.rec.step(e)()
	l.mu.Lock()
	defer l.mu.Unlock()
	dialLocked(s, l.nextLocked())
	e.Session = s.Number
	s.before[0] = l.publicBack.Load()
	l.sessions = append(l.sessions, s)
	l.arrivals.waiting[s] = struct{}{}
	s.announceLocked(at)
	return s
}

func newSession(l *Ledger, chatter int, asked string, p *parting) *Session {
	s := &Session{Chatter: chatter, Asked: asked, parting: p}
	s.ledger, s.LastOwn, s.filledAt = l, -1, -1
	s.refusals.of, s.gap.of, s.strays.of, s.abroad.of = s, s, s, s
	return s
}

// dialLocked has a session be that of the number-th dial.
func dialLocked(s *Session, number int) {
	s.sender, s.Number, s.floor = s.ledger.senders.addLocked(s.Chatter), number, s.ledger.order.len
	s.pos.Store(s.floor)
}

// Send records that the session is about to write a line, and returns its
// record. A chatter's lines must be recorded in the order in which they are
// written. What its sender had seen when it wrote the line is what it had
// observed up to its last Flush: an entry that it has observed since, in the
// batch that goes on, is taken for not seen, and the line is no answer to it.
func (s *Session) Send(n Note) *Line {
	l := s.ledger
	var e *Event
	if l.rec != nil {
		e = &Event{Kind: EventSent, Session: s.Number, Note: n, At: n.Actual}
		defer l.rec.step(e)()
	}
	line := &Line{Note: n, Session: s, Seen: s.pos.Load()}
	if e != nil {
		e.Pos = line.Seen
	}
	line.place.Store(-1)
	if line.Private() {
		line.priv = new(private)
	}
	l.mu.Lock()
	l.totals.Sent++
	if !line.Private() {
		line.Pub = s.pubs
		s.pubs++
		l.publicSent++
	}
	a := age{horizon: l.horizon, forget: n.Actual - oldAfter, late: l.cfg.Capabilities.BySender}
	s.sendsLocked(line, a)
	if l.cfg.Level >= Count {
		a.horizon = -1
	}
	s.unsettled.Add(1)
	s.sender.add(line, a)
	l.mu.Unlock()
	return line
}

// AsksRoster records that the chatter is about to ask who is there: a roster that
// comes then is an answer. Any goroutine may tell.
func (s *Session) AsksRoster(at time.Duration) {
	defer s.ledger.rec.step(&Event{Kind: EventAsked, Session: s.Number, At: at})()
	s.rostersDue.Add(1)
}

// Name returns the session's assigned name, empty before its welcome. Any
// goroutine may ask.
func (s *Session) Name() string {
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	return s.name
}

// Answers returns how many of the session's lines errors have answered so far,
// for the goroutine that observes. It falls where one of them comes back.
func (s *Session) Answers() int64 { return s.refusals.answers }

// Said returns the last error that the server sent, for the goroutine that observes.
// After Ended, for all, it is the server's last word: none after which more came, unless
// it says that the server closes.
func (r *Received) Said() string { return r.said }

// Flush ends a batch of observations that were read at one time.
func (s *Session) Flush(at time.Duration) {
	if n := s.ledger.asked.Load(); n != s.toldAt {
		s.tell(s.ledger, n)
	}
	if s.Bound {
		s.mark(at, s.HasStalled()) // then it is late by its own will
		s.pos.Store(s.Next)
	}
}

// tell adds what the session has counted since it last told, for the nth Ask.
func (r *Received) tell(l *Ledger, n int64) {
	if r.told == nil {
		r.told = new(Totals)
	}
	r.toldAt = n
	l.mu.Lock()
	defer l.mu.Unlock()
	l.interim.plus(r.told, -1)
	l.interim.plus(&r.Totals, 1)
	*r.told = r.Totals
}
