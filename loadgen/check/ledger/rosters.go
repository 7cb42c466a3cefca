package ledger

import (
	"hash/maphash"
	"slices"

	"chatsim/manager/wire"
)

// Some servers tell who is there by whole rosters only (WholeRosters). Such a
// roster is state: it comes some time after a change, or after several, and has
// no place among the lines. The order then holds lines alone; a session's span
// begins with the first that it gets.

// Listing is a roster as a server told it, shared by those who were told the
// same.
type Listing struct {
	Names map[string]int // how often each stands in it
	size  int            // bytes as JSON
	sum   uint64         // of the names in their order

	// What the one before had beside, for the one who asked last: most go from
	// the same to the same.
	before uint64 // its sum
	gone   []string
}

// lacks returns the names that another one has and this one has not.
func (r *Listing) lacks(other *Listing) []string {
	if r.before != other.sum {
		r.before, r.gone = other.sum, nil
		for name := range other.Names {
			if r.Names[name] == 0 {
				r.gone = append(r.gone, name)
			}
		}
		slices.Sort(r.gone)
	}
	return r.gone
}

func (r *Listing) bytes() int {
	if r == nil {
		return 0
	}
	return r.size
}

// cut reports whether the roster may lack a name for want of room.
func (r *Listing) cut(name string) bool {
	return r.size <= wire.RawMax && r.size+len(name)+len(`,""`) > wire.RawMax
}

// listings are the rosters that sessions were told lately, by their sums.
type listings map[uint64]*Listing

// listingsKept bounds those that are shared with whoever is told the same later.
const listingsKept = 64

// of returns the roster of these names, and whether it is a new one.
func (ls *listings) of(names [][]byte) (r *Listing, fresh bool) {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, n := range names {
		_, _ = h.Write(n)
		_ = h.WriteByte('\n')
	}
	sum := h.Sum64()
	if r := (*ls)[sum]; r != nil {
		return r, false
	}
	if *ls == nil || len(*ls) >= listingsKept {
		*ls = make(listings)
	}
	r = &Listing{Names: make(map[string]int, len(names)), size: 1, sum: sum}
	for _, n := range names {
		r.Names[string(n)]++
		r.size += len(n) + len(`,""`)
	}
	(*ls)[sum] = r
	return r, true
}

// RosterFaults calls f, for each roster that is a session's last one, with the
// sessions that should be in it and are not, and with gone for those that are
// and should not be. It ends when f is false.
func (l *Ledger) RosterFaults(f func(of []*Session, who *Session, gone bool) bool) {
	var lists []*Listing
	var here, gone []*Session
	told, present, absent := make(map[*Listing][]*Session), make(map[string]bool), make(map[string]int)
	for _, s := range l.sessions {
		switch kind, _ := s.Left(); {
		case s.whole == nil:
		case kind != Stays:
			i, again := absent[s.name]
			if again {
				gone[i] = s
				continue
			}
			absent[s.name] = len(gone)
			gone = append(gone, s)
		case !s.Over():
			present[s.name] = true
			here = append(here, s)
			if told[s.whole] == nil {
				lists = append(lists, s.whole)
			}
			told[s.whole] = append(told[s.whole], s)
		}
	}
	for _, r := range lists {
		for _, s := range here {
			if r.Names[s.name] == 0 && !r.cut(s.name) && !f(told[r], s, false) {
				return
			}
		}
		for _, s := range gone {
			if r.Names[s.name] > 0 && !present[s.name] && !f(told[r], s, true) {
				return
			}
		}
	}
}

// Converged reports whether, where rosters are all that is told of who is
// there, everybody's last one is right.
func (l *Ledger) Converged() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	right := true
	l.RosterFaults(func([]*Session, *Session, bool) bool {
		right = false
		return false
	})
	return right
}
