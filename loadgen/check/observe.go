package check

import (
	"time"

	"chatsim/manager/wire"
)

// maxQueue bounds what a session may see before its own join has a place.
const maxQueue = 1 << 20

// observe is Observe off the fast path.
func (s *Session) observe(f *wire.Frame, at time.Duration) *Line {
	switch f.Kind {
	case wire.Line:
		if s.judge.cfg.Rosters && !s.hasRoster {
			return nil // of the time before its join
		}
		return s.observeLine(f, at)
	case wire.Join, wire.Leave:
		raw := f.Raw
		if len(f.Names) > 1 {
			raw = nil
		}
		for _, name := range f.Names {
			s.observeView(f.Kind, name, raw, at)
		}
	case wire.Welcome:
		s.observeWelcome(f.Names[0])
	case wire.Roster:
		s.observeRoster(f, at)
	case wire.Error:
		s.observeError(f.Text)
	}
	return nil
}

func (s *Session) observeView(kind wire.Kind, name, raw []byte, at time.Duration) {
	s.tally.views++
	if s.bound {
		if e := s.expected(); e != nil && e.kind == kind && e.name == string(name) {
			s.passed(e, at)
			s.learned(e, at)
			return
		}
	}
	s.see(word{kind: kind, name: string(name), raw: raw}, at)
}

// learned notes that this receiver knows of a leave, and whether that was late.
func (s *Session) learned(e *entry, at time.Duration) {
	if e.kind != wire.Leave {
		return
	}
	s.judge.mu.Lock()
	of := e.member.session
	s.judge.mu.Unlock()
	s.knowsOf(of, at)
}

// knowsOf notes that this receiver knows that another has left, if it has.
func (s *Session) knowsOf(of *Session, at time.Duration) {
	if of == nil || s.stall.Load() != 0 { // or is late by its own will
		return
	}
	kind, left := of.left()
	if kind == Stays {
		return
	}
	for {
		seen := of.leaveSeen.Load()
		if int64(at) <= seen || of.leaveSeen.CompareAndSwap(seen, int64(at)) {
			break
		}
	}
	if took := at - left; took > leaveLimit && kind != Evicted { // nobody knows when that was
		defer s.tapePass(at)()
		s.tally.late = append(s.tally.late, lateLeave{of: of, at: s, took: took, when: at})
	}
}

// see takes a public entry as this receiver saw it; false if it is a defect.
func (s *Session) see(w word, at time.Duration) bool {
	if !s.bound {
		s.enqueue(w, at)
		return true
	}
	return s.step(&w, at)
}

// step gives a public entry that is not simply the next one its due.
func (s *Session) step(w *word, at time.Duration) bool {
	j := s.judge
	for {
		if e := s.expected(); e != nil && e.is(w) {
			s.passed(e, at)
			s.learned(e, at)
			return true
		}
		place := s.find(w)
		switch {
		case place < 0:
			if !j.place(s, w, at) {
				if w.kind == wire.Line && w.line == nil {
					s.forged(w)
				}
				return false
			}
		case place > s.c:
			s.jump(place, at)
		case place == s.c && s.comes(w):
		case s.fill(place):
			s.outOfOrder(place, at)
			return true
		default:
			s.again(w, place)
			return false
		}
	}
}

// comes says whether an entry is the next one, or is just about to be.
func (s *Session) comes(w *word) bool {
	e := s.expected()
	return e == nil || e.is(w)
}

// again judges an entry that the session has behind it already.
func (s *Session) again(w *word, place int64) {
	s.tally.observed++
	v := violation{key: wordKey(w), at: s, line: w.line, place: place, came: w.String()}
	j := s.judge
	switch {
	case place < s.start:
		j.mu.Lock()
		defer j.mu.Unlock()
		if !s.member.silent && !j.tainted[w.name] {
			v.sentence = "an entry from before its own join came to a newcomer"
			j.accuseLocked(ViewOrder, v, place, s.member.place.Load())
		}
	case w.kind == wire.Leave:
		s.leftAgain(w, place, v)
	default:
		v.sentence = "an entry came twice"
		j.violate(NoDuplication, v)
	}
}

// leftAgain judges a second leave of one stay. If the first came too early,
// that was the false one, and this is the leave.
func (s *Session) leftAgain(w *word, place int64, v violation) {
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	if e := j.entryLocked(place); e != nil && e.member.session != nil && s.detours.early(place) {
		s.mistaken = append(s.mistaken, place)
		of := e.member.session
		v.key, v.with = key{session: of}, []*Session{of}
		v.sentence = "it was told that " + quote(w.name) + " has left, who left later"
		j.violateLocked(RosterAccuracy, v)
		return
	}
	v.sentence = "a leave was told twice"
	v.implied = j.tainted[w.name]
	j.violateLocked(LeaveCompleteness, v)
}

