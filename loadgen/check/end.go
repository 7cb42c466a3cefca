package check

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// End is how a run ended.
type End struct {
	Required  []Name // the checks that the scenario must exercise
	Advancing bool   // deliveries still came when the drain limit cut the run
	Cut       bool   // the drain limit, or somebody, cut the run
	BrokeOff  bool   // of a recording: the run went on, and what is missing may have come
}

// ending is the state of End. Judge.mu is held throughout.
type ending struct {
	End
	judge    *Judge
	expected int64
	slices   int64             // entries of all slices
	alive    int64             // sessions that were there at the end
	left     int64             // stays that were over
	silent   bool              // what was sent last came to nobody: the room has stopped
	stalled  map[*Session]bool // those who stay and got nothing any more
	lost     map[int64][]*Session
}

// End judges what is left once no session observes any more. It is called once.
func (j *Judge) End(e End) Result {
	j.tape.finish(j, e)
	j.tape = nil
	for _, s := range j.sessions {
		switch {
		case s.bound || j.cfg.Level >= Count:
		case j.cfg.Rosters:
			s.settleFirst(0, true)
		case !s.ended.Load():
			s.settleStart(0, true)
		}
		s.closeGap(math.MaxInt64 - 1)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	end := j.past
	end.End = e
	j.gaps.settleLocked(j, math.MaxInt64)
	if j.cfg.Level < Count {
		j.disputesLocked()
		j.hearLocked()
		end.silent = end.lastWasLost()
		for _, s := range j.sessions {
			end.session(s)
		}
		end.losses()
		if j.cfg.Rosters && j.cfg.Level == Full && !e.BrokeOff {
			end.rosters()
		}
		j.lateLeavesLocked()
	} else if j.cfg.Level == Count {
		end.counts()
	}
	for _, s := range j.sessions {
		end.add(s)
	}
	if j.cfg.Level != Off {
		end.lines()
	}
	j.order.forget(math.MaxInt64, j.cfg.Retired)
	for _, ch := range j.order.chunks {
		ch.retire(j.cfg.Retired)
	}
	return end.result()
}

// add takes a stay's counts over.
func (e *ending) add(s *Session) {
	e.judge.totals.add(&s.tally)
	if s.told != nil {
		e.judge.interim.plus(s.told, -1)
	}
	if kind, _ := s.left(); kind != Stays && e.judge.cfg.Left != nil {
		e.judge.cfg.Left(s)
	}
}

// dismissLocked judges the stays that are over and of which everybody knows
// that they are, and forgets them. Where anything was ever out of order their
// versions of it may count, and all are kept.
func (j *Judge) dismissLocked(horizon int64) {
	if len(j.kept) > 0 || len(j.found) > 0 || len(j.hearings) > 0 || len(j.apart) > 0 {
		return
	}
	j.sessions = slices.DeleteFunc(j.sessions, func(s *Session) bool {
		if !s.done.Load() || !s.straight(horizon) {
			return false
		}
		j.apartLocked(s.sealGap(s.c)) // what it saw last stands before what it would have seen next
		j.past.session(s)
		j.past.add(s)
		return true
	})
}

// straight says whether the end of a stay is beyond doubt: its leave stands
// before horizon, and the way there had no detour.
func (s *Session) straight(horizon int64) bool {
	kind, _ := s.left()
	m := s.member
	left := m.left.Load()
	return kind != Stays && left != 0 && left < horizon && !m.silent && s.falseLeave == 0 && s.snapshot == nil &&
		len(s.detours.missing) == 0 && len(s.detours.late) == 0 && len(s.garbled) == 0 && (kind.abrupt() || s.c >= left)
}

// session judges the end of one stay: what it was owed and has not got.
func (e *ending) session(s *Session) {
	j := e.judge
	kind, at := s.left()
	closed := kind == Stays && s.ended.Load()
	switch {
	case kind == Stays:
		e.alive++
	case s.bound:
		e.left++
	}
	if s.member == nil || s.member.silent {
		if s.hasRoster && !s.blind && !e.BrokeOff && (s.member != nil || kind == Stays && !closed) {
			j.violateLocked(ViewOrder, violation{key: key{session: s}, at: s, implied: e.silent,
				sentence: "nobody was told of the join of " + quote(s.name)})
		}
	}
	if !s.bound {
		return
	}
	told := s.member.left.Load()
	switch {
	case closed:
		j.violateLocked(RosterAccuracy, violation{key: key{session: s}, at: s, place: s.c, came: quote(s.said),
			sentence: "the server closed the connection of " + quote(s.name) + ", who read and did nothing wrong"})
	case s.falseLeave != 0:
		e.falseLeave(s)
	case kind != Stays && told == 0 && !e.BrokeOff && !j.cfg.Rosters:
		j.violateLocked(LeaveCompleteness, violation{key: key{session: s}, at: s, place: j.order.len,
			implied:  e.silent || s.member.silent,
			sentence: fmt.Sprintf("nobody was told that %s has left (%s, %v into the run)", quote(s.name), kind, at.Round(time.Millisecond))})
	}
	e.slice(s, kind, closed)
}

// slice judges what the session got of the entries between its join and its end.
func (e *ending) slice(s *Session, kind Leave, closed bool) {
	j := e.judge
	lost, unread := e.missing(s)
	e.expected += s.privates
	if told := s.member.left.Load(); kind.abrupt() || closed || kind != Stays && told == 0 { // owed what it read
		e.slices += s.c - s.start
		e.expected += s.tally.deliveries - s.privates + lost
		return
	}
	end, lines := j.order.len, j.order.lines
	if told := s.member.left.Load(); kind != Stays && told != 0 {
		end, lines = told, s.member.leaveLines
	}
	e.slices += end - s.start
	e.expected += lines - s.startLines
	owed := unread
	for p := s.c; p < end; p++ {
		if j.owed(s, p) && !j.strange(p) {
			owed++
		}
	}
	if owed > 0 && !e.BrokeOff {
		e.tail(s, kind, owed)
	}
}

// owed says whether the entry at a place stands between the session's join and
// its leave as the majority saw them. Nobody is owed its own join.
func (j *Judge) owed(s *Session, place int64) bool {
	m := s.member
	if j.phantoms[place] || place == m.place.Load() {
		return false
	}
	left := m.left.Load()
	return (m.silent || j.pos(place) > j.pos(m.place.Load())) &&
		(left == 0 || s.falseLeave != 0 || j.pos(place) < j.pos(left))
}

// strange says whether an entry is of somebody who is not of the run: such go
// on when the run has ended, and are not waited for.
func (j *Judge) strange(place int64) bool {
	e := j.entryLocked(place)
	return e != nil && e.line == nil && (e.member == nil || e.member.session == nil)
}

// missing collects the entries that the session jumped and that never came:
// those that later ones of the right order came after are lost, and of them
// the measured ones are counted; the others it only did not read any more.
func (e *ending) missing(s *Session) (lost, unread int64) {
	j := e.judge
	last := j.pos(s.lastSeen())
	for _, m := range s.detours.missing {
		for p := m.lo; p < m.hi; p++ {
			switch {
			case !j.owed(s, p):
			case j.pos(p) > last:
				unread++
			default:
				e.lost[p] = append(e.lost[p], s)
				if en := j.entryLocked(p); en != nil && en.line != nil && en.line.Measured {
					lost++
				}
			}
		}
	}
	return lost, unread
}

// tail judges a slice that ends too early.
func (e *ending) tail(s *Session, kind Leave, owed int64) {
	j := e.judge
	v := violation{key: key{session: s}, at: s, place: s.c, agreed: int(e.alive)}
	if en := j.entryLocked(s.c); en != nil {
		v.expected = en.String()
	}
	if kind == Stays {
		e.stalled[s] = true
		e.stopped(v, fmt.Sprintf("%s got nothing after #%d although the room went on for %d entries", quote(s.name), s.c-1, owed))
		return
	}
	v.implied = e.silent || j.tainted[s.name]
	v.sentence = fmt.Sprintf("%s left by %s and read to the end, but did not get the last %d entries before its leave", quote(s.name), kind, owed)
	j.violateLocked(Agreement, v)
}

// stopped notes that deliveries to a session did not go on. However many it
// hits, that is one defect; while they still advance, it is not yet one.
func (e *ending) stopped(v violation, sentence string) {
	v.key = key{text: "deliveries stopped"}
	v.sentence = sentence
	v.implied = e.Advancing
	e.judge.violateLocked(Liveness, v)
}

// falseLeave judges a leave of someone who had not left.
func (e *ending) falseLeave(s *Session) {
	place := s.falseLeave - 1
	v := violation{key: key{session: s}, at: s, place: place}
	for _, o := range e.judge.sessions {
		if o != s && o.bound && o.start <= place && o.c > place && !o.detours.lacksAny(place, place+1) {
			v.with = append(v.with, o)
		} else if o != s && o.bound && o.start <= place {
			v.agreed++
		}
	}
	v.sentence = fmt.Sprintf("%s were told that %s has left, who had not", chatters(len(v.with)), quote(s.name))
	e.judge.violateLocked(RosterAccuracy, v)
}
