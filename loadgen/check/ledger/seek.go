package ledger

import "chatsim/manager/wire"

// change is a join or leave as one receiver saw it: the same name may have many.
type change struct{ *sighting }

// find returns the place of the entry as its receiver would see it, -1 if it
// has none yet.
func (w *sighting) find() int64 {
	if w.line != nil {
		return w.line.Place()
	}
	w.by.ledger.mu.Lock()
	defer w.by.ledger.mu.Unlock()
	return w.findLocked()
}

// maxSought is among how many entries that a session lacks one that comes is
// looked for: a server may have it lack hundreds of thousands.
const maxSought = 512

// findLocked is find for entries that are known by what they say only: the
// same name may join and leave many times.
func (w *sighting) findLocked() int64 {
	if w.line != nil {
		return w.line.Place()
	}
	s, l := w.by, w.by.ledger
	if p := w.lackedLocked(func(e *Entry) bool { return !(change{w}).laterLocked(e) }); p >= 0 {
		return p
	}
	switch holder := l.members.holder(w.name, s.behind()); w.kind {
	case wire.Join:
		return change{w}.findJoinLocked(holder)
	case wire.Leave:
		return change{w}.findLeaveLocked(holder)
	}
	return l.order.next(w, s.Next)
}

// lackedLocked returns the place of the first entry that the session lacks, that
// the sighting is of, and that fits; -1 if there is none.
func (w *sighting) lackedLocked(fits func(*Entry) bool) int64 {
	looked := 0
	for _, m := range w.by.Missing {
		for p := m.Lo; p < m.Hi && looked < maxSought; p++ {
			if e := w.by.ledger.order.entry(p); e != nil && e.is(w) && fits(e) {
				return p
			}
			looked++
		}
	}
	return -1
}

// laterLocked reports whether the join or leave is not an entry that the session
// lacks, but a later one: where it knows of a leave since, and somebody is coming by
// that name, or of a join since, of somebody who is leaving too.
func (w change) laterLocked(lacked *Entry) bool {
	s, l := w.by, w.by.ledger
	switch w.kind {
	case wire.Join:
		left := lacked.Member.Left()
		return left != 0 && s.Holds(left) && (l.arrivals.expects(w.name, l.order.len) || l.order.next(w.sighting, s.Next) >= 0)
	case wire.Leave:
		since := l.members.holder(w.name, s.behind())
		return since != nil && since != lacked.Member && s.Holds(since.Joined()) && (since.Left() != 0 || since.Leaving())
	}
	return false
}

// lackedChange returns the place of a join or leave of the name that the session
// lacks, -1 if it lacks none.
func (w *sighting) lackedChange() int64 {
	if w.kind == wire.Line {
		return -1
	}
	w.by.ledger.mu.Lock()
	defer w.by.ledger.mu.Unlock()
	return w.lackedLocked(func(*Entry) bool { return true })
}

// findJoinLocked: while a member has the name, a join is told again, unless a chatter
// may stand behind it.
func (w change) findJoinLocked(holder *Member) int64 {
	s, l := w.by, w.by.ledger
	join, ok := w.nextJoinLocked()
	if !ok {
		return -1
	}
	e := l.order.current(s.Next)
	if holder == nil || e != nil && e.Kind == wire.Leave && e.Name == w.name || join >= 0 && l.order.current(join).Member.double {
		return join
	}
	if s.Next == l.order.len && (holder.Leaving() || l.arrivals.expects(w.name, s.Next)) {
		return -1
	}
	if p := l.order.last(w.sighting, s.Next); p >= 0 {
		return p
	}
	return join
}

// nextJoinLocked returns the place of the join that is next for the receiver, -1 if there
// is none: of several of the name, that of the member who was known of first. It is false
// if that is a member whose join has no place yet.
func (w change) nextJoinLocked() (place int64, ok bool) {
	s, l := w.by, w.by.ledger
	place = -1
	var first *Member
	for p := l.order.next(w.sighting, s.Next); p >= 0; p = l.order.next(w.sighting, p+1) {
		if m := l.order.current(p).Member; first == nil || m.sign < first.sign {
			place, first = p, m
		}
	}
	m := l.members.unheard(w.name, s.behind())
	return place, m == nil || first != nil && m.sign >= first.sign
}

// findLeaveLocked: a leave is about the member that has the name; if none has,
// it is told again.
func (w change) findLeaveLocked(holder *Member) int64 {
	s, l := w.by, w.by.ledger
	if holder == nil {
		if p := l.order.last(w.sighting, s.Next); p >= 0 && !l.arrivals.untold(w.name, p) {
			return p
		}
		return l.order.next(w.sighting, s.Next)
	}
	left := holder.Left()
	if left == 0 {
		return -1
	}
	if e := l.order.entry(left); e != nil && !e.is(w.sighting) { // it turned out never to have been there
		return l.order.next(w.sighting, s.Next)
	}
	return left
}
