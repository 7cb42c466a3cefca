package check

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"chatsim/loadgen/check/ledger"
)

// The canonical order is the order of those who came first. Where others saw
// it otherwise, the majority decides at the end which order was right, and
// every fact that rests on places is judged in that order.
// Where only the lines of each sender have an order nobody deviates from it.

// majority is the order in which most saw a run.
type majority struct {
	*ledger.Closed
	windows   []window       // where sessions deviate from one another
	deviants  []deviant      // those who saw a window otherwise than most
	overheard map[*Line]bool // private lines that came to a third
	nobody    map[*Line]bool // private lines that came back although their targets were not there
	retracted map[int64]bool // places of entries that should not have been
}

// window is a span [lo, hi) of the canonical order within which sessions
// deviate from one another.
type window struct {
	lo, hi int64
	rank   []int64 // where each entry stood for the majority; nil if as in the canonical order
	tied   bool    // no majority
	unsure bool    // nobody saw all of it, as entries are missing
}

// version is an order in which sessions saw a window.
type version struct {
	seen   []*Session
	full   int  // those among them who saw all of it
	lossy  bool // some of them lack entries of it
	effect int64
	cause  int64 // came after effect although it had to come before it; -1 if there is no such pair
}

// windowOf returns the window that a place is in.
func (e *majority) windowOf(place int64) *window {
	i := sort.Search(len(e.windows), func(i int) bool { return e.windows[i].hi > place })
	if i < len(e.windows) && e.windows[i].lo <= place {
		return &e.windows[i]
	}
	return nil
}

// unsure reports whether so much is missing around a place that nobody can tell
// what stood there in which order.
func (e *majority) unsure(place int64) bool {
	w := e.windowOf(place)
	return w != nil && w.unsure
}

// pos returns where the entry at a place stood for the majority.
func (e *majority) pos(place int64) int64 {
	if w := e.windowOf(place); w != nil && w.rank != nil {
		return w.lo + w.rank[place-w.lo]
	}
	return place
}

// upheld reports whether the entry at a stood before that at b for the majority.
func (e *majority) upheld(a, b int64) bool {
	if w := e.windowOf(a); w != nil && w.tied && b >= w.lo && b < w.hi {
		return false
	}
	return e.pos(a) < e.pos(b)
}

// majorityOf decides every window and names those who deviated.
func majorityOf(l *ledger.Closed) majority {
	e := majority{Closed: l, retracted: l.Retracted, nobody: make(map[*Line]bool), overheard: make(map[*Line]bool)}
	for _, f := range l.Facts.Of(ledger.ToNobody) {
		e.nobody[f.Line] = true
	}
	for _, f := range l.Facts.Of(ledger.Overheard) {
		e.overheard[f.Line] = true
	}
	var late []ledger.Span
	for _, s := range e.Sessions {
		for _, l := range s.Late {
			late = append(late, ledger.Span{Lo: l.Lo, Hi: l.At})
		}
	}
	for _, s := range spans(late) {
		e.windows = append(e.windows, window{lo: s.Lo, hi: s.Hi})
	}
	for i := range e.windows {
		e.decide(&e.windows[i])
	}
	return e
}

// decide finds the version that most saw, of those who saw all and in whose
// order nothing came before its cause, and names those whose order contradicts
// it. A tie names both.
func (e *majority) decide(w *window) {
	versions := e.versionsOf(w)
	w.settle(versions)
	right := versions[0]
	for i, v := range versions {
		switch {
		case v.cause >= 0:
			e.deviants = append(e.deviants, deviant{v.seen, right.seen[0], v.effect, v.cause, right.full, true})
		case i > 0:
			e.contradict(w, v, right, w.tied && !w.unsure && i == 1)
		}
	}
}

