package check

import (
	"slices"

	"chatsim/loadgen/check/ledger"
)

// evidence is what the rules judge by: the closed ledger, and what follows from
// all of it together.
type evidence struct {
	majority
	strangers
	ledger.End
	totals ledger.Totals

	barred  map[*Session]bool    // let in by a name that is not theirs to have
	doubted map[string]bool      // names whose presence is itself in doubt
	crossed map[*Line]bool       // private lines that have no one place
	witness bool                 // somebody is there to the end
	overfed bool                 // the run has ended streams that were too much
	stopped bool                 // what was sent last came to nobody: the room has stopped
	stalled map[*Session]bool    // those who stay and got nothing any more
	tails   []tail               // spans that end too early
	losses  []loss               // entries that later ones came after
	garbled []loss               // likewise, but an altered copy came
	lines   []lostLine           // lines that have no place
	pending map[int64][]*Session // who lacks which places
	unsaid  map[int64]*Line      // by place, see findUnsaid
	allowed allowed              // what was lost and may be
}

// tail is the end of a span that its session did not get.
type tail struct {
	of   *Session
	kind Leave
	owed int64
	held int64 // sessions before it that were there at the end

	places []int64 // that are owed: some of them
}

// maxTail is how many places of a tail are kept.
const maxTail = 16

// newEvidence looks through a closed ledger. What comes later rests on what
// comes before.
func newEvidence(l *ledger.Closed, end ledger.End) *evidence {
	e := &evidence{majority: majority{Closed: l}, End: end, totals: *l.Totals, doubted: l.Doubted, barred: make(map[*Session]bool),
		strangers: strangers{strange: make(map[string]bool), ghosts: make(map[*ledger.Member]bool)},
		crossed:   make(map[*Line]bool), stalled: make(map[*Session]bool), pending: make(map[int64][]*Session)}
	for _, f := range e.Facts.Of(ledger.LetInBadly, ledger.BadlyNamed) {
		e.barred[f.Session] = true
	}
	e.overfed = len(e.Facts.Of(ledger.Unending)) > 0
	switch level := l.Config().Level; {
	case level < Count:
		e.majority = majorityOf(l)
		e.find(e)
		e.doubt()
		e.crossings()
		e.findUnsaid()
		e.stopped = e.lastWasLost()
		for _, s := range l.Sessions {
			kind, _ := s.Left()
			e.witness = e.witness || kind == Stays && s.HasRoster
			e.session(s)
		}
		e.shareTails()
		e.lose()
		e.eachLost()
		e.lastWhispers()
		if l.Config().Capabilities.Views == ledger.NoViews || e.lastRosterCounts() { // without rosters, that nobody is put out
			for _, s := range l.Sessions {
				if kind, _ := s.Left(); s.Whole() && kind == Stays {
					e.totals.Snapshots++
				}
			}
		}
	case level == Count:
		for _, s := range e.counted() {
			_, most := e.SentWhile(s)
			e.totals.Spans += most
			e.totals.Alive++
		}
		e.eachLost()
	}
	e.allow()
	return e
}

// doubt finds the names of which nobody can tell who had them when, and the
// places of entries that should not have been.
func (e *evidence) doubt() {
	if e.Config().Capabilities.Views == ledger.Ordered {
		for _, s := range e.Sessions {
			switch kind, _ := s.Left(); {
			case !s.HasRoster:
			case s.Welcomed != "": // nobody can tell whom those meant who used either name
				e.doubted[s.Name()], e.doubted[s.Welcomed] = true, true
			case s.Member == nil, s.Member.Unannounced, kind != Stays && s.Member.Left() == 0:
				e.doubted[s.Name()] = true // its join or leave was never told
			}
		}
	}
	for _, d := range e.doubles() {
		switch {
		case d.again:
			e.retracted[d.Member.Joined()] = true
		case !d.implied:
			e.doubted[d.Member.Name] = true
		}
	}
	for _, f := range e.Facts.Of(ledger.Unstamped) {
		if f.Member.Session != nil {
			e.retracted[f.Place] = true
		}
	}
}

