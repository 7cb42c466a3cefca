package check

import (
	"chatsim/loadgen/check/ledger"
)

// lostLine is a line that has no place, or came to one of its two parties only.
type lostLine struct {
	*Line
	target  *Session // who lacks it, of a private line that came back to its sender
	holder  *Session // who has it, of a private line that was refused all the same
	place   int64
	implied bool
	hole    bool     // later lines of its sender came
	stopped bool     // nothing came any more
	trails  *Session // who has left, read on, and lacks it after all that came; nil if that is not so
}

// eachLost collects the lines that were lost.
func (e *lacking) eachLost() {
	e.EachLine(func(l *Line) {
		switch {
		case l.Origin() != l:
			e.fromAbroad(l)
		case e.Level < Count && l.Private():
			e.privateLine(l)
		case e.Level == Count && !l.Answered(), e.Level < Count && l.Place() < 0 && !l.Refused():
			e.unanswered(l)
		}
	})
}

// unanswered looks at a line that its sender never got back and nobody else got.
func (e *lacking) unanswered(l *Line) {
	s := l.Session
	hole := l.Seq < s.LastOwn || !l.Private() && s.HasPassed(l)
	if !s.Bound || e.mayEnd(l, hole) { // not bound: its join was never told, or it left before that was clear
		return
	}
	lost := lostLine{Line: l, place: s.Next, hole: hole}
	lost.stopped = !hole && !s.PutOut() && e.nothingSince(l)
	if l.Private() && s.How().ReadsOn() && !s.Cut() && !hole && !lost.stopped {
		lost.trails = s
	}
	lost.implied = s.PutOut() || e.follows(&lost) // to be put out is the defect
	e.lines = append(e.lines, lost)
}

// nothingSince reports whether nothing came to a line's sender after it.
func (e *lacking) nothingSince(l *Line) bool {
	s := l.Session
	return e.stalled[s] || e.stopped || s.Stays() && s.Newest <= l.Actual
}

// mayEnd reports whether a line may be without an answer because its sender's stay, or the
// recording, ended abruptly.
func (e *lacking) mayEnd(l *Line, hole bool) bool {
	s := l.Session
	switch refuses := l.Due == ledger.MayRefuse || e.PublicRefused+e.Refused() > 0; {
	case !s.How().Abrupt() && !e.BrokeOff:
		return false
	case refuses && l.Seq > s.LastOwn: // and this one's error may not have been read
		return true
	}
	return !hole && !s.PutOut() // a suffix may be lost, or not yet have come
}

// follows reports whether that a line has no answer follows from something else: it came in
// another form, its sender's stream has no end, or it may still come.
func (e *lacking) follows(l *lostLine) bool {
	s := l.Session
	switch {
	case e.garbledAnywhere(s), s.Garbled[""] > 0, l.trails != nil && e.endless(s):
		return true
	case l.hole:
		return !l.Private() && e.replacedForAll(l.Line)
	}
	return e.Advancing && !s.Over()
}

// privateLine looks at a private line that one of its parties lacks.
func (e *lacking) privateLine(l *Line) {
	switch own, other, self := l.Seats(); {
	case own.By == nil && !l.Answered():
		e.unanswered(l)
	case own.By == nil:
		if s := l.Session; l.Refused() && other.By != nil && !s.How().Abrupt() && !s.PutOut() {
			// else its own copy may have been lost with the stay, and the error was about something else
			e.lines = append(e.lines, lostLine{Line: l, holder: other.By, place: other.Last + 1})
		}
	case !self && other.By == nil && !e.BrokeOff:
		if t := e.targetOf(l, own); t != nil {
			e.untoldTo(t, l, own)
		}
	}
}

// targetOf returns who is owed a private line that its sender saw at a seat; nil for
// somebody who is not of the run, or may have left before.
func (e *lacking) targetOf(l *Line, own ledger.Seat) *Session {
	m := e.Holder(l.Target, own.Last)
	if m == nil || m.Session == nil || m.Session.Home() != nil { // or it is owed at another server
		return nil
	}
	switch t := m.Session; {
	case !t.Stays() && e.Can.Views != ledger.Ordered, t.PutOut(), t.Cut() && (own.Next < 0 || e.pos(t.LastSeen()) < e.pos(own.Next)):
		return nil
	default:
		return t
	}
}

// untoldTo records that a private line came back to its sender but not to its target.
func (e *lacking) untoldTo(t *Session, l *Line, own ledger.Seat) {
	if l.Measured {
		e.totals.Expected++
	}
	lost := lostLine{Line: l, target: t, place: own.Last + 1, stopped: t.Stays() && t.Next <= own.Last+1}
	if !t.Stays() && !t.Cut() && e.pos(own.Last) >= e.pos(t.LastSeen()) {
		lost.trails = t
	}
	lost.implied = lost.trails != nil && e.endless(t) || e.doubted[l.Target] || e.overheard[l] || t.Garbled[l.Session.Name()] > 0
	e.lines = append(e.lines, lost)
}
