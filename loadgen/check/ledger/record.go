package ledger

import (
	"sync"
	"time"

	"chatsim/manager/wire"
)

// A run can be recorded while it goes on. What a receiver saw is for the most
// part the order that everybody saw, so an event is only what moves the order on
// or deviates from it; in between, a session simply passed the next entries.
// Replaying the events in their order does to another ledger what the run did
// to this one.

// EventKind is what happened.
type EventKind uint8

// The kinds of events, with the fields of Event that they set beside Kind. All
// but the first and those after Over are about a Session.
const (
	EventBegan    EventKind = iota // Level, Nonce, Capabilities, Grace; before anything else
	EventDialled                   // Chatter, Asked, At, and Server where servers are linked
	EventSent                      // Note, Pos
	EventLeaving                   // Leave, At
	EventSaw                       // At, C, Pos, and Frame, or Line where it came just as it was sent
	EventGarbled                   // C, Pos, Text: a frame came that cannot be parsed, or a reset
	EventPassed                    // At, C, Pos: the entry before C came, and when it came matters
	EventStalls                    // At
	EventResumes                   // At
	EventOver                      // At, C, Pos, Isolated
	EventStood                     // Frontier, Places
	EventSlow                      // At, Took: the slowest delivery around a time
	EventFinished                  // End
	EventCalm                      // Took: the longest that anybody waited while all read; before the end
	EventDenied   EventKind = 32   // At, Denial, Text; after EventOver
	EventAsked    EventKind = 33   // At: the session asks who is there
	EventSilent   EventKind = 34   // At
	EventLost     EventKind = 35   // At, Took: how long others may take to learn of the leave
	EventFound    EventKind = 36
)

// Event is one step of a run. The sessions are numbered in the order of their
// dials. C is up to where its session had passed the order before the step, and
// Pos what it had told of that in its last Flush; both mean nothing before its
// own join has a place.
type Event struct {
	Kind     EventKind
	Session  int
	At       time.Duration
	Took     time.Duration
	C, Pos   int64
	Frontier int64 // the length of the order
	Places   []Standing
	Isolated int64 // deliveries to the session while another did not read

	Level        Level
	Nonce        string
	Capabilities Capabilities
	Grace        time.Duration
	Chatter      int
	Asked        string
	Server       int // of those that are linked
	Note         Note
	Leave        Leave
	Denial       Denial
	Frame        *wire.Frame // without Raw; holds only during the call
	Line         Ref
	Text         string
	End          End
}

// Ref names a line of the run.
type Ref struct{ Chatter, Seq int }

// Standing is where a session stood.
type Standing struct {
	Session  int
	Pos      int64
	Isolated int64 // as in Event; 0 before the end
}

// standEvery is how often it is recorded where everybody stands, so that a
// recording that breaks off can be judged up to there.
const standEvery = time.Second

// recorder records a run.
type recorder struct {
	ledgers []*Ledger // that are linked, or the only one
	record  func(*Event)

	// mu is held over every step that is recorded: their order in the recording
	// is that in which they took effect. It is taken before Ledger.mu.
	mu sync.Mutex
	// Guarded by mu.
	stood  time.Duration // when it was last recorded where everybody stands
	places []Standing    // memory for that
}

// recording is what a session knows of being recorded. Its observing goroutine
// owns it.
type recording struct {
	inStep bool  // what happens is part of a step that is recorded
	asideC int64 // up to here the last step aside went
}

// step begins what is one step; the returned function ends and records it. A nil
// recorder records nothing.
func (r *recorder) step(e *Event) (end func()) {
	if r == nil {
		return func() {}
	}
	r.mu.Lock()
	return func() { r.end(e) }
}

func (r *recorder) end(e *Event) {
	r.record(e)
	if e.At >= r.stood+standEvery {
		r.stood = e.At
		mu := r.ledgers[0].mu
		mu.Lock()
		for _, l := range r.ledgers {
			r.standLocked(l)
		}
		mu.Unlock()
	}
	r.mu.Unlock()
}

// standLocked records where everybody of a ledger stands. Both locks are held.
func (r *recorder) standLocked(l *Ledger) {
	r.places = r.places[:0]
	for _, s := range l.sessions {
		if !s.Over() {
			r.places = append(r.places, Standing{Session: s.Number, Pos: s.pos.Load()})
		}
	}
	r.record(&Event{Kind: EventStood, Frontier: l.order.len, Places: r.places})
}

// eventOf returns an event of a session, as it stands.
func eventOf(s *Session, k EventKind, at time.Duration) *Event {
	e := &Event{Kind: k, Session: s.Number, At: at}
	if s.Bound {
		e.C, e.Pos = s.Next, s.pos.Load()
	}
	return e
}

// aside begins a step in which what a session passed last has effects beyond
// it, and records that once; the returned function ends it.
func (r *recorder) aside(s *Session, at time.Duration) (end func()) {
	if r == nil || s.inStep {
		return func() {}
	}
	r.mu.Lock()
	if s.asideC != s.Next {
		s.asideC = s.Next
		r.record(eventOf(s, EventPassed, at))
	}
	return r.mu.Unlock
}

// observe is Session.observe for a run that is recorded.
func (r *recorder) observe(s *Session, f *wire.Frame, at time.Duration) *Line {
	if f.Kind == wire.Invalid || f.Kind == wire.Unknown {
		return nil // told as garbage, or ignored
	}
	r.mu.Lock()
	if e := s.nextIn(f); e != nil { // another session placed it while this one waited for its turn
		r.mu.Unlock()
		return s.took(e, at)
	}
	e := eventOf(s, EventSaw, at)
	s.inStep = true
	line := s.observe(f, at)
	s.inStep = false
	if line.plain(f) {
		e.Line = Ref{line.Session.Chatter, line.Seq}
	} else {
		e.Frame = f
	}
	r.end(e)
	return line
}

// plain reports whether a frame is the line as it should come.
func (l *Line) plain(f *wire.Frame) bool {
	return l != nil && l.Text == string(f.Text) && l.Private() == f.Private && l.Session.Name() == string(f.Sender) && l.target() == string(f.Target)
}

// target returns what stands in a frame of the line.
func (l *Line) target() string {
	if l.Private() {
		return l.Target
	}
	return wire.Group
}

// finish ends the recording: what is judged from here on is judged again.
func (r *recorder) finish(e End) {
	r.mu.Lock()
	defer r.mu.Unlock()
	calm := time.Duration(0)
	for _, l := range r.ledgers {
		r.places = r.places[:0]
		for _, s := range l.sessions {
			if !s.Over() && s.Bound {
				r.places = append(r.places, Standing{Session: s.Number, Pos: s.Next, Isolated: s.Totals.Isolated})
			}
			calm = max(calm, s.calm)
		}
		calm = max(calm, l.calm)
		r.record(&Event{Kind: EventStood, Frontier: l.order.len, Places: r.places})
		if l.cfg.Slowest != nil {
			for _, f := range l.facts.Of(LateLeave) {
				r.record(&Event{Kind: EventSlow, At: f.When, Took: l.cfg.Slowest(f.When)})
			}
		}
	}
	r.record(&Event{Kind: EventCalm, Took: calm})
	r.record(&Event{Kind: EventFinished, End: e})
}
