package check

import (
	"slices"

	"chatsim/loadgen/check/ledger"
)

// What was lost is found once, for the rules that share it: an entry that later
// ones came after, or a line that nobody got, is one violation of one check.

// lacking is what was owed and did not come.
type lacking struct {
	dues
	ledger.End
	totals ledger.Totals

	stopped bool                 // what was sent last came to nobody: the room has stopped
	stalled map[*Session]bool    // those who stay and got nothing any more
	tails   []tail               // spans that end too early
	losses  []loss               // entries that later ones came after
	garbled []loss               // likewise, but an altered copy came
	lines   []lostLine           // lines that have no place
	astray  []lostLine           // lines that did not come from another server
	pending map[int64][]*Session // who lacks which places
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

// span looks what a stay was owed and has not got.
func (e *lacking) span(s *Session) {
	switch {
	case s.Stays():
		e.totals.Alive++
	case s.Bound:
		e.totals.Left++
	}
	if !s.Bound {
		return
	}
	lost, owed := e.missing(s)
	entries, due := s.Due()
	e.totals.Spans += entries
	e.totals.Expected += due
	end, whole := s.Until()
	if !whole {
		e.totals.Expected += lost
		return
	}
	var places []int64
	for _, m := range append(slices.Clone(s.Missing), ledger.Span{Lo: s.Next, Hi: end}) {
		for p := m.Lo; p < m.Hi; p++ {
			if e.excused(s, p) {
				e.totals.Expected--
			}
			if p >= s.Next && e.owed(s, p) && !e.foreign(p) {
				if owed++; len(places) < maxTail {
					places = append(places, p)
				}
			}
		}
	}
	if owed > 0 && !e.BrokeOff {
		e.tails = append(e.tails, tail{s, s.How(), owed, e.totals.Alive, places})
		if s.Stays() {
			e.stalled[s] = true
		}
	}
}

// missing collects the entries that the session jumped and that never came:
// those that later ones of the right order came after are lost, and of them
// the measured ones are counted; the others it only did not read any more.
func (e *lacking) missing(s *Session) (lost, unread int64) {
	last := e.pos(s.LastSeen())
	cut := (!s.Stays() || s.PutOut()) && e.Can.BySender // it has read the beginning of an order of its own
	for _, m := range s.Missing {
		for p := m.Lo; p < m.Hi; p++ {
			switch {
			case !e.owed(s, p):
			case e.pos(p) > last || cut && !e.outrun(s, p):
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

// shareTails takes what one who left lacks at the end of its stream for lost with the
// same entries of others, where those are all that it lacks.
func (e *lacking) shareTails() {
	e.tails = slices.DeleteFunc(e.tails, func(t tail) bool {
		if t.kind == Stays || int64(len(t.places)) != t.owed || slices.ContainsFunc(t.places, func(p int64) bool { return len(e.pending[p]) == 0 }) {
			return false
		}
		for _, p := range t.places {
			e.pending[p] = append(e.pending[p], t.of)
		}
		return true
	})
}

// lastWhispers takes private lines that one who left and read on lacks at the end of its
// stream for what is lost with that end, unless a single one is all that is.
func (e *lacking) lastWhispers() {
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
			e.tails, i = append(e.tails, tail{of: s, kind: s.How()}), len(e.tails)
		}
		for _, l := range lines {
			e.tails[i].owed++
			l.implied = true
		}
	}
}

// brokenOff returns the stays whose streams were reset although they read on.
func (e *lacking) brokenOff() map[*Session]bool {
	broken := make(map[*Session]bool)
	for _, f := range e.Facts.Of(ledger.BrokenOff) {
		broken[f.Session] = true
	}
	return broken
}

// endless reports whether the stream of one who left and reads on has no end,
// although its leave was told.
func (e *lacking) endless(s *Session) bool {
	return e.Level < Count && s.How().ReadsOn() && s.Bound && !s.Over() && s.Member.Left() > 0 && !e.BrokeOff
}

// lastWasLost reports whether the line sent last, by a session that stays, came
// to nobody: then the room has stopped, and much of what else is missing follows.
func (e *lacking) lastWasLost() bool {
	var last *Line
	e.EachLine(func(l *Line) {
		if l.Origin() == l && !l.Private() && !l.Refused() && l.Session.Stays() && !l.Session.Over() && (last == nil || l.Actual > last.Actual) {
			last = l
		}
	})
	return last != nil && last.Place() < 0 && !e.garbledAnywhere(last.Session)
}

// garbledAnywhere reports whether lines by the session came to anybody in a
// form that cannot be told, so that one of them is not lost but altered.
func (e *lacking) garbledAnywhere(s *Session) bool {
	name := s.Name()
	return slices.ContainsFunc(e.Sessions, func(o *Session) bool { return o.Garbled[name] > 0 })
}
