package check

import (
	"fmt"
	"slices"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// deviant is sessions that saw the entry at a before that at b, unlike right.
type deviant struct {
	wrong  []*Session
	right  *Session
	a, b   int64
	agreed int
	causal bool // b is the cause of a
}

// views reports whether one of the entries that a deviant saw the wrong way
// round is a join or a leave.
func (e *majority) views(d *deviant) bool {
	x, y := e.Entry(d.a), e.Entry(d.b)
	return x != nil && y != nil && (x.Kind != wire.Line || y.Kind != wire.Line)
}

// deviation returns the violation that some saw two entries the wrong way round.
func (e *majority) deviation(d *deviant) violation {
	sentence := fmt.Sprintf("%s got #%d %s before #%d %s", quote(d.wrong[0].Name()), d.a, entry(e.Entry(d.a)), d.b, entry(e.Entry(d.b)))
	if d.agreed > 0 {
		sentence += fmt.Sprintf("; %d had it the other way round", d.agreed)
	}
	v := violation{key: key{place: min(d.a, d.b), session: d.wrong[0]}, when: e.saw(d.wrong[0], d.a, d.b), at: d.wrong[0], with: d.wrong[1:], place: min(d.a, d.b), agreed: d.agreed,
		sentence: sentence, sides: []report.Side{e.side(d.wrong[0], d.a, d.b)},
		implied: !d.causal && (e.unsure(d.a) || e.mistaken(d.wrong[0], d.a) || e.mistaken(d.wrong[0], d.b))}
	if d.right != d.wrong[0] {
		v.sides = append(v.sides, e.side(d.right, d.a, d.b))
	}
	return v
}

// saw returns when a session saw one of two entries the wrong way round.
func (e *majority) saw(s *Session, a, b int64) time.Duration {
	for _, late := range s.Late {
		if p := max(a, b); late.Lo <= min(a, b) && p < late.At || late.Lo <= p && p < late.Hi {
			return late.When
		}
	}
	return 0
}

// side returns what a session saw from just before the first of two entries to
// just after the second.
func (e *majority) side(s *Session, a, b int64) report.Side {
	const around, most = 2, 12
	lo, hi := min(a, b), max(a, b)
	if w := e.windowOf(lo); w != nil {
		lo, hi = w.lo, max(hi, w.hi-1)
	}
	var seen []int64
	s.Walk(max(s.Start, lo-around), min(s.Next, hi+around+1), false, func(p int64) { seen = append(seen, p) })
	isOne := func(p int64) bool { return p == a || p == b }
	from := max(0, slices.IndexFunc(seen, isOne)-around)
	to := len(seen)
	for to > from && !isOne(seen[to-1]) {
		to--
	}
	seen = seen[from:min(len(seen), to+around)]
	side := report.Side{Chatter: s.Chatter, Name: s.Name()}
	for i, p := range seen {
		if skipped := len(seen) - most; skipped > 0 && i >= most/2 && i < most/2+skipped {
			if i == most/2 {
				side.Saw = append(side.Saw, fmt.Sprintf("… %d more …", skipped))
			}
			continue
		}
		side.Saw = append(side.Saw, fmt.Sprintf("#%d %s", p, entry(e.Entry(p))))
	}
	return side
}

// mistaken reports whether what a session saw of the entry at a place is a
// violation of its own: the entry should not have been, or is a join or leave
// of a name of which the session lacks another or had one too many.
func (e *majority) mistaken(s *Session, place int64) bool {
	if e.retracted[place] || slices.Contains(s.Mistaken, place) {
		return true
	}
	en := e.Entry(place)
	if en == nil || en.Kind == wire.Line {
		return false
	}
	if slices.ContainsFunc(e.Facts.Of(ledger.LeaveRepeated), func(f *ledger.Fact) bool { return f.Place == place && slices.Contains(f.Seen, s) }) {
		return true
	}
	for _, m := range s.Missing {
		for p := m.Lo; p < m.Hi; p++ {
			if l := e.Entry(p); l != nil && l.Kind == en.Kind && l.Name == en.Name {
				return true
			}
		}
	}
	return false
}
