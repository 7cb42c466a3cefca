package ledger

import "time"

// Denial is how somebody was not let in who asked to be, by an allowed name and
// in time.
type Denial uint8

// The denials.
const (
	KeptOut  Denial = iota // closed, or refused for no reason that holds
	Waiting                // not answered in the time that it had
	Turned                 // refused for a reason of the server's own: it is full, or has had enough of us
	Declared               // likewise, or because of its name, and that was to be
	LetIn                  // let in by a name that is not allowed
	Untold                 // not let in by such a name, and not told so
	Nameless               // let in without a name, and not called by its address

	denials
)

// Denied records that the session's chatter was not let in, or should not have
// been as it was; words say what came instead. It is called after Ended.
func (s *Session) Denied(d Denial, words string, at time.Duration) {
	l := s.ledger
	defer l.rec.step(&Event{Kind: EventDenied, Session: s.Number, At: at, Denial: d, Text: words})()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !s.Joined() {
		l.totals.Asked++
	}
	kinds := [denials]Kind{KeptOut: NotAdmitted, Waiting: NotAnswered, Turned: TurnedAway, LetIn: LetInBadly, Untold: BadlyDenied, Nameless: BadlyNamed}
	if d == Declared {
		return
	}
	f := Fact{Kind: kinds[d], Text: words, At: s, Place: l.order.len}
	if d >= LetIn {
		f.Session = s
	}
	l.emitLocked(f)
}
