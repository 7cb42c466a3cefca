package check

import (
	"sync"
	"time"

	"chatsim/manager/wire"
)

// A run can be recorded while it is judged. What a receiver saw is for the most
// part the order that everybody saw, so an event is only what moves the order on
// or deviates from it; in between, a session simply passed the next entries.
// Replaying the events in their order does to another judge what the run did
// to this one.

// EventKind is what happened.
type EventKind uint8

// The kinds of events, with the fields of Event that they set beside Kind. All
// but the first and those after Over are about a Session.
const (
	EventBegan    EventKind = iota // Level, Nonce, Rosters, Unable; before anything else
	EventDialled                   // Chatter, Asked, At
	EventSent                      // Note, Pos
	EventLeaving                   // Leave, At
	EventSaw                       // At, C, Pos, and Frame, or Line where it came just as it was sent
	EventGarbled                   // C, Pos, Text: a frame came that cannot be understood
	EventPassed                    // At, C, Pos: the entry before C came, and when it came matters
	EventStalls                    // At
	EventResumes                   // At
	EventOver                      // At, C, Pos, Isolated
	EventStood                     // Frontier, Places
	EventSlow                      // At, Took: the slowest delivery around a time
	EventFinished                  // End
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

	Level   Level
	Nonce   string
	Rosters bool
	Unable  map[Name]string
	Chatter int
	Asked   string
	Note    Note
	Leave   Leave
	Frame   *wire.Frame // without Raw; holds only during the call
	Line    Ref
	Text    string
	End     End
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
// recording that breaks off tells until when it is good.
const standEvery = time.Second

// tape is the recording of a run, nil if there is none.
type tape struct {
	record func(*Event)

	// mu is held over every step that is recorded: their order on the tape is
	// that in which they took effect. It is taken before Judge.mu.
	mu sync.Mutex
	// Guarded by mu.
	sessions int
	stood    time.Duration // when it was last recorded where everybody stands
	event    Event         // memory for the one that is recorded
	places   []Standing    // likewise
}

// step begins what is one step; the returned function ends it.
func (t *tape) step() (end func()) {
	t.mu.Lock()
	return t.mu.Unlock
}

func (t *tape) put(e Event) {
	t.event = e
	t.record(&t.event)
}

// dial is step for a new session, which it numbers.
func (t *tape) dial(s *Session) (end func()) {
	if t == nil {
		return func() {}
	}
	t.mu.Lock()
	s.number = t.sessions
	t.sessions++
	t.put(Event{Kind: EventDialled, Session: s.number, Chatter: s.Chatter, Asked: s.Asked, At: s.dialled})
	return t.mu.Unlock
}

func (t *tape) send(s *Session, n Note) *Line {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := s.send(n)
	t.put(Event{Kind: EventSent, Session: s.number, Note: n, Pos: l.Seen})
	t.follow(s.judge, n.Actual)
	return l
}

// stands notes where a session stands, for the next call of allStand.
func (t *tape) stands(s *Session, pos int64) {
	if t != nil {
		t.places = append(t.places, Standing{Session: s.number, Pos: pos})
	}
}

func (t *tape) allStand(frontier int64) {
	if t != nil {
		t.put(Event{Kind: EventStood, Frontier: frontier, Places: t.places})
		t.places = t.places[:0]
	}
}

// tapePass begins a step in which what the session passed last has effects
// beyond it, and records that once.
func (s *Session) tapePass(at time.Duration) (end func()) {
	t := s.judge.tape
	if t == nil || s.taped {
		return func() {}
	}
	t.mu.Lock()
	if s.tapedC != s.c {
		s.tapedC = s.c
		t.put(Event{Kind: EventPassed, Session: s.number, At: at, C: s.c, Pos: s.pos.Load()})
	}
	return t.mu.Unlock
}

// follow is called after a step at at, and records from time to time where
// everybody stands.
func (t *tape) follow(j *Judge, at time.Duration) {
	if at < t.stood+standEvery {
		return
	}
	t.stood = at
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range j.sessions {
		if !s.ended.Load() {
			t.stands(s, s.pos.Load())
		}
	}
	t.allStand(j.order.len)
}

// where gives the session's C and Pos for an event.
func (s *Session) where() (c, pos int64) {
	if !s.bound {
		return 0, 0
	}
	return s.c, s.pos.Load()
}

// observe is Session.observe for a run that is recorded.
func (t *tape) observe(s *Session, f *wire.Frame, at time.Duration) *Line {
	if f.Kind == wire.Invalid || f.Kind == wire.Unknown || f.Kind == wire.Roster && !s.awaitsRoster() {
		return nil // told as garbage, ignored, or somebody else's question
	}
	t.mu.Lock()
	if e := s.nextIs(f); e != nil { // somebody placed it while this session waited for its turn
		t.mu.Unlock()
		s.passed(e, at)
		if e.line == nil {
			s.viewed(e, at)
		}
		return e.line
	}
	defer t.mu.Unlock()
	s.taped = true
	c, pos := s.where()
	ref, plain := s.plain(f)
	l := s.observe(f, at)
	s.taped = false
	e := Event{Kind: EventSaw, Session: s.number, At: at, C: c, Pos: pos}
	if plain {
		e.Line = ref
	} else {
		e.Frame = f
	}
	t.put(e)
	t.follow(s.judge, at)
	return l
}

// nextIs gives the entry that is next for the session if the frame is just that.
func (s *Session) nextIs(f *wire.Frame) *entry {
	if !s.bound || f.Private {
		return nil
	}
	e := s.expected()
	switch {
	case e == nil || e.kind != f.Kind:
		return nil
	case e.kind == wire.Line && e.text == string(f.Text) && e.name == string(f.Sender):
		return e
	case e.kind != wire.Line && len(f.Names) == 1 && e.name == string(f.Names[0]):
		return e
	}
	return nil
}

// plain says whether a frame is a line of the run as it should come, and which.
func (s *Session) plain(f *wire.Frame) (Ref, bool) {
	if f.Kind != wire.Line {
		return Ref{}, false
	}
	chatter, seq, ok := ParseStamp(f.Text, s.judge.cfg.Nonce)
	if !ok {
		return Ref{}, false
	}
	l := s.judge.lineOf(chatter, seq)
	if l == nil || l.Text != string(f.Text) || l.Private() != f.Private || l.Session.assigned() != string(f.Sender) {
		return Ref{}, false
	}
	return Ref{chatter, seq}, string(f.Target) == l.target()
}

// target is what stands in a frame of the line.
func (l *Line) target() string {
	if l.Private() {
		return l.Target
	}
	return wire.Group
}

// finish ends the recording: what is judged from here on is judged again.
func (t *tape) finish(j *Judge, e End) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range j.sessions {
		if !s.ended.Load() && s.bound {
			t.places = append(t.places, Standing{Session: s.number, Pos: s.c, Isolated: s.tally.isolated})
		}
	}
	t.allStand(j.order.len)
	if j.cfg.Slowest != nil {
		for _, l := range j.lateLeaves() {
			t.put(Event{Kind: EventSlow, At: l.when, Took: j.cfg.Slowest(l.when)})
		}
	}
	t.put(Event{Kind: EventFinished, End: e})
}
