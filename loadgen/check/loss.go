package check

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"chatsim/manager/wire"
)

// losses turns what is missing into violations: one for each entry, whoever
// lacks it.
func (e *ending) losses() {
	for _, p := range slices.Sorted(maps.Keys(e.lost)) {
		en := e.judge.entryLocked(p)
		if en == nil {
			en = &entry{kind: wire.Line, name: "?"} // too much was lost to keep it all
		}
		var at []*Session
		for _, s := range e.lost[p] {
			if en.kind == wire.Line && s.garbled[en.name] > 0 {
				s.garbled[en.name]--
				e.judge.violateLocked(NoCreation, violation{key: key{place: p, session: s}, at: s, place: p, implied: true})
				continue
			}
			at = append(at, s)
		}
		if len(at) > 0 {
			e.loss(p, en, at)
		}
	}
}

func (e *ending) loss(place int64, en *entry, at []*Session) {
	holders := 0
	for _, s := range e.judge.sessions {
		if s.bound && s.start <= place && s.c > place && !s.detours.lacksAny(place, place+1) {
			holders++
		}
	}
	c, what := Agreement, "an entry never came to %s, to %d others it did"
	switch {
	case en.kind == wire.Leave:
		c, what = LeaveCompleteness, "a leave was never told to %s, to %d others it was"
	case en.line != nil && en.line.refused.Load() != 0:
		c, what = Validity, "a line was answered by an error and never came to %s, to %d others it came all the same"
	case en.line != nil && len(at) == 1 && at[0] == en.line.Session:
		c, what = Validity, "a line never came back to its sender (%s), to %d others it came"
	}
	e.judge.violateLocked(c, violation{key: key{place: place}, at: at[0], with: at[1:], place: place, line: en.line,
		expected: en.String(), agreed: holders, sentence: fmt.Sprintf(what, chatters(len(at)), holders)})
}

func chatters(n int) string {
	if n == 1 {
		return "1 chatter"
	}
	return itoa(n) + " chatters"
}

// lastWasLost says whether the line sent last, by somebody who stays, came to
// nobody: then the room has stopped, and much of what else is missing follows.
func (e *ending) lastWasLost() bool {
	var last *Line
	e.eachLine(func(l *Line) {
		s := l.Session
		if kind, _ := s.left(); l.priv == nil && l.refused.Load() == 0 && kind == Stays && !s.ended.Load() && (last == nil || l.Actual > last.Actual) {
			last = l
		}
	})
	return last != nil && last.place.Load() < 0 && !last.Session.garbledAnywhere(e.judge)
}

// eachLine gives every line that is still known.
func (e *ending) eachLine(f func(*Line)) {
	if list := e.judge.chatters.list.Load(); list != nil {
		for _, snd := range *list {
			snd.each(f)
		}
	}
}

// lines judges what was sent and has no place, or reached one party only.
func (e *ending) lines() {
	e.eachLine(func(l *Line) {
		switch {
		case e.judge.cfg.Level == Count:
			if !l.answered.Load() {
				e.unanswered(l)
			}
		case l.priv != nil:
			e.privateLine(l)
		case l.place.Load() < 0 && l.refused.Load() == 0:
			e.unanswered(l)
		}
	})
}