// session looks what a stay was owed and has not got.
func (e *evidence) session(s *Session) {
	kind, _ := s.Left()
	if kind == Stays {
		e.totals.Alive++
	} else if s.Bound {
		e.totals.Left++
	}
	if !s.Bound {
		return
	}
	lost, unread := e.missing(s)
	entries, due := s.Due()
	e.totals.Spans += entries
	e.totals.Expected += due
	told := s.Member.Left()
	if s.Cut() || s.PutOut() || kind != Stays && told == 0 { // owed what it read
		e.totals.Expected += lost
		return
	}
	owed, end := unread, e.Len
	if kind != Stays {
		end = told
	}
	var places []int64
	for _, m := range s.Missing {
		for p := m.Lo; p < m.Hi; p++ {
			if e.excused(s, p) {
				e.totals.Expected--
			}
		}
	}
	for p := s.Next; p < end; p++ {
		if e.excused(s, p) {
			e.totals.Expected--
		}
		if e.owed(s, p) && !e.foreign(p) {
			if owed++; len(places) < maxTail {
				places = append(places, p)
			}
		}
	}
	if owed > 0 && !e.BrokeOff {
		e.tails = append(e.tails, tail{s, kind, owed, e.totals.Alive, places})
		if kind == Stays {
			e.stalled[s] = true
		}
	}
}

// lastWhispers takes private lines that one who left and read on lacks at the end of its
// stream for what is lost with that end, unless a single one is all that is.
func (e *evidence) lastWhispers() {
	last := make(map[*Session][]*lostLine)
	for i := range e.lines {
		if l := &e.lines[i]; l.trails != nil {
			last[l.trails] = append(last[l.trails], l)
		}
	}
	broken := e.brokenOff()
	for _, s := range e.Sessions {
		lines := last[s]
		i := slices.IndexFunc(e.tails, func(t tail) bool { return t.of == s })
		if i < 0 && len(lines) < 2 && !broken[s] || len(lines) == 0 {
			continue
		}
		if i < 0 {
			kind, _ := s.Left()
			e.tails, i = append(e.tails, tail{of: s, kind: kind}), len(e.tails)
		}
		for _, l := range lines {
			e.tails[i].owed++
			l.implied = true
		}
	}
}

// brokenOff returns the stays whose streams were reset although they read on.
func (e *evidence) brokenOff() map[*Session]bool {
	broken := make(map[*Session]bool)
	for _, f := range e.Facts.Of(ledger.BrokenOff) {
		broken[f.Session] = true
	}
	return broken
}

// endless reports whether the stream of one who left and reads on has no end,
// although its leave was told.
func (e *evidence) endless(s *Session) bool {
	kind, _ := s.Left()
	return e.Config().Level < Count && (kind == FIN || kind == HalfClose) && s.Bound && !s.Over() && s.Member.Left() > 0 && !e.BrokeOff
}

// owed reports whether the entry at a place stands between the session's join
// and its leave as the majority saw them. Nobody is owed its own join.
func (e *evidence) owed(s *Session, place int64) bool {
	m := s.Member
	if e.retracted[place] || e.unsaid[place] != nil || place == m.Joined() || e.before(s, place) {
		return false
	}
	_, falsely := s.FalseLeave()
	left := m.Left()
	return (m.Unannounced || e.pos(place) > e.pos(m.Joined())) && (left == 0 || falsely || e.pos(place) < e.pos(left))
}

// foreign reports whether an entry is of somebody who is not of the run: such
// go on when the run has ended, and are not waited for.
func (e *evidence) foreign(place int64) bool {
	en := e.Entry(place)
	return en != nil && en.Line == nil && (en.Member == nil || en.Member.Session == nil)
}

// add adds a violation that was found at the end.
func (e *evidence) add(out *findings, v violation) {
	if v.place == 0 && v.at != nil {
		v.place = v.at.Stood()
	}
	if v.before == nil {
		v.before = e.Before(v.place)
	}
	out.add(v)
}
