package check

import (
	"cmp"
	"slices"

	"chatsim/loadgen/check/ledger"
)

// presence is who was in the room when, as the majority saw it.
type presence struct {
	majority
	doubted map[string]bool // names whose presence is itself in doubt
	strangers
}

// doubt finds the names of which nobody can tell who had them when, and the
// places of entries that should not have been.
func (e *presence) doubt() {
	if e.Can.Views == ledger.Ordered {
		for _, s := range e.Sessions {
			switch {
			case !s.HasRoster:
			case s.Welcomed != "": // nobody can tell whom those meant who used either name
				e.doubted[s.Name()], e.doubted[s.Welcomed] = true, true
			case s.Member == nil, s.Member.Unannounced, !s.Stays() && s.Member.Left() == 0:
				e.doubted[s.Name()] = true // its join or leave was never told
			}
		}
	}
	for _, g := range e.Abroad {
		if g.Home().Bound && (g.Member == nil || g.Member.Unannounced || !g.Stays() && g.Member.Left() == 0) {
			e.doubted[g.Home().Name()] = true // nobody here was told of its join or leave
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

// there calls f with those who were there at m's join as the majority saw it.
func (e *presence) there(m *ledger.Member, f func(*ledger.Member)) {
	at := e.pos(m.Joined())
	for _, o := range e.Members {
		left := o.Left()
		if e.retracted[left] && o.Session == nil {
			left = 0
		}
		if e.ghosts[o] || o.Session == nil && o.Joined() >= 0 && e.retracted[o.Joined()] {
			continue
		}
		if o == m || e.pos(o.Joined()) < at && (left == 0 || e.pos(left) > at) {
			f(o)
		}
	}
}

// rosters returns the snapshot that was due to a session and the one that came.
func (e *presence) rosters(s *Session) (due, came []string) {
	var there []*ledger.Member
	e.there(s.Member, func(o *ledger.Member) { there = append(there, o) })
	slices.SortStableFunc(there, func(a, b *ledger.Member) int { return cmp.Compare(e.pos(a.Joined()), e.pos(b.Joined())) })
	for _, m := range there {
		due = append(due, m.Name)
	}
	return due, s.Snapshot()
}

// beyond returns the names of a that b lacks.
func beyond(a, b []string) []string {
	var out []string
	for _, n := range a {
		if !slices.Contains(b, n) {
			out = append(out, n)
		}
	}
	return out
}

// was reports whether the target of a private line was there when the line was
// refused, as the majority saw it.
func (e *presence) was(f *ledger.Fact) bool {
	m, place := f.Member, f.Beside
	if join := m.Joined(); join != place && !e.upheld(join, place) {
		return false
	}
	left := m.Left()
	return !e.doubted[m.Name] && (left == 0 || !f.At.Lacks(left) && e.upheld(place, left))
}

// toNobody returns the private lines that came back although nobody had their
// targets' names, so far as the order around them is beyond doubt.
func (e *presence) toNobody() (out []*ledger.Fact) {
	for _, f := range e.Facts.Of(ledger.ToNobody) {
		own, _, _ := f.Line.Seats()
		if !e.doubted[f.Line.Target] && !e.strange[f.Line.Target] && e.windowOf(own.Last) == nil && e.windowOf(own.Next) == nil && !f.At.LacksAny(own.Last, own.Next) {
			out = append(out, f)
		}
	}
	return out
}

// hadLeft reports whether a session's leave stands at a place or before it.
func (e *presence) hadLeft(s *Session, place int64) bool {
	if s.Member == nil {
		return false
	}
	left := s.Member.Left()
	return left != 0 && e.pos(left) <= e.pos(place)
}
