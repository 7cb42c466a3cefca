package check

import (
	"bytes"
	"math"
	"slices"
)

// A line that is answered by an error where it would have come back is refused.
// Most errors do not name their line, and some are about none: a text for all,
// a last word. Such an error counts for the oldest line under way, and when
// that line comes back all the same, for the next one that was sent before it.

// refusal is an error that answers a line.
type refusal struct {
	line   *Line
	target string // the name that is said not to be there; empty if the error is about anything else
	stamp  bool   // the error quotes the line
	till   int    // it answers no line from this number on: those were sent after it
	heard  bool   // that its target is not there is a matter for the end
}

// The bits of Line.refused.
const (
	isRefused   = 1 << iota // the line was answered by an error
	isNoUser                // which says that its target is not there
	isConfirmed             // a later line came back, or more errors than are kept
)

// maxRefusals is how many refused lines of a session may yet come back.
const maxRefusals = 256

// observeRefusal takes an error that may be the answer to a line.
func (s *Session) observeRefusal(text []byte) {
	e := refusal{till: s.judge.chatters.sent(s.Chatter)}
	switch l := s.quoted(text); {
	case l == nil:
		if !s.answer(&e) { // it is about no line
			s.lastWord = 0
			return
		}
	case l.answered.Load():
		e.stamp = true
		switch {
		case s.takeOver(&e, func(o *Line) bool { return o == l }):
		case l.refused.Load() == 0:
			s.contradicted(l)
			return
		default:
			return // it has been told before
		}
	default:
		e.line, e.stamp = l, true
		s.refuse(&e)
	}
	kind, _ := s.left()
	s.parted = s.parted || kind != Stays && !e.stamp
	s.lastWord = s.seen()
}

// quoted returns the session's line whose stamp stands in an error's text.
func (s *Session) quoted(text []byte) *Line {
	nonce := []byte(s.judge.cfg.Nonce + "-")
	for rest := text; ; rest = rest[1:] {
		i := bytes.Index(rest, nonce)
		if i < 0 {
			return nil
		}
		rest = rest[i:]
		chatter, seq, ok := ParseStamp(rest, s.judge.cfg.Nonce)
		if !ok || chatter != s.Chatter {
			continue
		}
		if l := s.judge.lineOf(chatter, seq); l != nil && l.Session == s {
			return l
		}
	}
}

// answer finds the line that an error answers, the oldest that it can be about,
// and refuses it; false if there is none. Errors that came later, and may be
// about later lines, give way.
func (s *Session) answer(e *refusal) bool {
	e.line = nil
	s.sender.each(func(l *Line) {
		if l.Session == s && l.Seq < e.till && !l.answered.Load() && (e.target == "" || l.Target == e.target) &&
			(e.line == nil || l.Seq < e.line.Seq) && !s.queued(l) {
			e.line = l
		}
	})
	later := -1
	for i := range s.refusals {
		if o := &s.refusals[i]; e.till < o.till && o.target == e.target && !o.stamp &&
			o.line.Seq < e.till && (e.line == nil || o.line.Seq < e.line.Seq) {
			e.line, later = o.line, i
		}
	}
	switch {
	case e.line == nil:
		return false
	case later >= 0:
		s.refusals[later], *e = *e, s.refusals[later]
		return s.answer(e)
	}
	s.refuse(e)
	return true
}

// takeOver has an error that names its line, or whom it was for, answer a line
// for which one counts that names nothing, and so must be about another; false
// if there is none.
func (s *Session) takeOver(e *refusal, fits func(*Line) bool) bool {
	i := slices.IndexFunc(s.refusals, func(o refusal) bool { return o.target == "" && !o.stamp && fits(o.line) })
	if i < 0 {
		return false
	}
	other := s.refusals[i]
	e.line = other.line
	s.withdraw(e.line)
	s.answer(&other)
	s.unsettled.Add(1) // until it is refused again
	s.refuse(e)
	return true
}

// refuse has the error e answer its line, for which nothing is to be waited any more.
func (s *Session) refuse(e *refusal) {
	bits := int32(isRefused)
	if e.target != "" {
		bits |= isNoUser
	}
	e.line.refused.Store(bits)
	e.line.answered.Store(true)
	s.unsettled.Add(-1)
	s.countRefused(e.line, 1)
	s.refusals = append(s.refusals, *e)
	if len(s.refusals) > maxRefusals {
		s.confirm(s.refusals[0].line.Seq + 1)
	}
}

// countRefused adds to what is told of refused lines.
func (s *Session) countRefused(l *Line, n int64) {
	s.answers += n
	if l.refused.Load()&isNoUser == 0 && l.Measured {
		s.judge.refused.Add(n)
	}
	if !l.Private() {
		s.judge.publicRefused.Add(n)
	}
}

// confirm settles that lines before a number were refused: a later one came back.
func (s *Session) confirm(before int) {
	s.refusals = slices.DeleteFunc(s.refusals, func(e refusal) bool {
		if e.line.Seq < before {
			e.line.refused.Or(isConfirmed)
		}
		return e.line.Seq < before
	})
}

// withdraw takes back that a line was refused and returns the error that did,
// if it is still kept.
func (s *Session) withdraw(l *Line) (e refusal, ok bool) {
	s.countRefused(l, -1)
	l.refused.Store(0)
	i := slices.IndexFunc(s.refusals, func(e refusal) bool { return e.line == l })
	if i < 0 {
		return refusal{}, false
	}
	e = s.refusals[i]
	s.refusals = slices.Delete(s.refusals, i, i+1)
	return e, true
}

// returned takes a line that comes back although an error seemed to answer it.
func (s *Session) returned(l *Line) {
	if !l.Private() {
		s.judge.publicBack.Add(1)
	}
	e, ok := s.withdraw(l)
	if ok && (e.stamp || !s.answer(&e) && e.target != "" && !e.heard) {
		s.contradicted(l)
	}
}

// contradicted judges a line that came back and was answered by an error as well.
func (s *Session) contradicted(l *Line) {
	if s.judge.cfg.Level == Off {
		return
	}
	s.judge.violate(Validity, violation{key: key{line: l}, at: s, line: l,
		sentence: "a line came back to its sender and was answered by an error as well"})
}

// seen changes with everything that comes to the session but errors.
func (s *Session) seen() int64 {
	return s.c + s.tally.observed + s.tally.views + int64(len(s.queue)) + 1
}

// part looks at the errors of a stay that has ended. The last word before the
// server closes is about the stay, not about a line. An error after a
// half-close may refuse all that the server has not taken by then.
func (s *Session) part() {
	switch kind, _ := s.left(); {
	case kind == Stays || kind == Evicted:
		if n := len(s.refusals); n > 0 && s.lastWord == s.seen() && s.refusals[n-1].target == "" && !s.refusals[n-1].stamp {
			l := s.refusals[n-1].line
			s.withdraw(l)
			l.answered.Store(false)
			s.unsettled.Add(1)
		}
	case kind != Reset && s.parted:
		for s.answer(&refusal{till: math.MaxInt}) {
		}
	}
}

// Answers is how many of the session's lines errors have answered so far, for
// the goroutine that observes. It falls where one of them comes back.
func (s *Session) Answers() int64 { return s.answers }

// Refused is how many measured lines were refused so far: answered by an error,
// but for those whose target was said not to be there.
func (j *Judge) Refused() int64 { return j.refused.Load() }