// jump notes that [c, place) has not been seen although place is.
func (s *Session) jump(place int64, at time.Duration) {
	s.Flush(at)
	s.detours.jump(s.c, place)
	j := s.judge
	j.mu.Lock()
	for p := s.c; p <= place; p++ {
		j.keepLocked(p)
	}
	j.mu.Unlock()
	s.c, s.marked = place, place // those in between have no reading here
}

// fill takes an entry that was jumped and comes now.
func (s *Session) fill(place int64) bool {
	if !s.detours.fill(place) {
		return false
	}
	j := s.judge
	j.mu.Lock()
	if j.detours < maxDetours && s.detours.came(place, s.c) {
		j.detours++
		j.keepLocked(s.c - 1)
	}
	j.mu.Unlock()
	s.filled, s.filledAt = place, s.c
	if len(s.open) != 0 {
		s.closeGap(place)
	}
	return true
}

// outOfOrder counts an entry that came after others that follow it.
func (s *Session) outOfOrder(place int64, at time.Duration) {
	s.tally.entries++
	s.judge.mu.Lock()
	e := s.judge.entryLocked(place)
	s.judge.mu.Unlock()
	if e == nil {
		return
	}
	if e.line != nil {
		s.delivered(e.line, at)
	}
	s.learned(e, at)
}

// keepLocked keeps an entry until the end, to be named then.
func (j *Judge) keepLocked(place int64) {
	if e := j.order.entry(place); e != nil && len(j.kept) < maxKept {
		j.kept[place] = *e
	}
}

// entryLocked gives the entry at a place if it is still known.
func (j *Judge) entryLocked(place int64) *entry {
	if e := j.order.entry(place); e != nil {
		return e
	}
	if e, ok := j.kept[place]; ok {
		return &e
	}
	return nil
}

// find gives the place of an entry as this session would see it, -1 if it has
// none yet.
func (s *Session) find(w *word) int64 {
	if w.line != nil {
		return w.line.place.Load()
	}
	s.judge.mu.Lock()
	defer s.judge.mu.Unlock()
	return s.findLocked(w)
}

// findLocked is find for entries that are known by what they say only: the
// same name may join and leave many times.
func (s *Session) findLocked(w *word) int64 {
	j := s.judge
	if w.line != nil {
		return w.line.place.Load()
	}
	for _, m := range s.detours.missing {
		for p := m.lo; p < m.hi; p++ {
			if e := j.entryLocked(p); e != nil && e.is(w) {
				return p
			}
		}
	}
	switch holder := j.fold.holder(w.name, s.behind()); w.kind {
	case wire.Join:
		return s.findJoinLocked(w, holder)
	case wire.Leave:
		return s.findLeaveLocked(w, holder)
	}
	return j.nextLocked(w, s.c)
}

// findJoinLocked: of several joins of the name, the next is that of the member
// who was known of first. While somebody has the name, a join is told again,
// unless a chatter may stand behind it.
func (s *Session) findJoinLocked(w *word, holder *member) int64 {
	j := s.judge
	best := int64(-1)
	for p := j.nextLocked(w, s.c); p >= 0; p = j.nextLocked(w, p+1) {
		if best < 0 || j.order.entry(p).member.sign < j.order.entry(best).member.sign {
			best = p
		}
	}
	if m := j.fold.unheard(w.name, s.behind()); m != nil && (best < 0 || m.sign < j.order.entry(best).member.sign) {
		return -1
	}
	if holder == nil || j.order.entry(s.c).leaves(w.name) || best >= 0 && j.order.entry(best).member.double {
		return best
	}
	if s.c == j.order.len && (holder.leaving() || j.expectsLocked(w.name, s.c)) {
		return -1
	}
	if p := j.lastLocked(w, s.c); p >= 0 {
		return p
	}
	return best
}

// findLeaveLocked: a leave is about who has the name; if nobody has, it is told again.
func (s *Session) findLeaveLocked(w *word, holder *member) int64 {
	j := s.judge
	if holder == nil {
		if p := j.lastLocked(w, s.c); p >= 0 {
			return p
		}
		return j.nextLocked(w, s.c)
	}
	left := holder.left.Load()
	if left == 0 {
		return -1
	}
	if e := j.entryLocked(left); e != nil && !e.is(w) { // it turned out never to have been there
		return j.nextLocked(w, s.c)
	}
	return left
}

// nextLocked looks for an entry from a place on.
func (j *Judge) nextLocked(w *word, from int64) int64 {
	for p := from; p < j.order.len; p++ {
		if e := j.order.entry(p); e != nil && e.is(w) {
			return p
		}
	}
	return -1
}

// lastLocked looks backwards from c for an entry, as far as the order is kept.
func (j *Judge) lastLocked(w *word, c int64) int64 {
	for p := c - 1; ; p-- {
		e := j.order.entry(p)
		if e == nil {
			return -1
		}
		if e.is(w) {
			return p
		}
	}
}
