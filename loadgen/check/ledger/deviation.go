package ledger

import (
	"slices"
	"sort"
	"time"
)

// A session that sees an entry other than the next one jumps there. What it
// jumped is missing until it comes; when it comes, it came late. Both are kept
// as spans, so that one lost entry costs the same at whatever lag.

// Span is the places [Lo, Hi).
type Span struct{ Lo, Hi int64 }

// Deviation is entries [Lo, Hi) that a session saw in their order, all of them
// after the entry before place At.
type Deviation struct {
	Lo, Hi, At int64
	When       time.Duration // the first of them came
}

// Way is a session's way through the order, and how it deviates from it. The
// goroutine that observes owns it.
type Way struct {
	Bound    bool        // its join has a place; before, the rest means nothing
	Start    int64       // its span begins here: the place after its join
	Next     int64       // the place that comes next
	Missing  []Span      // jumped and not seen since, in rising order
	Late     []Deviation // seen since, in the order seen
	Mistaken []int64     // places of leaves that came early, and then once more

	filled, filledAt int64 // the last entry that came late, and Next at that time
}

// find returns which span of what is missing holds a place, if one does.
func (w *Way) find(place int64) (int, bool) {
	i := sort.Search(len(w.Missing), func(i int) bool { return w.Missing[i].Hi > place })
	return i, i < len(w.Missing) && w.Missing[i].Lo <= place
}

// Lacks reports whether a place is among those jumped and not seen since.
func (w *Way) Lacks(place int64) bool {
	_, missing := w.find(place)
	return missing
}

// fill takes a missing entry that comes now; false if it was not missing.
func (w *Way) fill(place int64) bool {
	i, ok := w.find(place)
	if !ok {
		return false
	}
	switch m := &w.Missing[i]; {
	case m.Lo+1 == m.Hi:
		w.Missing = slices.Delete(w.Missing, i, i+1)
	case place == m.Lo:
		m.Lo++
	case place == m.Hi-1:
		m.Hi--
	default:
		after := Span{place + 1, m.Hi}
		m.Hi = place
		w.Missing = slices.Insert(w.Missing, i+1, after)
	}
	w.filled, w.filledAt = place, w.Next
	return true
}

// came records a filled entry; true if that begins a span of its own.
func (w *Way) came(place int64, at time.Duration) bool {
	if n := len(w.Late); n > 0 && w.Late[n-1].Hi == place && w.Late[n-1].At == w.Next {
		w.Late[n-1].Hi++
		return false
	}
	w.Late = append(w.Late, Deviation{place, place + 1, w.Next, at})
	return true
}

// early reports whether the entry at a place was seen before a span that it
// stands after.
func (w *Way) early(place int64) bool {
	return slices.ContainsFunc(w.Late, func(l Deviation) bool { return l.Lo < place && l.At > place })
}

// LastSeen returns the place of the public entry that was seen last.
func (w *Way) LastSeen() int64 {
	if w.filledAt == w.Next {
		return w.filled
	}
	return w.Next - 1
}

// behind returns the place up to which all was seen that will be seen.
func (w *Way) behind() int64 {
	if len(w.Missing) > 0 {
		return w.LastSeen()
	}
	return w.Next - 1
}

// HadSeen reports whether the entry at a place had been seen when the session
// stood at next.
func (w *Way) HadSeen(place, next int64) bool {
	return w.Bound && place >= w.Start && place < next && !w.Lacks(place) && !slices.ContainsFunc(w.Late, func(l Deviation) bool {
		return l.Lo <= place && place < l.Hi && l.At >= next
	})
}

// Holds reports whether the entry at a place was seen.
func (w *Way) Holds(place int64) bool {
	return w.Bound && w.Start <= place && place < w.Next && !w.Lacks(place)
}

// LacksAny reports whether anything of [lo, hi) is missing.
func (w *Way) LacksAny(lo, hi int64) bool {
	i := sort.Search(len(w.Missing), func(i int) bool { return w.Missing[i].Hi > lo })
	return i < len(w.Missing) && w.Missing[i].Lo < hi
}

// Within returns what came late of [lo, hi).
func (w *Way) Within(lo, hi int64) []Deviation {
	var late []Deviation
	for _, l := range w.Late {
		if l.Lo >= lo && l.At <= hi {
			late = append(late, l)
		}
	}
	return late
}

// Walk calls f with the places [lo, hi) in the order in which they were seen.
// What was never seen is left out, or with all stands in its canonical place.
func (w *Way) Walk(lo, hi int64, all bool, f func(place int64)) {
	late := w.Within(lo, hi)
	off := make(map[int64]bool)
	for _, l := range late {
		for p := l.Lo; p < l.Hi; p++ {
			off[p] = true
		}
	}
	for p := lo; p <= hi; p++ {
		for ; len(late) > 0 && late[0].At == p; late = late[1:] { // they never fall
			for q := late[0].Lo; q < late[0].Hi; q++ {
				f(q)
			}
		}
		if p < hi && !off[p] && (all || !w.Lacks(p)) {
			f(p)
		}
	}
}
