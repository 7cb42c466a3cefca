package check

import (
	"strings"
	"time"

	"chatsim/manager/wire"
)

// place gives an entry that has none its place at the end of the order. This
// is the only spot where the canonical order is made, and all that depends on
// an entry's place is judged here, in order of place. It is false if the entry
// cannot stand there at all.
func (j *Judge) place(s *Session, w *word, at time.Duration) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch w.kind {
	case wire.Line:
		return j.placeLineLocked(s, w)
	case wire.Join:
		return j.placeJoinLocked(s, w)
	default:
		return j.placeLeaveLocked(s, w, at)
	}
}

func (j *Judge) appendLocked(e entry) int64 {
	place := j.order.len
	j.order.append(e)
	if j.order.len >= j.horizonNext+chunkLen {
		j.advanceHorizonLocked()
	}
	return place
}

// advanceHorizonLocked forgets what everybody has seen.
func (j *Judge) advanceHorizonLocked() {
	horizon := j.order.len
	for _, s := range j.sessions {
		if !s.ended.Load() {
			horizon = min(horizon, s.pos.Load())
		}
	}
	j.order.forget(horizon, j.cfg.Retired)
	j.gaps.settleLocked(j, horizon)
	j.horizon = horizon
	j.horizonNext = j.order.len
}

func (j *Judge) placeLineLocked(s *Session, w *word) bool {
	if w.line == nil {
		for p := s.c; p < j.order.len; p++ {
			if j.order.entry(p).is(w) {
				return true // somebody else was quicker
			}
		}
		j.appendLocked(entry{kind: wire.Line, name: w.name, text: w.text, member: j.fold.now(w.name)})
		return true
	}
	l := w.line
	if l.place.Load() >= 0 {
		return true // somebody else was quicker
	}
	of := l.Session
	if of.member == nil && of.hasRoster {
		if m := j.fold.now(of.name); m != nil && m.session == nil {
			of.bindLocked(m) // its line is evidence enough
		}
	}
	j.totals.fifo++
	v := violation{key: key{line: l}, at: s, line: l, place: j.order.len}
	switch m := of.member; {
	case m == nil:
		v.sentence = "a line came from someone whose join did not"
		j.violateLocked(ViewOrder, v)
	case m.left.Load() != 0:
		v.sentence = "a line came after its sender's leave"
		v.implied = of.falseLeave != 0
		j.violateLocked(ViewOrder, v)
	}
	if l.pub < of.lastPub {
		v.sentence = "a sender's lines came to everybody in another order than they were sent"
		j.violateLocked(FIFOOrder, v)
	}
	of.lastPub = max(of.lastPub, l.pub+1)
	p := j.appendLocked(entry{kind: wire.Line, name: of.name, text: l.Text, line: l, member: of.member})
	l.place.Store(p)
	return true
}

// placeJoinLocked: a name that somebody has can be given again only in error.
func (j *Judge) placeJoinLocked(s *Session, w *word) bool {
	old := j.fold.now(w.name)
	if old != nil && old.place >= s.c {
		return true // somebody else was quicker
	}
	if old != nil && !j.expectsLocked(w.name) {
		j.violateLocked(NoDuplication, violation{key: wordKey(w), at: s, place: old.place, came: w.String(),
			sentence: "a join was told twice"})
		return false
	}
	if old != nil {
		v := violation{key: key{text: "name " + w.name}, at: s, place: j.order.len, came: w.String()}
		if old.session != nil && old.session.closing.Load() != 0 {
			v.key, v.with = key{session: old.session}, []*Session{old.session}
			v.sentence = "a name was given again before its old owner's leave was told"
			j.violateLocked(LeaveCompleteness, v)
			j.fold.leave(old, j.order.len, j.horizon)
		} else {
			v.sentence = "two members have the name " + quote(w.name) + " at once"
			j.violateLocked(NameUniqueness, v)
			j.tainted[w.name] = true
		}
	}
	j.totals.joins++
	place := j.order.len
	m := j.fold.join(w.name, place)
	j.appendLocked(entry{kind: wire.Join, name: w.name, member: m})
	for o := range j.unbound {
		if m.fits(o) {
			o.bindLocked(m)
			break
		}
	}
	return true
}

// expectsLocked says whether a join by a name may yet belong to a chatter of the run.
func (j *Judge) expectsLocked(name string) bool {
	for s := range j.unbound {
		if s.name == name || s.name == "" && (s.Asked == "" || strings.HasPrefix(name, s.Asked)) {
			return true
		}
	}
	return false
}

// foreign says whether a name belongs to a member who is not of the run.
func (j *Judge) foreign(name string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	m := j.fold.now(name)
	return m != nil && m.session == nil && !j.expectsLocked(name)
}

func (j *Judge) placeLeaveLocked(s *Session, w *word, at time.Duration) bool {
	m := j.fold.now(w.name)
	if m == nil {
		m = j.fold.byName[w.name]
		if m != nil && m.left.Load() >= s.c {
			return true // somebody else was quicker
		}
		j.violateLocked(LeaveCompleteness, violation{key: wordKey(w), at: s, place: j.order.len, came: w.String(),
			sentence: "a leave was told of someone who is not there (any more)",
			implied:  m != nil && m.session != nil && m.session.falseLeave != 0})
		return false
	}
	place := j.order.len
	j.fold.leave(m, place, j.horizon)
	if of := m.session; of != nil {
		of.leaveLines = j.order.lines
		if kind, _ := of.left(); kind == Stays && !of.ended.Load() {
			of.falseLeave = at + 1
		}
	}
	j.appendLocked(entry{kind: wire.Leave, name: w.name, member: m})
	return true
}
