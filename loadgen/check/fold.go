package check

import (
	"hash/maphash"
	"strconv"
	"strings"
	"sync/atomic"
)

// member is one stay in the room as the canonical order tells it.
type member struct {
	name  string
	place int64        // of its join; -1 if it was there before the run
	left  atomic.Int64 // place of its leave, 0 while it is present
	was   *member      // the one who had the name before, while somebody may need to know

	// Guarded by Judge.mu.
	session *Session // whose stay it is, nil if not known or not of the run
	count   int      // members just after its join, and the sum of their names' hashes:
	hash    uint64   // what its snapshot must add up to
}

// present says whether the member is in the room just after a place.
func (m *member) present(place int64) bool {
	left := m.left.Load()
	return m.place <= place && (left == 0 || left > place)
}

// fold is the roster at the end of the canonical order so far.
type fold struct {
	log    []*member // in join order; a leave only marks its member
	gone   int
	byName map[string]*member
	hash   uint64
}

func newFold() fold { return fold{byName: make(map[string]*member)} }

var seed = maphash.MakeSeed()

func hashName(name []byte) uint64 { return maphash.Bytes(seed, name) }

func (f *fold) join(name string, place int64) *member {
	f.hash += hashName([]byte(name))
	m := &member{name: name, place: place, was: f.byName[name], hash: f.hash}
	f.log = append(f.log, m)
	f.byName[name] = m
	m.count = len(f.log) - f.gone
	return m
}

func (f *fold) leave(m *member, place int64, horizon int64) {
	m.left.Store(place)
	f.gone++
	f.hash -= hashName([]byte(m.name))
	for w := m; w.was != nil; w = w.was {
		if left := w.was.left.Load(); left != 0 && left < horizon {
			w.was = nil
			break
		}
	}
	if f.gone > 64 && f.gone > len(f.log)/2 {
		f.compact(horizon)
	}
}

// compact makes a new log without those who left before horizon; whoever walks
// the old one keeps it.
func (f *fold) compact(horizon int64) {
	var log []*member
	for _, m := range f.log {
		if left := m.left.Load(); left == 0 || left >= horizon {
			log = append(log, m)
		} else {
			f.gone--
			if f.byName[m.name] == m {
				delete(f.byName, m.name)
			}
		}
	}
	f.log = log
}

// now gives the member who has a name at the end of the order.
func (f *fold) now(name string) *member {
	for m := f.byName[name]; m != nil; m = m.was {
		if m.left.Load() == 0 {
			return m
		}
	}
	return nil
}

// holder gives the member who has a name just after a place.
func (f *fold) holder(name string, place int64) *member {
	for m := f.byName[name]; m != nil; m = m.was {
		if m.present(place) {
			return m
		}
	}
	return nil
}

// roster walks those who are present just after a place, in join order.
func roster(log []*member, place int64, f func(*member)) {
	for _, m := range log {
		if m.place > place {
			return
		}
		if m.present(place) {
			f(m)
		}
	}
}

// suffixOK says whether a newcomer who asked for base and was called name got
// what the others' names at its place leave: base if it is free, else the
// smallest free suffix from 2. It gives the name that was due.
func suffixOK(log []*member, self *member, base string) (due string, ok bool) {
	taken := make([]bool, len(log)+3) // the smallest free one is among the first len+1
	baseTaken := false
	roster(log, self.place, func(m *member) {
		if m == self || !strings.HasPrefix(m.name, base) {
			return
		}
		if len(m.name) == len(base) {
			baseTaken = true
		} else if k, err := strconv.Atoi(m.name[len(base):]); err == nil && m.name[len(base)] >= '1' && k < len(taken) {
			taken[k] = true
		}
	})
	if !baseTaken {
		return base, self.name == base
	}
	k := 2
	for taken[k] {
		k++
	}
	due = base + strconv.Itoa(k)
	return due, self.name == due
}
