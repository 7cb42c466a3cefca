package check

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"chatsim/manager/wire"
)

// The canonical order is the order of those who came first. Where others saw
// it otherwise, the majority decides at the end which order was right, and
// every accusation that rests on places is heard in that order.

// window is a stretch [lo, hi) of the canonical order within which sessions
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

// windowOf gives the window that a place is in.
func (j *Judge) windowOf(place int64) *window {
	i := sort.Search(len(j.windows), func(i int) bool { return j.windows[i].hi > place })
	if i < len(j.windows) && j.windows[i].lo <= place {
		return &j.windows[i]
	}
	return nil
}

// unsure says whether so much is missing around a place that nobody can tell
// what stood there in which order.
func (j *Judge) unsure(place int64) bool {
	w := j.windowOf(place)
	return w != nil && w.unsure
}

// pos is where the entry at a place stood for the majority.
func (j *Judge) pos(place int64) int64 {
	if w := j.windowOf(place); w != nil && w.rank != nil {
		return w.lo + w.rank[place-w.lo]
	}
	return place
}

// upheld says whether the entry at a stood before that at b for the majority.
func (j *Judge) upheld(a, b int64) bool {
	if w := j.windowOf(a); w != nil && w.tied && b >= w.lo && b < w.hi {
		return false
	}
	return j.pos(a) < j.pos(b)
}

// disputesLocked decides every window and names those who deviated.
func (j *Judge) disputesLocked() {
	var spans []stretch
	for _, s := range j.sessions {
		for _, r := range s.detours.late {
			spans = append(spans, stretch{r.lo, r.at})
		}
	}
	slices.SortFunc(spans, func(a, b stretch) int { return cmp.Compare(a.lo, b.lo) })
	for _, r := range spans {
		if n := len(j.windows); n > 0 && r.lo < j.windows[n-1].hi {
			j.windows[n-1].hi = max(j.windows[n-1].hi, r.hi)
		} else {
			j.windows = append(j.windows, window{lo: r.lo, hi: r.hi})
		}
	}
	for i := range j.windows {
		j.decideLocked(&j.windows[i])
	}
}

// decideLocked finds the version that most saw, of those who saw all and in
// whose order nothing came before its cause, and blames those whose order
// contradicts it. A tie blames both.
func (j *Judge) decideLocked(w *window) {
	versions := j.versionsOf(w)
	right := versions[0] // those who saw all come first in it
	if len(versions) > 1 && right.full > 0 {
		w.tied = versions[1].full == right.full && versions[1].cause == right.cause
	}
	if right.full == 0 && slices.ContainsFunc(versions, func(v *version) bool { return v.lossy }) {
		w.unsure, w.tied = true, true
	}
	if d := &right.seen[0].detours; len(d.within(w)) > 0 {
		w.rank = make([]int64, w.hi-w.lo)
		n := int64(0)
		d.walk(w.lo, w.hi, true, func(p int64) { w.rank[p-w.lo] = n; n++ })
	}
	for i, v := range versions {
		if v.cause >= 0 {
			j.acausalLocked(v, right)
			continue
		}
		if i == 0 {
			continue
		}
		var wrong []*Session
		var a, b int64
		for _, s := range v.seen {
			if x, y, ok := j.inversion(s, w); ok {
				wrong, a, b = append(wrong, s), x, y
			}
		}
		if len(wrong) > 0 {
			agreed := right.full
			if w.tied && !w.unsure && i == 1 {
				wrong, agreed = append(wrong, right.seen...), 0
			}
			j.deviantsLocked(wrong, right.seen[0], a, b, agreed)
		}
	}
}

