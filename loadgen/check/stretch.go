package check

import (
	"slices"
	"sort"
)

// A session that sees an entry other than the next one jumps there. What it
// jumped is missing until it comes; when it comes, it came late. Both are kept
// as stretches, so that one lost entry costs the same at whatever lag.

// stretch is the places [lo, hi).
type stretch struct{ lo, hi int64 }

// late is entries [lo, hi) that a session saw in their order, all of them
// after the entry before place at.
type late struct{ lo, hi, at int64 }

// detours is how a session's way through the order deviates from it.
type detours struct {
	missing []stretch // jumped and not seen since, in rising order
	late    []late    // seen since, in the order seen
}

// jump notes that [lo, hi) has not been seen although hi is.
func (d *detours) jump(lo, hi int64) {
	d.missing = append(d.missing, stretch{lo, hi})
}

// lacks says whether a place is among those jumped and not seen since, and which.
func (d *detours) lacks(place int64) (int, bool) {
	i := sort.Search(len(d.missing), func(i int) bool { return d.missing[i].hi > place })
	return i, i < len(d.missing) && d.missing[i].lo <= place
}

// fill takes a missing entry that comes now; false if it was not missing.
func (d *detours) fill(place int64) bool {
	i, ok := d.lacks(place)
	if !ok {
		return false
	}
	switch m := &d.missing[i]; {
	case m.lo+1 == m.hi:
		d.missing = append(d.missing[:i], d.missing[i+1:]...)
	case place == m.lo:
		m.lo++
	case place == m.hi-1:
		m.hi--
	default:
		d.missing = append(d.missing, stretch{})
		copy(d.missing[i+1:], d.missing[i:])
		d.missing[i].hi, d.missing[i+1].lo = place, place+1
	}
	return true
}

// came notes a filled entry; true if that begins a stretch of its own.
func (d *detours) came(place, at int64) bool {
	if n := len(d.late); n > 0 && d.late[n-1].hi == place && d.late[n-1].at == at {
		d.late[n-1].hi++
		return false
	}
	d.late = append(d.late, late{place, place + 1, at})
	return true
}

// early says whether the entry at a place was seen before a stretch that it
// stands after.
func (d *detours) early(place int64) bool {
	return slices.ContainsFunc(d.late, func(r late) bool { return r.lo < place && r.at > place })
}

// had says whether the entry at a place had been seen when the session stood at c.
func (d *detours) had(place, c int64) bool {
	_, missing := d.lacks(place)
	return !missing && place < c && !slices.ContainsFunc(d.late, func(r late) bool {
		return r.lo <= place && place < r.hi && r.at >= c
	})
}

// lacksAny says whether anything of [lo, hi) is missing.
func (d *detours) lacksAny(lo, hi int64) bool {
	i := sort.Search(len(d.missing), func(i int) bool { return d.missing[i].hi > lo })
	return i < len(d.missing) && d.missing[i].lo < hi
}

// within gives what came late of a window.
func (d *detours) within(w *window) []late {
	var runs []late
	for _, r := range d.late {
		if r.lo >= w.lo && r.at <= w.hi {
			runs = append(runs, r)
		}
	}
	return runs
}

// walk gives the places [lo, hi) in the order in which the session saw them.
// What it never saw is left out, or with all stands in its canonical place.
func (d *detours) walk(lo, hi int64, all bool, f func(place int64)) {
	runs := d.within(&window{lo: lo, hi: hi})
	off := make(map[int64]bool)
	for _, r := range runs {
		for p := r.lo; p < r.hi; p++ {
			off[p] = true
		}
	}
	for p := lo; p <= hi; p++ {
		for ; len(runs) > 0 && runs[0].at == p; runs = runs[1:] { // they never fall
			for q := runs[0].lo; q < runs[0].hi; q++ {
				f(q)
			}
		}
		if p == hi || off[p] {
			continue
		}
		if _, missing := d.lacks(p); all || !missing {
			f(p)
		}
	}
}
