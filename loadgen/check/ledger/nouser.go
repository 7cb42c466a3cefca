package ledger

import "math"

// "no such user: NAME" is an answer that tells whom the line was for.

// noUser takes the answer to a private line that its target is not there;
// false if there was no line to that name.
func (r *refusals) noUser(name string, w word) bool {
	s, l := r.of, r.of.ledger
	e := refusal{target: name, till: l.senders.sent(s.Chatter), word: w}
	oldest := r.oldestTo(name)
	// An error that has no other line to answer stays where it is, as long as this one has.
	moves := func(o *refusal) bool { return o.line.Target == name && o.line.Seq < oldest && r.lacks(o.till) }
	any := func(o *refusal) bool { return o.line.Target == name }
	if !r.takeOver(&e, moves) && !r.answer(&e) && !r.takeOver(&e, any) {
		if r.explains(name) {
			return true
		}
		line := r.toldLast(name)
		switch {
		case line == nil:
			return false
		case r.of.crosses(name):
		case line.Refused():
			s.emit(Fact{Kind: NoUserAgain, Session: s, Text: name})
		default:
			r.contradicted(line)
		}
		return true
	}
	if !s.Bound || l.cfg.Level >= Count || l.cfg.Capabilities.Views != Ordered { // or nobody can tell who was there
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	place := s.behind()
	if m := l.members.holder(name, place); m != nil && m == l.members.holder(name, s.Next-1) {
		l.emitLocked(Fact{Kind: Refused, At: s, Line: e.line, Member: m, Place: place + 1, Beside: place})
		r.list[len(r.list)-1].judged = true
	}
	return true
}

// oldestTo returns the number of the oldest line to a name that is under way, the
// highest number there is if none is. An error that names nothing may count for a
// line before it: had the answer that names its target this one instead, then with
// the line's own answer one error too few would be left for the others.
func (r *refusals) oldestTo(name string) int {
	if l := oldest(r.underWay, func(l *Line) bool { return l.Target == name }); l != nil {
		return l.Seq
	}
	return math.MaxInt
}

// explains reports whether a line to a name was refused by an error that named
// nothing, and so may have been about no line; then the answer that names its
// target is the line's.
func (r *refusals) explains(name string) bool {
	line := oldest(r.lines, func(l *Line) bool { return l.Target == name && l.refused.Load()&(isRefused|isNoUser) == isRefused })
	if line == nil {
		return false
	}
	r.count(line, -1)
	line.refused.Or(isNoUser)
	r.count(line, 1)
	return true
}

// toldLast returns the latest line to a name that came back, or of which was
// told that its target is not there; nil if there is none (any more).
func (r *refusals) toldLast(name string) (last *Line) {
	for l := range r.lines {
		if l.Target == name && l.Answered() && (!l.Refused() || l.refused.Load()&isNoUser != 0) && (last == nil || l.Seq > last.Seq) {
			last = l
		}
	}
	return last
}
