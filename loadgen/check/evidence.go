package check

import (
	"maps"
	"slices"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// evidence is what the rules judge by: the closed ledger, and what follows from
// all of it together.
type evidence struct {
	majority
	ledger.End
	totals ledger.Totals

	doubted map[string]bool      // names whose presence is itself in doubt
	crossed map[*Line]bool       // private lines that have no one place
	silent  bool                 // what was sent last came to nobody: the room has stopped
	stalled map[*Session]bool    // those who stay and got nothing any more
	tails   []tail               // spans that end too early
	losses  []loss               // entries that later ones came after
	garbled []loss               // likewise, but an altered copy came
	lines   []lostLine           // lines that have no place
	pending map[int64][]*Session // who lacks which places
}

// tail is the end of a span that its session did not get.
type tail struct {
	of   *Session
	kind Leave
	owed int64
	held int64 // sessions before it that were there at the end
}

// loss is an entry that some lack.
type loss struct {
	place int64
	entry *ledger.Entry
	at    []*Session
}

// newEvidence looks through a closed ledger. What comes later rests on what
// comes before.
func newEvidence(l *ledger.Ledger, end ledger.End) *evidence {
	e := &evidence{majority: majority{Ledger: l}, End: end, totals: *l.Totals(), doubted: l.Doubted(),
		crossed: make(map[*Line]bool), stalled: make(map[*Session]bool), pending: make(map[int64][]*Session)}
	switch level := l.Config().Level; {
	case level < Count:
		e.majority = majorityOf(l)
		e.doubt()
		e.crossings()
		e.silent = e.lastWasLost()
		for _, s := range l.Sessions() {
			e.session(s)
		}
		e.lose()
		e.eachLost()
		if e.lastRosterCounts() {
			for _, s := range l.Sessions() {
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
	return e
}

// doubt finds the names of which nobody can tell who had them when, and the
// places of entries that should not have been.
func (e *evidence) doubt() {
	if e.Config().Capabilities.Views == ledger.Ordered {
		for _, s := range e.Sessions() {
			switch kind, _ := s.Left(); {
			case !s.HasRoster:
			case s.Member == nil, s.Member.Silent, kind != Stays && s.Member.Left() == 0:
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
	for _, f := range e.Facts().Of(ledger.Unstamped) {
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
	if kind.Abrupt() || s.PutOut() || kind != Stays && told == 0 { // owed what it read
		e.totals.Expected += lost
		return
	}
	owed, end := unread, e.Len()
	if kind != Stays {
		end = told
	}
	for p := s.Next; p < end; p++ {
		if e.owed(s, p) && !e.strange(p) {
			owed++
		}
	}
	if owed > 0 && !e.BrokeOff {
		e.tails = append(e.tails, tail{s, kind, owed, e.totals.Alive})
		if kind == Stays {
			e.stalled[s] = true
		}
	}
}

// owed reports whether the entry at a place stands between the session's join
// and its leave as the majority saw them. Nobody is owed its own join.
func (e *evidence) owed(s *Session, place int64) bool {
	m := s.Member
	if e.retracted[place] || place == m.Joined() {
		return false
	}
	_, falsely := s.FalseLeave()
	left := m.Left()
	return (m.Silent || e.pos(place) > e.pos(m.Joined())) && (left == 0 || falsely || e.pos(place) < e.pos(left))
}

// strange reports whether an entry is of somebody who is not of the run: such
// go on when the run has ended, and are not waited for.
func (e *evidence) strange(place int64) bool {
	en := e.Entry(place)
	return en != nil && en.Line == nil && (en.Member == nil || en.Member.Session == nil)
}

// missing collects the entries that the session jumped and that never came:
// those that later ones of the right order came after are lost, and of them
// the measured ones are counted; the others it only did not read any more.
func (e *evidence) missing(s *Session) (lost, unread int64) {
	last := e.pos(s.LastSeen())
	for _, m := range s.Missing {
		for p := m.Lo; p < m.Hi; p++ {
			switch {
			case !e.owed(s, p):
			case e.pos(p) > last:
				unread++
			default:
				e.pending[p] = append(e.pending[p], s)
				if en := e.Entry(p); en != nil && en.Line != nil && en.Line.Measured {
					lost++
				}
			}
		}
	}
	return lost, unread
}

// lose collects the losses, one for each entry. Those that may have come in a
// form that cannot be told are no second defect.
func (e *evidence) lose() {
	for _, p := range slices.Sorted(maps.Keys(e.pending)) {
		en := e.Entry(p)
		if en == nil {
			en = &ledger.Entry{Kind: wire.Line, Name: "?"} // too much was lost to keep it all
		}
		l, g := loss{place: p, entry: en}, loss{place: p, entry: en}
		for _, s := range e.pending[p] {
			if en.Kind == wire.Line && s.Garbled[en.Name] > 0 {
				s.Garbled[en.Name]--
				g.at = append(g.at, s)
			} else {
				l.at = append(l.at, s)
			}
		}
		if len(l.at) > 0 {
			e.losses = append(e.losses, l)
		}
		if len(g.at) > 0 {
			e.garbled = append(e.garbled, g)
		}
	}
}

// of returns the check whose violation a loss is.
func (l *loss) of() Name {
	switch line := l.entry.Line; {
	case l.entry.Kind == wire.Leave:
		return LeaveCompleteness
	case line != nil && (line.Refused() || len(l.at) == 1 && l.at[0] == line.Session):
		return Validity
	}
	return Agreement
}

// lost adds the losses that are violations of a check; says returns a loss's
// sentence by who lacks it and how many others do not.
func (e *evidence) lost(c Name, out *findings, says func(l *loss, lack string, hold int) string) {
	for i := range e.losses {
		l := &e.losses[i]
		if l.of() != c {
			continue
		}
		holders := 0
		for _, s := range e.Sessions() {
			if s.Holds(l.place) {
				holders++
			}
		}
		e.add(out, violation{key: key{place: l.place}, at: l.at[0], with: l.at[1:], place: l.place, line: l.entry.Line,
			expected: entry(l.entry), agreed: holders, sentence: says(l, chatters(len(l.at)), holders)})
	}
}

// add adds a violation that the end tells.
func (e *evidence) add(out *findings, v violation) {
	if v.place == 0 && v.at != nil {
		v.place = v.at.Stood()
	}
	if v.before == nil {
		v.before = e.Before(v.place)
	}
	out.add(v)
}

// lostLine is a line that has no place, or came to one of its two parties only.
type lostLine struct {
	*Line
	target  *Session // who lacks it, of a private line that came back to its sender
	holder  *Session // who has it, of a private line that was refused all the same
	place   int64
	implied bool
	hole    bool // later lines of its sender came
	stopped bool // nothing came any more
}

// eachLost collects the lines that were lost.
func (e *evidence) eachLost() {
	e.EachLine(func(l *Line) {
		switch {
		case e.Config().Level == Count:
			if !l.Answered() {
				e.unanswered(l)
			}
		case l.Private():
			e.privateLine(l)
		case l.Place() < 0 && !l.Refused():
			e.unanswered(l)
		}
	})
}

// unanswered looks at a line that its sender never got back and nobody else got.
func (e *evidence) unanswered(l *Line) {
	s := l.Session
	kind, _ := s.Left()
	lost := lostLine{Line: l, place: s.Next, hole: l.Seq < s.LastOwn || !l.Private() && s.HasPassed(l)}
	switch {
	case (kind.Abrupt() || e.BrokeOff) && l.Seq > s.LastOwn && e.PublicRefused()+e.Ledger.Refused() > 0:
		return // the server refuses lines, and this one's error may not have been read
	case !s.Bound:
		return // its join was never told, or it left before that was clear
	case s.PutOut(): // that is the defect
		lost.implied = true
	case lost.hole:
	case kind.Abrupt() || e.BrokeOff:
		return // a suffix may be lost, or not yet have come
	case e.stalled[s] || e.silent || kind == Stays && s.Newest <= l.Actual:
		lost.stopped = true
	}
	lost.implied = lost.implied || e.garbledAnywhere(s) || !lost.hole && e.Advancing && !s.Over() // it may still come
	e.lines = append(e.lines, lost)
}

// privateLine looks at a private line that one of its parties lacks.
func (e *evidence) privateLine(l *Line) {
	own, other, self := l.Seats()
	if own.By == nil {
		if !l.Answered() {
			e.unanswered(l)
		} else if kind, _ := l.Session.Left(); l.Refused() && other.By != nil && !kind.Abrupt() && !l.Session.PutOut() {
			// else its own copy may have been lost with the stay, and the error was about something else
			e.lines = append(e.lines, lostLine{Line: l, holder: other.By, place: other.Last + 1})
		}
		return
	}
	if self || other.By != nil || e.BrokeOff {
		return
	}
	m := e.Holder(l.Target, own.Last)
	if m == nil || m.Session == nil {
		return // not a chatter of the run
	}
	t := m.Session
	kind, _ := t.Left()
	if kind != Stays && e.Config().Capabilities.Views == ledger.WholeRosters {
		return // before or after the line?
	}
	if t.PutOut() || kind.Abrupt() && !(own.Next >= 0 && e.pos(t.LastSeen()) >= e.pos(own.Next)) {
		return
	}
	if l.Measured {
		e.totals.Expected++
	}
	e.lines = append(e.lines, lostLine{Line: l, target: t, place: own.Last + 1, stopped: kind == Stays && t.Next <= own.Last+1,
		implied: e.doubted[l.Target] || t.Garbled[l.Session.Name()] > 0})
}

// lastWasLost reports whether the line sent last, by a session that stays, came
// to nobody: then the room has stopped, and much of what else is missing follows.
func (e *evidence) lastWasLost() bool {
	var last *Line
	e.EachLine(func(l *Line) {
		kind, _ := l.Session.Left()
		if !l.Private() && !l.Refused() && kind == Stays && !l.Session.Over() && (last == nil || l.Actual > last.Actual) {
			last = l
		}
	})
	return last != nil && last.Place() < 0 && !e.garbledAnywhere(last.Session)
}

// garbledAnywhere reports whether lines by the session came to anybody in a
// form that cannot be told, so that one of them is not lost but altered.
func (e *evidence) garbledAnywhere(s *Session) bool {
	name := s.Name()
	return slices.ContainsFunc(e.Sessions(), func(o *Session) bool { return o.Garbled[name] > 0 })
}
