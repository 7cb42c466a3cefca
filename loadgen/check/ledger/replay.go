package ledger

import (
	"errors"
	"fmt"
	"time"

	"chatsim/manager/wire"
)

// maxChatter is more than the highest number of a chatter: stamps have room
// for five digits.
const maxChatter = 100_000

// maxRosters bounds the rosters, in bytes, that wait for their joins while a
// recorded run is judged again.
const maxRosters = 1 << 28

// Replay does to a ledger what the events of a recorded run tell. It trusts
// them as little as the ledger trusts a server: those that cannot be are an
// error.
type Replay struct {
	Ledger *Ledger                         // nil before the first event
	End    *End                            // nil before the last
	Slow   map[time.Duration]time.Duration // the slowest delivery around some times

	sessions []*Session
	rosters  int // bytes, at most

	// What the events came to so far.
	Joined, Renamed, Sent int64
	Left                  map[Leave]int64
	Last                  time.Duration // the latest time of an event
}

// maxLossLimit is more than the others may take in any run to learn of a loss.
const maxLossLimit = 24 * time.Hour

// NewReplay returns a replay whose events are still to come.
func NewReplay() *Replay {
	return &Replay{Slow: make(map[time.Duration]time.Duration), Left: make(map[Leave]int64)}
}

// ErrImpossible is wrapped by the errors about events that cannot have been.
var ErrImpossible = errors.New("its events contradict each other")

func impossible(e *Event, what string, args ...any) error {
	return fmt.Errorf("%w: event of kind %d of session %d: %s", ErrImpossible, e.Kind, e.Session, fmt.Sprintf(what, args...))
}

// Finished reports whether the recording has come to its end.
func (r *Replay) Finished() bool { return r.End != nil }

// Step takes the next event.
func (r *Replay) Step(e *Event) error {
	switch {
	case (r.Ledger == nil) != (e.Kind == EventBegan):
		return impossible(e, "the beginning is missing, or told twice")
	case r.End != nil:
		return impossible(e, "it comes after the end")
	case e.At < 0:
		return impossible(e, "it was %v before the run", -e.At)
	}
	r.Last = max(r.Last, e.At)
	switch e.Kind {
	case EventBegan:
		return r.began(e)
	case EventDialled:
		return r.dialled(e)
	case EventStood:
		return r.stood(e)
	case EventSlow:
		r.Slow[e.At] = e.Took
	case EventCalm:
		r.Ledger.calm = max(r.Ledger.calm, e.Took) // of all servers, see Close
	case EventFinished:
		end := e.End
		r.End = &end
	default:
		return r.of(e)
	}
	return nil
}

func (r *Replay) began(e *Event) error {
	if e.Level >= Count || len(e.Nonce) != NonceLen || e.Capabilities.Servers > maxServers {
		return impossible(e, "level %d, nonce %q", e.Level, e.Nonce)
	}
	r.Ledger = New(Config{Level: e.Level, Nonce: e.Nonce, Capabilities: e.Capabilities, Grace: max(e.Grace, 0),
		Slowest: func(at time.Duration) time.Duration { return r.Slow[at] }})
	return nil
}

func (r *Replay) dialled(e *Event) error {
	if e.Chatter < 0 || e.Chatter >= maxChatter {
		return impossible(e, "chatter %d", e.Chatter)
	}
	at := r.Ledger.Servers()
	if e.Server < 0 || e.Server >= len(at) {
		return impossible(e, "server %d", e.Server)
	}
	r.sessions = append(r.sessions, at[e.Server].Dial(e.Chatter, e.Asked, e.At))
	return nil
}

// doing is what an event of a session does to it.
type doing struct {
	reads bool // the session read: it is not over, and has passed what is before its place in the event
	do    func(*Replay, *Event, *Session) error
}

var doings = [...]doing{
	EventSent:    {do: (*Replay).send},
	EventLeaving: {do: (*Replay).leaving},
	EventSaw:     {true, (*Replay).saw},
	EventGarbled: {true, plainly(func(e *Event, s *Session) {
		if e.Text == reset {
			s.Broken()
		} else {
			s.Garbage(e.Text)
		}
	})},
	EventPassed:  {true, func(_ *Replay, e *Event, s *Session) error { return e.takeNext(s) }},
	EventStalls:  {do: plainly(func(e *Event, s *Session) { s.Stall(e.At) })},
	EventResumes: {do: plainly(func(e *Event, s *Session) { s.Resume(e.At) })},
	EventOver: {true, plainly(func(e *Event, s *Session) {
		s.Totals.Isolated = e.Isolated
		s.Ended(e.At)
		s.chunk = nil // or it would be kept as long as the session is
	})},
	EventDenied: {do: (*Replay).denied},
	EventAsked:  {do: plainly(func(e *Event, s *Session) { s.AsksRoster(e.At) })},
	EventSilent: {do: plainly(func(e *Event, s *Session) { s.Silent(e.At) })},
	EventLost:   {do: (*Replay).lost},
	EventFound:  {do: (*Replay).found},
}

// plainly returns the doing of an event that cannot be impossible.
func plainly(do func(*Event, *Session)) func(*Replay, *Event, *Session) error {
	return func(_ *Replay, e *Event, s *Session) error {
		do(e, s)
		return nil
	}
}

// of takes an event of one session.
func (r *Replay) of(e *Event) error {
	if e.Session < 0 || e.Session >= len(r.sessions) {
		return impossible(e, "there is none")
	}
	s := r.sessions[e.Session]
	if int(e.Kind) >= len(doings) || doings[e.Kind].do == nil {
		return impossible(e, "nobody knows what it is")
	}
	d := doings[e.Kind]
	switch {
	case d.reads && s.Over():
		return impossible(e, "it is over")
	case d.reads && s.Bound:
		if err := e.catchUp(s); err != nil {
			return err
		}
	}
	return d.do(r, e, s)
}

