package ledger

import "time"

// Over chatsim's line protocol an error answers a line, or the question who is there,
// or is the last word before a close. One that comes otherwise to somebody of whom
// nothing was refused contradicts what came back, or answers what somebody else said.

// word is an error as it came, should it turn out to be about no line.
type word struct {
	text    string
	behind  *Line // of the session, came back last before it; nil: none has
	place   int64 // where the session stood; -1: nobody knows yet
	at      time.Duration
	allowed bool // it may be about something other than a line
}

// heard returns an error that has just come.
func (r *refusals) heard(text []byte, at time.Duration) word {
	s := r.of
	place := s.Next
	if !s.Bound {
		place = -1
	}
	return word{text: string(text), behind: r.latest, place: place, at: at,
		allowed: !s.Stays() || s.HasStalled() || s.AwaitsRoster() || s.ledger.cfg.Capabilities.Protocol != "" || s.ledger.cfg.Level == Off}
}

// maxIdle is how many errors about no line are kept until it shows whether they are a
// last word.
const maxIdle = 64

// idle takes an error that is about no line.
func (r *refusals) idle(e *refusal) {
	if !e.word.allowed && len(r.about) < maxIdle {
		r.about = append(r.about, e.word)
	}
}

// notLast records the errors about no line so far: more came behind them, or the
// session has left by itself.
func (r *refusals) notLast() {
	if len(r.about) == 0 || !r.of.Joined() {
		return
	}
	for _, w := range r.about {
		r.of.emit(Fact{Kind: Needless, Session: r.of, Line: w.behind, Text: w.text, Place: w.place, When: w.at})
	}
	r.about = r.about[:0]
}