// versionsOf groups those who were there by the order in which they saw the
// window, the commonest order first.
func (j *Judge) versionsOf(w *window) []*version {
	by := make(map[string]*version)
	var list []*version
	for _, s := range j.sessions {
		if !s.bound || s.start >= w.hi || s.c <= w.lo {
			continue
		}
		k := fmt.Sprint(s.detours.within(w))
		v := by[k]
		if v == nil {
			v = new(version)
			by[k] = v
			list = append(list, v)
		}
		v.seen = append(v.seen, s)
		lacks := s.detours.lacksAny(w.lo, w.hi)
		v.lossy = v.lossy || lacks
		if s.start <= w.lo && s.c >= w.hi && !lacks {
			v.seen[0], v.seen[len(v.seen)-1] = s, v.seen[0] // one who saw all speaks for them
			v.full++
		}
	}
	for _, v := range list {
		v.effect, v.cause = j.acausal(v.seen[0], w)
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
func (j *Judge) acausal(s *Session, w *window) (effect, cause int64) {
	var last *Line // of those walked, the one whose sender had seen most
	at := int64(-1)
	effect, cause = -1, -1
	s.detours.walk(max(w.lo, s.start), min(w.hi, s.c), false, func(p int64) {
		e := j.entryLocked(p)
		if e == nil || e.line == nil {
			return
		}
		if cause < 0 && last != nil && p < last.Seen && last.Session.hadSeen(p, last.Seen) {
			effect, cause = at, p
		}
		if last == nil || e.line.Seen > last.Seen {
			last, at = e.line, p
		}
	})
	return effect, cause
}

// inversion finds two entries of which the session saw a first, the majority b.
func (j *Judge) inversion(s *Session, w *window) (a, b int64, ok bool) {
	last := int64(-1)
	s.detours.walk(max(w.lo, s.start), min(w.hi, s.c), false, func(p int64) {
		if !ok && last >= 0 && j.pos(p) < j.pos(last) {
			a, b, ok = last, p, true
		}
		last = p
	})
	return a, b, ok
}

// deviantsLocked blames those who saw the entry at a before that at b, unlike
// right.
func (j *Judge) deviantsLocked(wrong []*Session, right *Session, a, b int64, agreed int) {
	c := TotalOrder
	x, y := j.entryLocked(a), j.entryLocked(b)
	if x != nil && y != nil && (x.line == nil || y.line == nil) {
		c = ViewOrder
	}
	v := j.orderViolation(wrong, right, a, b, agreed)
	v.implied = j.unsure(a) || j.mistakenLocked(wrong[0], a) || j.mistakenLocked(wrong[0], b)
	j.violateLocked(c, v)
}

// acausalLocked blames those who saw an effect before its cause.
func (j *Judge) acausalLocked(v, right *version) {
	w := j.orderViolation(v.seen, right.seen[0], v.effect, v.cause, right.full)
	w.line = j.entryLocked(v.effect).line
	w.key = key{line: w.line}
	w.sentence += "; its sender had seen that one when it sent it"
	j.violateLocked(CausalOrder, w)
}

// orderViolation says in words and side by side that some saw the entry at a
// before that at b.
func (j *Judge) orderViolation(wrong []*Session, right *Session, a, b int64, agreed int) violation {
	sentence := fmt.Sprintf("%s got #%d %s before #%d %s", quote(wrong[0].name), a, j.nameOf(a), b, j.nameOf(b))
	if agreed > 0 {
		sentence += fmt.Sprintf("; %d had it the other way round", agreed)
	}
	v := violation{key: key{place: min(a, b), session: wrong[0]}, at: wrong[0], with: wrong[1:], place: min(a, b), agreed: agreed,
		sentence: sentence, sides: []Side{j.sideLocked(wrong[0], a, b)}}
	if right != wrong[0] {
		v.sides = append(v.sides, j.sideLocked(right, a, b))
	}
	return v
}

func (j *Judge) nameOf(place int64) string {
	if e := j.entryLocked(place); e != nil {
		return e.String()
	}
	return "(forgotten)"
}

// sideLocked gives what a session saw from just before the first of two
// entries to just after the second.
func (j *Judge) sideLocked(s *Session, a, b int64) Side {
	const around, most = 2, 12
	lo, hi := min(a, b), max(a, b)
	if w := j.windowOf(lo); w != nil {
		lo, hi = w.lo, max(hi, w.hi-1)
	}
	var seen []int64
	s.detours.walk(max(s.start, lo-around), min(s.c, hi+around+1), false, func(p int64) { seen = append(seen, p) })
	isOne := func(p int64) bool { return p == a || p == b }
	from := max(0, slices.IndexFunc(seen, isOne)-around)
	to := len(seen)
	for to > from && !isOne(seen[to-1]) {
		to--
	}
	seen = seen[from:min(len(seen), to+around)]
	side := Side{Chatter: s.Chatter, Name: s.name}
	for i, p := range seen {
		if skipped := len(seen) - most; skipped > 0 && i >= most/2 && i < most/2+skipped {
			if i == most/2 {
				side.Saw = append(side.Saw, fmt.Sprintf("… %d more …", skipped))
			}
			continue
		}
		side.Saw = append(side.Saw, fmt.Sprintf("#%d %s", p, j.nameOf(p)))
	}
	return side
}

// mistakenLocked says whether what a session saw of the entry at a place is a
// defect of its own: the entry should not have been, or is a join or leave of
// a name of which the session lacks another or had one too many.
func (j *Judge) mistakenLocked(s *Session, place int64) bool {
	if j.phantoms[place] || slices.Contains(s.mistaken, place) {
		return true
	}
	e := j.entryLocked(place)
	if e == nil || e.kind == wire.Line {
		return false
	}
	for _, m := range s.detours.missing {
		for p := m.lo; p < m.hi; p++ {
			if l := j.entryLocked(p); l != nil && l.kind == e.kind && l.name == e.name {
				return true
			}
		}
	}
	return false
}