// unanswered judges a line that its sender never got back and nobody else got.
func (e *ending) unanswered(l *Line) {
	s := l.Session
	kind, _ := s.left()
	v := violation{key: key{line: l}, at: s, line: l, place: s.c, sentence: "a line was lost for everybody"}
	hole := l.pub < s.pubNext || l.Seq < s.lastOwn
	if l.priv != nil {
		hole = l.Seq < s.lastOwn
		v.sentence = "a private line never came back to its sender"
	}
	unread := (kind.abrupt() || e.BrokeOff) && l.Seq > s.lastOwn && e.judge.publicRefused.Load()+e.judge.Refused() > 0
	switch {
	case unread:
		return // the server refuses lines, and this one's error may not have been read
	case !s.bound:
		return // its join was never told, or it left before that was clear
	case kind == Stays && s.ended.Load(): // the server closed it: that is the defect
		v.implied = true
	case hole:
		v.sentence += " although later ones of its sender came"
	case kind.abrupt() || e.BrokeOff:
		return // a suffix may be lost, or not yet have come
	case e.stalled[s] || e.silent || kind == Stays && s.newest <= l.Actual:
		e.stopped(v, "a line and all that was sent after it never came")
		return
	}
	v.implied = v.implied || s.garbledAnywhere(e.judge) || !hole && e.Advancing && !s.ended.Load() // it may still come
	e.judge.violateLocked(Validity, v)
}

// garbledAnywhere says that lines by the session came to somebody in a form
// that cannot be told, so that one of them is not lost but altered.
func (s *Session) garbledAnywhere(j *Judge) bool {
	for _, o := range j.sessions {
		if o.garbled[s.name] > 0 {
			return true
		}
	}
	return false
}

// privateLine judges a private line that one of its parties lacks.
func (e *ending) privateLine(l *Line) {
	p := l.priv
	p.mu.Lock()
	own, other, self := p.seats[0], p.seats[1], p.self
	p.mu.Unlock()
	if own.by == nil {
		switch {
		case !l.answered.Load():
			e.unanswered(l)
		case l.refused.Load() != 0 && other.by != nil:
			e.judge.violateLocked(Validity, violation{key: key{line: l}, at: l.Session, with: []*Session{other.by}, line: l, place: other.last + 1,
				sentence: "a private line was answered by an error and came to its target all the same"})
		}
		return
	}
	if self || other.by != nil || e.BrokeOff {
		return
	}
	m := e.judge.fold.holder(l.Target, own.last)
	if e.judge.cfg.Rosters {
		m = e.judge.fold.only(l.Target)
	}
	if m == nil || m.session == nil {
		return // not a chatter of the run
	}
	t := m.session
	kind, _ := t.left()
	if kind != Stays && e.judge.cfg.Rosters {
		return // before or after the line?
	}
	if kind == Stays && t.ended.Load() || kind.abrupt() && !e.passed(t, own.next) {
		return
	}
	if l.Measured {
		e.expected++
	}
	v := violation{key: key{line: l}, at: t, with: []*Session{l.Session}, line: l, place: own.last + 1,
		sentence: "a private line came back to its sender but never to its target",
		implied:  e.judge.tainted[l.Target] || t.garbled[l.Session.name] > 0}
	if kind == Stays && t.c <= own.last+1 {
		e.stopped(v, v.sentence)
		return
	}
	e.judge.violateLocked(Agreement, v)
}

// passed says whether a session saw the entry at a place, or one after it; at
// -1 there is none.
func (e *ending) passed(s *Session, place int64) bool {
	return place >= 0 && e.judge.pos(s.lastSeen()) >= e.judge.pos(place)
}

// lateLeaves are those that anybody learned of late.
func (j *Judge) lateLeaves() []lateLeave {
	late := slices.Clone(j.totals.late)
	for _, s := range j.sessions {
		late = append(late, s.tally.late...)
	}
	return late
}

// lateLeavesLocked judges the leaves of which somebody learned late.
func (j *Judge) lateLeavesLocked() {
	for _, l := range j.lateLeaves() {
		limit := leaveLimit
		if j.cfg.Slowest != nil {
			limit += j.cfg.Slowest(l.when)
		}
		if l.took > limit {
			j.violateLocked(LeaveCompleteness, violation{key: key{session: l.of}, at: l.of, with: []*Session{l.at},
				sentence: fmt.Sprintf("the leave of %s was told after %v, more than %v", quote(l.of.name), l.took.Round(time.Millisecond), limit.Round(time.Millisecond))})
		}
	}
}
