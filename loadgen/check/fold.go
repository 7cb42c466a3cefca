package check

import (
	"hash/maphash"
	"sync/atomic"
	"time"
)

// member is one stay in the room as the canonical order tells it.
type member struct {
	name  string
	place atomic.Int64 // of its join; -1 if it was there before the run
	left  atomic.Int64 // place of its leave, 0 while it is present
	was   *member      // the one who had the name before, while somebody may need to know

	// Guarded by Judge.mu.
	session *Session // whose stay it is, nil if not known or not of the run
	silent  bool     // its join was not told (yet): it is known by what it did since
	double  bool     // another had the name at its join
	sign    int64    // where it was first known of: its place, or before it where the join came late
	// of its leave: the measured lines before it, and when somebody first saw it
	leaveLines int64
	leaveSeen  time.Duration
	count      int    // members just after its join, and the sum of their names' hashes:
	hash       uint64 // what its snapshot must add up to
}

// present says whether the member is in the room just after a place.
func (m *member) present(place int64) bool {
	left := m.left.Load()
	return m.place.Load() <= place && (left == 0 || left > place)
}

// leaving says whether the member's owner has begun to leave.
func (m *member) leaving() bool { return m.session != nil && m.session.closing.Load() != 0 }

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
	m := &member{name: name, sign: place, was: f.byName[name], hash: f.hash}
	m.place.Store(place)
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
		if m.present(place) {
			f(m)
		}
	}
}

// only gives the member who alone ever had a name, nil if there is none.
func (f *fold) only(name string) *member {
	if m := f.byName[name]; m != nil && m.was == nil {
		return m
	}
	return nil
}

// leaver gives the member that a leave of a name is about: the one who had the
// name at a place if it is about to leave, else the latest who is, else the latest.
func (f *fold) leaver(name string, place int64) *member {
	if m := f.holder(name, place); m != nil && m.left.Load() == 0 && m.leaving() {
		return m
	}
	for m := f.byName[name]; m != nil; m = m.was {
		if m.left.Load() == 0 && m.leaving() {
			return m
		}
	}
	return f.now(name)
}

// unheard gives the member of a name whose join was not told yet and who had
// not left by a place, if any.
func (f *fold) unheard(name string, place int64) *member {
	for m := f.byName[name]; m != nil; m = m.was {
		if left := m.left.Load(); m.silent && (left == 0 || left > place) {
			return m
		}
	}
	return nil
}

// unclaimed gives the latest member of a name that no session is bound to and
// that fits; nil if there is none.
func (f *fold) unclaimed(name string, fits func(*member) bool) *member {
	for m := f.byName[name]; m != nil; m = m.was {
		if m.session == nil && fits(m) {
			return m
		}
	}
	return nil
}
