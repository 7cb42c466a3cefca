package check

import (
	"fmt"
	"math"
	"time"

	"chatsim/manager/wire"
)

// Verdict is what a check came to.
type Verdict string

// The verdicts.
const (
	Passed       Verdict = "passed"
	Failed       Verdict = "failed"
	Inconclusive Verdict = "inconclusive"
	NotExercised Verdict = "not exercised"
)

// Outcome is one check's verdict with its evidence.
type Outcome struct {
	Name        Name
	Verdict     Verdict
	Required    bool
	Evaluations int64
	Violations  int64 // defects
	Implied     int64 // what follows from defects counted elsewhere
	Witnesses   []Witness
}

// Result is what a run came to.
type Result struct {
	Outcomes   []Outcome
	Deliveries int64 // of measured lines, each at a receiver that it was for
	Expected   int64 // as many as there should have been
	Observed   int64 // deliveries of all lines, measured or not
}

// End is how a run ended.
type End struct {
	Required  []Name // the checks that the scenario must exercise
	Advancing bool   // deliveries still came when the drain limit cut the run
	Cut       bool   // the drain limit, or somebody, cut the run
}

// maxWitnesses is how many violations of a check are kept whole.
const maxWitnesses = 5

// End judges what is left once no session observes any more. It is called once.
func (j *Judge) End(e End) Result {
	end := &ending{judge: j, End: e, lost: make(map[int64]*loss)}
	for _, s := range j.sessions {
		if !s.bound && j.cfg.Level < Count {
			s.settleStart(0)
		}
		for _, g := range s.open {
			if g.line.priv.close(g.side, math.MaxInt64) {
				j.violate(TotalOrder, violation{key: key{line: g.line}, at: s, line: g.line, with: g.line.parties(s),
					sentence: "a private line stands between other public entries at its sender than at its target"})
			}
		}
		j.gaps.cross(s, s.open, math.MaxInt64-1)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.gaps.settleLocked(j, math.MaxInt64)
	if j.cfg.Level < Count {
		j.disputesLocked()
		for _, s := range j.sessions {
			end.session(s)
		}
		end.losses()
		j.lateLeavesLocked()
	} else if j.cfg.Level == Count {
		end.counts()
	}
	for _, s := range j.sessions {
		j.totals.add(&s.tally)
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

// ending is the state of End. Judge.mu is held throughout.
type ending struct {
	End
	judge    *Judge
	expected int64
	slices   int64 // entries of all slices
	alive    int64 // sessions that were there at the end
	left     int64 // stays that were over
	lost     map[int64]*loss
}

// loss is an entry that some never got although they got later ones.
type loss struct {
	e  entry
	at []*Session
}

// session judges the end of one stay: what it was owed and has not got.
func (e *ending) session(s *Session) {
	j := e.judge
	kind, _ := s.left()
	if !s.bound {
		if kind == Stays && !s.ended.Load() && s.hasRoster {
			j.violateLocked(ViewOrder, violation{key: key{session: s}, at: s,
				sentence: "nobody was told of the join of " + quote(s.name)})
		}
		return
	}
	end, lines := j.order.len, j.order.lines
	told := s.member.left.Load()
	switch {
	case kind == Stays && s.ended.Load():
		v := violation{key: key{session: s}, at: s, place: s.c, came: quote(s.said),
			sentence: "the server closed the connection of " + quote(s.name) + ", who read and did nothing wrong"}
		j.violateLocked(RosterAccuracy, v)
		end = s.c
	case kind == Stays && s.falseLeave != 0:
		j.violateLocked(RosterAccuracy, violation{key: key{session: s}, at: s, place: told,
			sentence: "everybody was told that " + quote(s.name) + " has left, who had not"})
	case kind == Reset:
		end = s.c
	case kind != Stays && told != 0:
		end, lines = told, s.leaveLines
	}
	if kind == Stays {
		e.alive++
	} else {
		e.left++
		if told == 0 {
			j.violateLocked(LeaveCompleteness, violation{key: key{session: s}, at: s, place: j.order.len,
				sentence: "nobody was told that " + quote(s.name) + " has left (" + kind.String() + ")"})
		}
	}
	missing := e.missing(s)
	if s.c < end {
		e.tail(s, kind, end)
	}
	e.slices += end - s.start
	if kind == Reset || kind == Stays && s.ended.Load() {
		e.expected += s.tally.deliveries - s.privates + missing
	} else {
		e.expected += lines - s.startLines
	}
	e.expected += s.privates
}

// missing collects the entries that the session jumped and that never came.
func (e *ending) missing(s *Session) (measured int64) {
	for _, jp := range s.jumps {
		for i, en := range jp.what {
			p := jp.lo + int64(i)
			if p >= jp.hi || jp.seen[p] {
				continue
			}
			l := e.lost[p]
			if l == nil {
				l = &loss{e: en}
				e.lost[p] = l
			}
			l.at = append(l.at, s)
			if en.line != nil && en.line.Measured {
				measured++
			}
		}
	}
	return measured
}

// tail judges a slice that ends too early.
func (e *ending) tail(s *Session, kind Leave, end int64) {
	j := e.judge
	v := violation{key: key{session: s}, at: s, place: s.c, agreed: int(e.alive),
		sentence: fmt.Sprintf("%s got nothing after #%d although the room went on for %d entries", quote(s.name), s.c-1, end-s.c)}
	if en := j.order.entry(s.c); en != nil {
		v.expected = en.String()
	}
	if kind == Stays {
		v.implied = e.Advancing // then the verdict is inconclusive
		j.violateLocked(Liveness, v)
		return
	}
	v.sentence = fmt.Sprintf("%s left by %s and read to the end, but did not get the last %d entries before its leave", quote(s.name), kind, end-s.c)
	j.violateLocked(Agreement, v)
}

// losses turns what is missing into violations: one for each entry, whoever lacks it.
func (e *ending) losses() {
	for p, l := range e.lost {
		var at []*Session
		for _, s := range l.at {
			if n := s.garbled[l.e.name]; n > 0 && l.e.kind == wire.Line {
				s.garbled[l.e.name]--
				e.judge.violateLocked(NoCreation, violation{key: key{place: p, session: s}, at: s, place: p, implied: true})
				continue
			}
			at = append(at, s)
		}
		if len(at) == 0 || e.phantom(l) {
			continue
		}
		c, what := Agreement, "%d chatters never got an entry that %d others got"
		switch {
		case l.e.kind == wire.Leave:
			c, what = LeaveCompleteness, "%d chatters were never told of a leave of which %d others were told"
		case l.e.line != nil && len(at) == 1 && at[0] == l.e.line.Session:
			c, what = Validity, "%d chatter, its sender, never got back a line that %d others got"
		case len(at) == 1:
			what = "%d chatter never got an entry that %d others got"
		}
		holders := e.judge.holdersLocked(p)
		v := violation{key: key{place: p}, at: at[0], with: at[1:], place: p, line: l.e.line, expected: l.e.String(),
			agreed: holders - len(at), sentence: fmt.Sprintf(what, len(at), holders-len(at))}
		e.judge.violateLocked(c, v)
	}
}

// phantom says that an entry is one that should not have been: its absence
// elsewhere is no second defect.
func (e *ending) phantom(l *loss) bool {
	m := l.e.member
	return m != nil && m.session != nil && l.e.kind == wire.Leave && m.session.falseLeave != 0
}

// lines judges what was sent and has no place, or reached one party only.
func (e *ending) lines() {
	list := e.judge.chatters.list.Load()
	if list == nil {
		return
	}
	for _, snd := range *list {
		snd.each(func(l *Line) {
			switch {
			case e.judge.cfg.Level == Count:
				if !l.answered.Load() {
					e.unanswered(l)
				}
			case l.priv != nil:
				e.privateLine(l)
			case l.place.Load() < 0:
				e.unanswered(l)
			}
		})
	}
}

// unanswered judges a line that its sender never got back and nobody else got.
func (e *ending) unanswered(l *Line) {
	s := l.Session
	kind, _ := s.left()
	v := violation{key: key{line: l}, at: s, line: l, place: s.c, sentence: "a line was lost for everybody"}
	hole := l.pub < s.lastPub || l.Seq < s.lastOwn
	if l.priv != nil {
		hole = l.Seq < s.lastOwn
		v.sentence = "a private line never came back to its sender"
	}
	switch {
	case s.ended.Load() && kind == Stays: // the server closed it: that is the defect
		v.implied = true
	case hole:
		v.sentence += " although later ones of its sender came"
	case kind == Reset:
		return // a suffix may be lost
	case s.newest > l.Actual, kind != Stays:
	default:
		v.implied = e.Advancing
		v.sentence = "a line and all that was sent after it never came"
		v.key = key{session: s}
		e.judge.violateLocked(Liveness, v)
		return
	}
	if e.judge.cfg.Level == Full && l.priv == nil && s.garbledAnywhere(e.judge) {
		v.implied = true
	}
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
	if !own.seen {
		if !l.answered.Load() {
			e.unanswered(l)
		}
		return
	}
	if self || other.seen {
		return
	}
	m := e.judge.fold.holder(l.Target, own.last)
	if m == nil || m.session == nil {
		return // not a chatter of the run
	}
	t := m.session
	kind, _ := t.left()
	if kind == Stays && t.ended.Load() || kind == Reset && t.c <= own.next {
		return
	}
	if l.Measured {
		e.expected++
	}
	v := violation{key: key{line: l}, at: t, with: []*Session{l.Session}, line: l, place: own.last + 1,
		sentence: "a private line came back to its sender but never to its target"}
	if kind == Stays && t.c <= own.last+1 {
		v.implied = e.Advancing
		e.judge.violateLocked(Liveness, v)
		return
	}
	e.judge.violateLocked(Agreement, v)
}

// counts judges a run at level Count: a chatter that stays gets every group
// line sent after its roster came, and none from before it dialled.
func (e *ending) counts() {
	j := e.judge
	lostSuffix := int64(0)
	list := j.chatters.list.Load()
	for _, snd := range *list {
		snd.each(func(l *Line) {
			if kind, _ := l.Session.left(); kind == Reset && !l.answered.Load() {
				lostSuffix++
			}
		})
	}
	for _, s := range j.sessions {
		kind, _ := s.left()
		if kind != Stays || !s.hasRoster {
			continue
		}
		e.alive++
		most, least := j.publicSent-s.sentBefore[0], j.publicSent-s.sentBefore[1]-lostSuffix
		e.slices += most
		v := violation{key: key{session: s}, at: s, came: fmt.Sprint(s.got, " lines"), expected: fmt.Sprint(least, " to ", most, " lines")}
		switch {
		case s.got < least:
			v.sentence = quote(s.name) + " got fewer lines than were sent while it was there"
		case s.got > most:
			v.sentence = quote(s.name) + " got more lines than were sent while it was there"
		default:
			continue
		}
		j.violateLocked(Agreement, v)
	}
}

// lateLeavesLocked judges the leaves of which somebody learned late.
func (j *Judge) lateLeavesLocked() {
	for _, s := range j.sessions {
		for _, l := range s.tally.late {
			limit := leaveLimit
			if j.cfg.Slowest != nil {
				limit += j.cfg.Slowest(l.when)
			}
			if l.took > limit {
				j.violateLocked(LeaveCompleteness, violation{key: key{session: l.of}, at: l.at, with: []*Session{l.of},
					sentence: fmt.Sprintf("a leave was told after %v, more than %v", l.took.Round(time.Millisecond), limit.Round(time.Millisecond))})
			}
		}
	}
}
