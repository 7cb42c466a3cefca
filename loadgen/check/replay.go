package check

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

// Replay judges a recorded run again from its events. It trusts them as little
// as the judge trusts a server: those that cannot be are an error.
type Replay struct {
	judge    *Judge
	sessions []*Session
	slow     map[time.Duration]time.Duration
	end      *End
	rosters  int // bytes, at most

	// What the events came to so far.
	Joined, Renamed, Sent int64
	Left                  map[Leave]int64
	Last                  time.Duration // the latest time of an event
}

// NewReplay judges a run whose events are still to come.
func NewReplay() *Replay {
	return &Replay{slow: make(map[time.Duration]time.Duration), Left: make(map[Leave]int64)}
}

// ErrImpossible is wrapped by the errors about events that cannot have been.
var ErrImpossible = errors.New("it cannot have been so")

func impossible(e *Event, what string, args ...any) error {
	return fmt.Errorf("%w: event of kind %d of session %d: %s", ErrImpossible, e.Kind, e.Session, fmt.Sprintf(what, args...))
}

// Judge is where the events go to; nil before the first.
func (r *Replay) Judge() *Judge { return r.judge }

// Finished says whether the recording has come to its end.
func (r *Replay) Finished() bool { return r.end != nil }

// End judges what is left. A recording that broke off is judged as far as it goes.
func (r *Replay) End() Result {
	if r.judge == nil {
		r.judge = New(Config{})
	}
	if r.end == nil {
		return r.judge.End(End{Cut: true, BrokeOff: true})
	}
	r.judge.cfg.Slowest = func(at time.Duration) time.Duration { return r.slow[at] }
	return r.judge.End(*r.end)
}

// Step takes the next event.
func (r *Replay) Step(e *Event) error {
	switch {
	case (r.judge == nil) != (e.Kind == EventBegan):
		return impossible(e, "the beginning is missing, or told twice")
	case r.end != nil:
		return impossible(e, "it comes after the end")
	case e.At < 0:
		return impossible(e, "it was %v before the run", -e.At)
	}
	r.Last = max(r.Last, e.At)
	switch e.Kind {
	case EventBegan:
		if e.Level >= Count || len(e.Nonce) != NonceLen {
			return impossible(e, "level %d, nonce %q", e.Level, e.Nonce)
		}
		r.judge = New(Config{Level: e.Level, Nonce: e.Nonce, Rosters: e.Rosters, Unable: e.Unable})
	case EventDialled:
		if e.Chatter < 0 || e.Chatter >= maxChatter {
			return impossible(e, "chatter %d", e.Chatter)
		}
		r.sessions = append(r.sessions, r.judge.Dial(e.Chatter, e.Asked, e.At))
	case EventStood:
		return r.stood(e)
	case EventSlow:
		r.slow[e.At] = e.Took
	case EventFinished:
		end := e.End
		r.end = &end
	default:
		if e.Session < 0 || e.Session >= len(r.sessions) {
			return impossible(e, "there is none")
		}
		return r.of(e, r.sessions[e.Session])
	}
	return nil
}

// of takes an event of one session.
func (r *Replay) of(e *Event, s *Session) error {
	switch e.Kind {
	case EventStalls:
		s.Stall(e.At)
		return nil
	case EventResumes:
		s.Resume(e.At)
		return nil
	case EventSent:
		return r.send(e, s)
	case EventLeaving:
		if e.Leave < FIN || e.Leave > HalfClose {
			return impossible(e, "leave %d", e.Leave)
		}
		if kind, _ := s.left(); kind == Stays && s.Joined() { // else it has given up to join
			r.Left[e.Leave]++
		}
		s.Closing(e.Leave, e.At)
		return nil
	}
	if s.ended.Load() {
		return impossible(e, "it is over")
	}
	if err := s.catchUp(e); err != nil {
		return err
	}
	switch e.Kind {
	case EventSaw:
		return r.saw(e, s)
	case EventGarbled:
		s.Garbage(e.Text)
	case EventPassed:
		return s.takeNext(e)
	case EventOver:
		s.tally.isolated = e.Isolated
		s.Ended(e.At)
		s.chunk = nil // or it would be kept as long as the session is
	default:
		return impossible(e, "nobody knows what it is")
	}
	return nil
}

// catchUp has the session pass what is before its place in the event.
func (s *Session) catchUp(e *Event) error {
	if !s.bound {
		return nil
	}
	c := e.C
	if e.Kind == EventPassed {
		c-- // that one is still to come
	}
	if err := s.advance(e, c); err != nil {
		return err
	}
	return s.flushed(e, e.Pos)
}

// flushed has the session have told that it stands at a place.
func (s *Session) flushed(e *Event, pos int64) error {
	if pos < s.pos.Load() || pos > s.c {
		return impossible(e, "it stands at #%d and told of #%d, then of #%d", s.c, s.pos.Load(), pos)
	}
	s.marked = max(s.marked, pos)
	s.pos.Store(pos)
	return nil
}

// takeNext has the session see the entry that is next for it.
func (s *Session) takeNext(e *Event) error {
	if !s.bound || s.c != e.C-1 {
		return impossible(e, "it cannot pass #%d", e.C-1)
	}
	en := s.expected()
	if en == nil {
		return impossible(e, "it passed #%d, the order ends there", s.c)
	}
	s.passed(en, e.At)
	if en.line == nil {
		s.viewed(en, e.At)
	}
	return nil
}

// unknownTime is when entries were seen of which that does not matter.
const unknownTime = -1

func (s *Session) advance(e *Event, to int64) error {
	if to > s.judge.order.len {
		return impossible(e, "it passed #%d, the order ends at #%d", to, s.judge.order.len)
	}
	for s.c < to {
		en := s.expected()
		if en == nil {
			return impossible(e, "it passed #%d, which everybody had seen", s.c)
		}
		s.passed(en, unknownTime)
		if en.line == nil {
			s.tally.views++
		}
	}
	return nil
}

func (r *Replay) stood(e *Event) error {
	for _, p := range e.Places {
		if p.Session < 0 || p.Session >= len(r.sessions) {
			return impossible(e, "there is no session %d", p.Session)
		}
		s := r.sessions[p.Session]
		if s.ended.Load() {
			return impossible(e, "session %d is over", p.Session)
		}
		if !s.bound {
			continue
		}
		if err := s.advance(e, p.Pos); err != nil {
			return err
		}
		if err := s.flushed(e, p.Pos); err != nil {
			return err
		}
		s.tally.isolated = max(s.tally.isolated, p.Isolated)
	}
	return nil
}

func (r *Replay) send(e *Event, s *Session) error {
	n := e.Note
	if n.Seq < r.judge.chatters.sent(s.Chatter) || !s.Joined() {
		return impossible(e, "line %d is sent after later ones, or before the session has joined", n.Seq)
	}
	if s.bound && !s.ended.Load() {
		if err := s.advance(e, e.Pos); err != nil {
			return err
		}
	}
	if e.Pos > r.judge.order.len {
		return impossible(e, "it stands at #%d, the order ends at #%d", e.Pos, r.judge.order.len)
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
		l := r.judge.lineOf(e.Line.Chatter, e.Line.Seq)
		if l == nil {
			return impossible(e, "there is no line %d of chatter %d", e.Line.Seq, e.Line.Chatter)
		}
		f = &wire.Frame{Kind: wire.Line, Private: l.Private(), Sender: []byte(l.Session.name), Text: []byte(l.Text), Target: []byte(l.target())}
	}
	before := s.hasRoster
	s.observe(f, e.At)
	if s.hasRoster && !before {
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
	counted := make(map[*listing]bool)
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
