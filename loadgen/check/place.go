package check

import (
	"slices"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// place gives an entry that has none its place at the end of the order. This
// is the only spot where the canonical order is made. What depends on the
// places of two entries is only an accusation here, heard at the end: whoever
// came first may have been the one who saw them the wrong way round. It is
// false if the entry cannot stand there at all.
func (j *Judge) place(s *Session, w *word, at time.Duration) bool {
	j.mu.Lock()
	if s.findLocked(w) >= 0 {
		j.mu.Unlock()
		return true // somebody else was quicker
	}
	ok := true
	switch w.kind {
	case wire.Line:
		ok = j.placeLineLocked(s, w)
	case wire.Join:
		j.placeJoinLocked(s, w)
	default:
		ok = j.placeLeaveLocked(s, w, at)
	}
	over := j.over
	j.over = nil
	j.mu.Unlock()
	for _, o := range over {
		o.settleStart(at, true)
		o.finish()
	}
	return ok
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
			pos := s.pos.Load()
			horizon = min(horizon, pos)
			j.tape.stands(s, pos)
		}
	}
	j.tape.allStand(j.order.len)
	j.order.forget(horizon, j.cfg.Retired)
	j.dismissLocked(horizon)
	j.gaps.settleLocked(j, horizon)
	j.strays = slices.DeleteFunc(j.strays, func(s *Session) bool { return horizon > s.pos.Load()+chunkLen })
	j.horizon = horizon
	j.horizonNext = j.order.len
}

func (j *Judge) placeLineLocked(s *Session, w *word) bool {
	l := w.line
	if l == nil {
		return j.placeStrangeLocked(s, w)
	}
	of := l.Session
	if of.member == nil {
		j.claimLocked(of)
	}
	m := of.member
	v := violation{key: key{line: l}, at: of, line: l, place: j.order.len}
	if left := m.left.Load(); left != 0 {
		v.sentence = "a line came after its sender's leave"
		v.implied = of.falseLeave != 0
		j.accuseLocked(ViewOrder, v, left, j.order.len)
	}
	j.totals.fifo++
	if l.Seen > m.place.Load()+1 {
		j.totals.causal++
	}
	if l.Claims != "" {
		j.totals.claims++
	}
	if l.pub < of.pubNext {
		v.sentence, v.implied = "a sender's lines came to everybody in another order than they were sent", false
		j.accuseLocked(FIFOOrder, v, of.pubPlace, j.order.len)
	} else {
		of.pubNext, of.pubPlace = l.pub+1, j.order.len
	}
	l.place.Store(j.order.len)
	j.appendLocked(entry{kind: wire.Line, name: of.name, text: l.Text, raw: string(w.raw), line: l, member: m})
	return true
}

// placeStrangeLocked gives a line its place that has no stamp, unless its sender
// is nobody or of the run. What a server says in its own name, such as its
// operator's words, is ordered as a stranger's line is. Where that is not clear yet, it is heard at the end.
func (j *Judge) placeStrangeLocked(s *Session, w *word) bool {
	if w.name == wire.Server {
		j.appendLocked(entry{kind: wire.Line, name: w.name, text: w.text, member: &j.server})
		return true
	}
	m := j.fold.holder(w.name, s.behind())
	if m == nil || m.session != nil {
		return false
	}
	if j.expectsLocked(w.name, m.place.Load()) && len(j.suspects) < maxHearings {
		j.suspects = append(j.suspects, suspect{member: m, v: violation{key: key{text: w.name + ":" + w.text}, at: s, place: j.order.len,
			came: w.String(), sentence: "a line came that nobody sent"}})
	}
	j.appendLocked(entry{kind: wire.Line, name: w.name, text: w.text, member: m})
	return true
}

// claimLocked finds the member that a session must be, of whom there is a sign
// that it has joined: the one of its name that is nobody's yet, else one whose
// join was not told so far.
func (j *Judge) claimLocked(s *Session) {
	m := j.fold.unclaimed(s.name, func(m *member) bool { return m.left.Load() == 0 && m.place.Load() >= s.floor })
	if m == nil {
		m = j.fold.join(s.name, j.order.len-1)
		m.silent = true
	}
	s.bindLocked(m)
}