// settle has the first version be the window's, unless nobody can tell.
func (w *window) settle(versions []*version) {
	right := versions[0] // those who saw all come first in it
	if len(versions) > 1 && right.full > 0 {
		w.tied = versions[1].full == right.full && versions[1].cause == right.cause
	}
	if right.full == 0 && slices.ContainsFunc(versions, func(v *version) bool { return v.lossy }) {
		w.unsure, w.tied = true, true
	}
	if way := &right.seen[0].Way; len(way.Within(w.lo, w.hi)) > 0 {
		w.rank = make([]int64, w.hi-w.lo)
		n := int64(0)
		way.Walk(w.lo, w.hi, true, func(p int64) { w.rank[p-w.lo] = n; n++ })
	}
}

// contradict names those of a version who saw two entries otherwise than in the right
// one, and where both are as many, those of that too.
func (e *majority) contradict(w *window, v, right *version, both bool) {
	d := deviant{right: right.seen[0], agreed: right.full}
	for _, s := range v.seen {
		if x, y, ok := e.inversion(s, w); ok {
			d.wrong, d.a, d.b = append(d.wrong, s), x, y
		}
	}
	if len(d.wrong) == 0 {
		return
	}
	if both {
		d.wrong, d.agreed = append(d.wrong, right.seen...), 0
	}
	e.deviants = append(e.deviants, d)
}

// versionsOf groups those who were there by the order in which they saw the
// window, the commonest order first.
func (e *majority) versionsOf(w *window) []*version {
	by := make(map[string]*version)
	var list []*version
	for _, s := range e.Sessions {
		if !s.Bound || s.Start >= w.hi || s.Next <= w.lo {
			continue
		}
		var k string
		for _, late := range s.Within(w.lo, w.hi) {
			k += fmt.Sprintln(late.Lo, late.Hi, late.At)
		}
		v := by[k]
		if v == nil {
			v = new(version)
			by[k] = v
			list = append(list, v)
		}
		v.seen = append(v.seen, s)
		lacks := s.LacksAny(w.lo, w.hi)
		v.lossy = v.lossy || lacks
		if s.Start <= w.lo && s.Next >= w.hi && !lacks {
			v.seen[0], v.seen[len(v.seen)-1] = s, v.seen[0] // one who saw all speaks for them
			v.full++
		}
	}
	for _, v := range list {
		v.effect, v.cause = e.acausal(v.seen[0], w)
	}
	slices.SortStableFunc(list, func(a, b *version) int {
		if (a.cause < 0) != (b.cause < 0) {
			return cmp.Compare(a.cause, b.cause)
		}
		if c := cmp.Compare(b.full, a.full); c != 0 {
			return c
		}
		return cmp.Compare(len(b.seen), len(a.seen))
	})
	return list
}

// acausal finds a line of a window that the session saw before another one that
// must have come first, as the former's sender had seen it before it sent; -1
// if there is none. What stands before a sender's place when it sent had been
// seen, unless it was missing.
func (e *majority) acausal(s *Session, w *window) (effect, cause int64) {
	var last *Line // of those walked, the one whose sender had seen most
	at := int64(-1)
	effect, cause = -1, -1
	s.Walk(max(w.lo, s.Start), min(w.hi, s.Next), false, func(p int64) {
		en := e.Entry(p)
		if en == nil || en.Line == nil {
			return
		}
		if cause < 0 && last != nil && p < last.Seen && last.Session.HadSeen(p, last.Seen) {
			effect, cause = at, p
		}
		if last == nil || en.Line.Seen > last.Seen {
			last, at = en.Line, p
		}
	})
	return effect, cause
}

// inversion finds two entries of which the session saw a first, the majority b.
func (e *majority) inversion(s *Session, w *window) (a, b int64, ok bool) {
	last := int64(-1)
	s.Walk(max(w.lo, s.Start), min(w.hi, s.Next), false, func(p int64) {
		if !ok && last >= 0 && e.pos(p) < e.pos(last) {
			a, b, ok = last, p, true
		}
		last = p
	})
	return a, b, ok
}