func (r *Replay) leaving(e *Event, s *Session) error {
	if e.Leave < FIN || e.Leave > HalfClose {
		return impossible(e, "leave %d", e.Leave)
	}
	if s.Stays() && s.Joined() { // else it has given up to join
		r.Left[e.Leave]++
	}
	s.Closing(e.Leave, e.At)
	return nil
}

func (r *Replay) denied(e *Event, s *Session) error {
	if e.Denial >= denials || s.Joined() && e.Denial < LetIn {
		return impossible(e, "denial %d", e.Denial)
	}
	s.Denied(e.Denial, e.Text, e.At)
	return nil
}

func (r *Replay) lost(e *Event, s *Session) error {
	if s.Joined() && s.Stays() {
		r.Left[Lost]++
	}
	s.Lose(e.At, min(max(e.Took, 0), maxLossLimit))
	return nil
}

func (r *Replay) found(_ *Event, s *Session) error {
	if s.Joined() && s.How() == Lost {
		r.Left[Lost]--
	}
	s.Found()
	return nil
}

// catchUp has a session pass what is before its place in the event.
func (e *Event) catchUp(s *Session) error {
	c := e.C
	if e.Kind == EventPassed {
		c-- // that one is still to come
	}
	if err := e.advance(s, c); err != nil {
		return err
	}
	return e.flushed(s, e.Pos)
}

// flushed has a session have told that it stands at a place.
func (e *Event) flushed(s *Session, pos int64) error {
	if pos < s.pos.Load() || pos > s.Next {
		return impossible(e, "it stands at #%d and told of #%d, then of #%d", s.Next, s.pos.Load(), pos)
	}
	s.marked = max(s.marked, pos)
	s.pos.Store(pos)
	return nil
}

// takeNext has a session see the entry that is next for it.
func (e *Event) takeNext(s *Session) error {
	if !s.Bound || s.Next != e.C-1 {
		return impossible(e, "it cannot pass #%d", e.C-1)
	}
	en := s.expected()
	if en == nil {
		return impossible(e, "it passed #%d, the order ends there", s.Next)
	}
	s.took(en, e.At)
	return nil
}

// unknownTime is when entries were seen of which that does not matter.
const unknownTime = -1

func (e *Event) advance(s *Session, to int64) error {
	if to > s.ledger.order.len {
		return impossible(e, "it passed #%d, the order ends at #%d", to, s.ledger.order.len)
	}
	for s.Next < to {
		en := s.expected()
		if en == nil {
			return impossible(e, "it passed #%d, which everybody had seen", s.Next)
		}
		s.took(en, unknownTime)
	}
	return nil
}

func (r *Replay) stood(e *Event) error {
	for _, p := range e.Places {
		if p.Session < 0 || p.Session >= len(r.sessions) {
			return impossible(e, "there is no session %d", p.Session)
		}
		s := r.sessions[p.Session]
		if s.Over() {
			return impossible(e, "session %d is over", p.Session)
		}
		if !s.Bound {
			continue
		}
		if err := e.advance(s, p.Pos); err != nil {
			return err
		}
		if err := e.flushed(s, p.Pos); err != nil {
			return err
		}
		s.Totals.Isolated = max(s.Totals.Isolated, p.Isolated)
	}
	return nil
}

func (r *Replay) send(e *Event, s *Session) error {
	n := e.Note
	if n.Seq < s.ledger.senders.sent(s.Chatter) || !s.Joined() {
		return impossible(e, "line %d is sent after later ones, or before the session has joined", n.Seq)
	}
	if s.Bound && !s.Over() {
		if err := e.advance(s, e.Pos); err != nil {
			return err
		}
	}
	if e.Pos > s.ledger.order.len {
		return impossible(e, "it stands at #%d, the order ends at #%d", e.Pos, s.ledger.order.len)
	}
	r.Last = max(r.Last, n.Actual)
	if n.Measured {
		r.Sent++
	}
	s.pos.Store(e.Pos)
	s.Send(n)
	return nil
}

func (r *Replay) saw(e *Event, s *Session) error {
	f := e.Frame
	if f == nil {
		l := s.ledger.senders.line(e.Line.Chatter, e.Line.Seq)
		if l == nil {
			return impossible(e, "there is no line %d of chatter %d", e.Line.Seq, e.Line.Chatter)
		}
		f = &wire.Frame{Kind: wire.Line, Private: l.Private(), Sender: []byte(l.Session.name), Text: []byte(l.Text), Target: []byte(l.target())}
	}
	before := s.HasRoster
	s.observe(f, e.At)
	if s.HasRoster && !before {
		r.Joined++
		if s.name != s.Asked {
			r.Renamed++
		}
	}
	if f.Kind == wire.Roster {
		return r.rostered(e, s)
	}
	return nil
}

// rostered bounds what rosters are kept.
func (r *Replay) rostered(e *Event, s *Session) error {
	r.rosters += len(s.snapshot) + s.whole.bytes()
	if r.rosters <= maxRosters {
		return nil
	}
	r.rosters = 0
	counted := make(map[*Listing]bool)
	for _, s := range r.sessions {
		r.rosters += len(s.snapshot)
		if !counted[s.whole] {
			r.rosters += s.whole.bytes()
			counted[s.whole] = true
		}
	}
	if r.rosters > maxRosters {
		return impossible(e, "the rosters that must be kept take %d bytes", r.rosters)
	}
	return nil
}
