package room

import "iter"

// Roster says who was present at one place of the order. It is a value that
// does not change and shares its memory with the room: taking one costs
// nothing, however many users there are, and reading one needs no lock.
type Roster struct {
	order []*Member
	place int64
	count int
	size  int
}

// Roster returns the roster of now.
func (r *Room) Roster() Roster {
	return Roster{order: r.order, place: r.place, count: r.Len(), size: r.size}
}

// Names returns the names in the order of their joins.
func (s Roster) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, m := range s.order {
			if left := m.left.Load(); left != 0 && left <= s.place {
				continue
			}
			if !yield(m.name) {
				return
			}
		}
	}
}

// Len returns the number of names.
func (s Roster) Len() int { return s.count }

// Size is about how many bytes the roster takes as a frame: exact but for
// characters in names that need escaping.
func (s Roster) Size() int { return s.size + len("[]\n") }

// entrySize returns what one name adds: its quotes and a comma.
func entrySize(name string) int { return len(name) + 3 }