func (j *Judge) placeJoinLocked(s *Session, w *word) {
	place := j.order.len
	j.totals.joins++
	if m := j.fold.unheard(w.name, s.behind()); m != nil {
		j.accuseLocked(ViewOrder, violation{key: key{session: m.session}, at: m.session, place: place,
			sentence: quote(w.name) + " did something before its join was told"}, m.sign+1, place)
		m.place.Store(place)
		m.silent = false
		j.appendLocked(entry{kind: wire.Join, name: w.name, raw: string(w.raw), member: m})
		return
	}
	old := j.fold.now(w.name)
	if old != nil && old.double && old.session == nil {
		j.fold.leave(old, place, min(j.horizon, j.pinned)) // that was the other one's join told twice
		old = j.fold.now(w.name)
	}
	m := j.fold.join(w.name, place)
	j.appendLocked(entry{kind: wire.Join, name: w.name, raw: string(w.raw), member: m})
	if old != nil {
		m.double = true
		j.doubles = append(j.doubles, double{old: old, new: m, at: s})
		if !old.leaving() {
			j.tainted[w.name] = true
		}
	}
	if o := j.newcomerLocked(m); o != nil {
		o.bindLocked(m)
	}
}

// newcomerLocked gives the session whose snapshot fits a join. Of several that
// fit, each must have left before the next could have the name.
func (j *Judge) newcomerLocked(m *member) (first *Session) {
	leftAt := func(s *Session) uint64 { return uint64(s.closing.Load() - 1) } // one that stays is the last
	for o := range j.unbound {
		if m.fits(o) && (first == nil || leftAt(o) < leftAt(first)) {
			first = o
		}
	}
	if first != nil && j.contestedLocked(m) {
		return nil
	}
	return first
}

// contestedLocked says whether a join may be that of somebody who left without
// having read its roster. Then a snapshot that fits is not enough: the same
// names may have been there twice.
func (j *Judge) contestedLocked(m *member) bool {
	may := func(s *Session) bool {
		return !s.hasRoster && s.closing.Load() != 0 && s.floor <= m.place.Load() && strings.HasPrefix(m.name, s.Asked)
	}
	if slices.ContainsFunc(j.strays, may) {
		return true
	}
	for o := range j.unbound {
		if may(o) {
			return true
		}
	}
	return false
}

// expectsLocked says whether a join by a name at a place may yet turn out to be
// that of a chatter of the run.
func (j *Judge) expectsLocked(name string, place int64) bool {
	for s := range j.unbound {
		if s.floor <= place && (s.name == name || s.name == "" && (s.Asked == "" || strings.HasPrefix(name, s.Asked))) {
			return true
		}
	}
	return false
}

// strange says whether a name may belong, where the session stands, to a member
// who is not of the run.
func (s *Session) strange(name string) bool {
	if name == wire.Server {
		return true
	}
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.cfg.Rosters {
		return s.whole.names[name] > 0 && j.fold.byName[name] == nil
	}
	if s.bound {
		m := j.fold.holder(name, s.behind())
		return m != nil && m.session == nil
	}
	for m := j.fold.byName[name]; m != nil; m = m.was {
		if m.session == nil {
			return true
		}
	}
	return false
}

func (j *Judge) placeLeaveLocked(s *Session, w *word, at time.Duration) bool {
	m := j.fold.leaver(w.name, s.behind())
	if m == nil {
		for o := range j.unbound {
			if o.name == w.name && o.hasRoster {
				j.claimLocked(o)
				m = o.member
				break
			}
		}
	}
	if m == nil {
		j.violateLocked(LeaveCompleteness, violation{key: wordKey(w), at: s, place: j.order.len, came: w.String(),
			sentence: "a leave was told of someone who is not there (any more)", implied: j.tainted[w.name]})
		return false
	}
	place := j.order.len
	j.fold.leave(m, place, min(j.horizon, j.pinned))
	m.leaveLines, m.leaveSeen = j.order.lines, at
	if m.session != nil {
		j.checkLeaveLocked(m)
	}
	j.appendLocked(entry{kind: wire.Leave, name: w.name, raw: string(w.raw), member: m})
	return true
}

// checkLeaveLocked looks whether a leave was told of someone who had not begun to.
func (j *Judge) checkLeaveLocked(m *member) {
	of := m.session
	if kind, at := of.left(); (kind == Stays && !of.ended.Load() || at > m.leaveSeen) && !of.evicted() {
		place := m.left.Load()
		of.falseLeave = place + 1
		j.tainted[m.name], j.phantoms[place] = true, true
	}
}
