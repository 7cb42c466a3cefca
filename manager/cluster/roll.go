package cluster

import (
	"maps"
	"slices"
	"time"
)

const (
	maxFenced  = 4096 // lives that are remembered
	maxAddress = 512  // bytes of an address
	maxKnown   = 128  // addresses that are remembered
)

// roll is the lives of the room's Managers: those that go on, and those that are over.
type roll struct {
	own     ID     // of this Manager
	address string // where its users find it, as the others tell theirs; empty: they do not
	alive   map[ID]*life
	fenced  map[ID]uint64 // and the place at which each was
	moves   uint64        // of what others returns, at least
	known   []string      // addresses of lives, also of those that are over, in the order in which they were told
}

// life is what is known of a Manager.
type life struct {
	next   uint64 // number of its next request
	last   uint64 // place of its last one
	silent time.Duration
	speaks byte // newest version of the protocol
	lag
	address string // where its users find it; empty: it has not said
}

func newRoll(address string) roll {
	return roll{address: address, alive: make(map[ID]*life), fenced: make(map[ID]uint64)}
}

// begun reports whether this Manager's life has begun for all.
func (r *roll) begun() bool { return r.alive[r.own] != nil }

// ids returns the lives that go on, in one order for all Managers.
func (r *roll) ids() []ID { return slices.SortedFunc(maps.Keys(r.alive), compareIDs) }

// forget has nobody be known but by address.
func (r *roll) forget() {
	r.moves++
	clear(r.alive)
	clear(r.fenced)
}

// born has a life begin, by the fields of its hello, behind so many bytes of the stream.
func (r *roll) born(id ID, fields []byte, sum uint64) *life {
	l := &life{next: 1, speaks: byte(min(findUint(fields, speaksField, oldest), 255))}
	l.applied = min(findUint(fields, appliedField, sum), sum)
	r.alive[id] = l
	return l
}

// fence has what still comes of a life be ignored, and forgets who was fenced first of
// too many.
func (r *roll) fence(id ID, place uint64) {
	r.moves++
	r.fenced[id] = place
	if len(r.fenced) > maxFenced {
		oldest := id
		for f, at := range r.fenced {
			if at < r.fenced[oldest] {
				oldest = f
			}
		}
		delete(r.fenced, oldest)
	}
}

// Where the users of a Manager find it is told by each hello and heartbeat: for clients
// that come back at another Manager. It is no part of the room.

// others returns where the users of the other Managers that live find those, sorted.
func (r *roll) others() (addresses []string) {
	for id, l := range r.alive {
		if id != r.own && l.address != "" && l.address != r.address {
			addresses = append(addresses, l.address)
		}
	}
	slices.Sort(addresses)
	return slices.Compact(addresses)
}

// reach takes in what a life says of itself.
func (r *roll) reach(from ID, fields []byte) {
	if address := findAddress(fields); address != "" && address != r.alive[from].address {
		r.alive[from].address = address
		r.moves++
		r.know(address)
	}
}

// know remembers an address, and forgets the one that was told first of too many.
func (r *roll) know(address string) {
	if slices.Contains(r.known, address) {
		return
	}
	r.known = append(slices.Clip(r.known), address) // others have what it was
	r.known = r.known[max(0, len(r.known)-maxKnown):]
}

// save puts all of them into a snapshot, equal ones in equal bytes.
func (r *roll) save(s *snapshot) {
	for _, id := range r.ids() {
		l := r.alive[id]
		s.Lives = append(s.Lives, savedLife{id, l.next, l.last, l.speaks, l.applied, l.address})
	}
	for _, id := range slices.SortedFunc(maps.Keys(r.fenced), compareIDs) {
		s.Fenced = append(s.Fenced, savedLife{ID: id, Last: r.fenced[id]})
	}
	s.Known = r.known
}

// restore takes all of them out of a snapshot.
func (r *roll) restore(s *snapshot) {
	for _, l := range s.Lives {
		r.alive[l.ID] = &life{next: l.Next, last: l.Last, speaks: max(l.Speaks, oldest), lag: lag{applied: l.Applied}, address: l.Address}
	}
	for _, l := range s.Fenced {
		r.fenced[l.ID] = l.Last
	}
	r.moves++
	for _, address := range s.Known {
		r.know(address)
	}
}

func compareIDs(a, b ID) int { return slices.Compare(a[:], b[:]) }
