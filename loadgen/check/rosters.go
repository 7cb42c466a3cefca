package check

import (
	"hash/maphash"
	"slices"
	"time"

	"chatsim/manager/wire"
)

// Some servers tell who is there by whole rosters only (Config.Rosters). Such a
// roster is state: it comes some time after a change, or after several, and has
// no place among the lines. The canonical order then holds lines alone; a
// session's slice begins with the first that it gets. Of joins and leaves, what
// can be said is that no roster may hold a name twice, and that at the end
// everybody's last one names whoever is there and nobody who has left.

// listing is a roster as a server told it, shared by those who were told the same.
type listing struct {
	names map[string]int
	size  int    // bytes as JSON
	sum   uint64 // of the names in their order

	// What the one before had beside, for the one who asked last: most go from
	// the same to the same.
	before uint64 // its sum
	gone   []string
}

// lacks gives the names that another one has and this one has not.
func (r *listing) lacks(other *listing) []string {
	if r.before != other.sum {
		r.before, r.gone = other.sum, nil
		for name := range other.names {
			if r.names[name] == 0 {
				r.gone = append(r.gone, name)
			}
		}
		slices.Sort(r.gone)
	}
	return r.gone
}

func (r *listing) bytes() int {
	if r == nil {
		return 0
	}
	return r.size
}

// cut says whether the roster may lack a name for want of room.
func (r *listing) cut(name string) bool {
	return r.size <= wire.RawMax && r.size+len(name)+len(`,""`) > wire.RawMax
}

// rostersKept bounds those that are shared with whoever is told the same later.
const rostersKept = 64

func hashNames(names [][]byte) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, n := range names {
		_, _ = h.Write(n)
		_ = h.WriteByte('\n')
	}
	return h.Sum64()
}

// rosterLocked gives the roster of these names, and whether it is a new one.
func (j *Judge) rosterLocked(names [][]byte, sum uint64) (r *listing, fresh bool) {
	if r := j.rosters[sum]; r != nil {
		return r, false
	}
	if len(j.rosters) >= rostersKept {
		j.rosters = nil
	}
	if j.rosters == nil {
		j.rosters = make(map[uint64]*listing)
	}
	r = &listing{names: make(map[string]int, len(names)), size: 1, sum: sum}
	for _, n := range names {
		r.names[string(n)]++
		r.size += len(n) + len(`,""`)
	}
	j.rosters[sum] = r
	return r, true
}

// observeWhole takes a roster where there is nothing else. The first one lets
// the session into the room.
func (s *Session) observeWhole(names [][]byte, at time.Duration) {
	j := s.judge
	s.tally.joins++
	sum := hashNames(names)
	j.mu.Lock()
	defer j.mu.Unlock()
	last := s.whole
	r, fresh := j.rosterLocked(names, sum)
	s.whole = r
	if fresh {
		j.twiceLocked(s, r, names)
	}
	if last != nil {
		for _, name := range r.lacks(last) {
			if m := j.fold.byName[name]; m != nil {
				s.knowsOf(m.session, at)
			}
		}
		return
	}
	s.hasRoster = true
	s.sentBefore[1], s.refusedBefore = j.publicSent, j.publicRefused.Load()
	if j.cfg.Level < Count {
		s.bindLocked(j.fold.join(s.name, j.order.len-1))
	}
	s.bound = j.cfg.Level >= Count || j.totals.sent == 0 // nothing can be before its first line
	s.joined.Store(true)
}

// twiceLocked judges a roster that has a name more than once.
func (j *Judge) twiceLocked(s *Session, r *listing, names [][]byte) {
	for _, name := range names {
		if n := r.names[string(name)]; n > 1 {
			j.tainted[string(name)] = true
			j.violateLocked(NameUniqueness, violation{key: key{text: "name " + string(name)}, at: s,
				sentence: "a roster has the name " + quote(string(name)) + " " + itoa(n) + " times"})
		}
	}
}

// settleFirst begins the slice of a session with the first line that it got, as
// soon as somebody who has been there for longer has given that a place: there
// may have been others before it. At last, the slice begins as things are.
func (s *Session) settleFirst(at time.Duration, last bool) {
	j := s.judge
	if s.bound || s.whole == nil {
		return
	}
	first := int64(-1)
	for i := range s.queue {
		w := &s.queue[i].word
		if w.line.Private() {
			continue
		}
		if w.line.place.Load() < 0 && last {
			j.place(s, w, at)
		}
		if first = w.line.place.Load(); first < 0 && !last {
			return
		}
		if first >= s.floor { // else it is from before its own join
			break
		}
	}
	if first < s.floor {
		if !last {
			return
		}
		first = s.member.place.Load() + 1
	}
	s.begins(first)
	s.replay(at)
}

// begins sets the place at which the session's slice begins.
func (s *Session) begins(place int64) {
	j := s.judge
	j.mu.Lock()
	s.startLines = j.order.linesBefore(place)
	j.mu.Unlock()
	s.start, s.c, s.marked, s.bound = place, place, place, true
}

// rosterFaultsLocked gives, for each roster that is somebody's last one, those
// who should be in it and are not, and with gone those who are and should not
// be. It ends when f is false.
func (j *Judge) rosterFaultsLocked(f func(of []*Session, who *Session, gone bool) bool) {
	var lists []*listing
	var here, gone []*Session
	told, present, absent := make(map[*listing][]*Session), make(map[string]bool), make(map[string]int)
	for _, s := range j.sessions {
		switch kind, _ := s.left(); {
		case s.whole == nil:
		case kind != Stays:
			i, again := absent[s.name]
			if again {
				gone[i] = s
				continue
			}
			absent[s.name] = len(gone)
			gone = append(gone, s)
		case !s.ended.Load():
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
			if r.names[s.name] == 0 && !r.cut(s.name) && !f(told[r], s, false) {
				return
			}
		}
		for _, s := range gone {
			if r.names[s.name] > 0 && !present[s.name] && !f(told[r], s, true) {
				return
			}
		}
	}
}

// Converged says, where rosters are all that is told of who is there, that
// everybody's last one is right.
func (j *Judge) Converged() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	right := true
	j.rosterFaultsLocked(func([]*Session, *Session, bool) bool {
		right = false
		return false
	})
	return right
}

// rosters judges everybody's last roster.
func (e *ending) rosters() {
	j := e.judge
	j.rosterFaultsLocked(func(of []*Session, who *Session, gone bool) bool {
		for _, s := range of {
			v := violation{key: key{session: who}, at: s, with: []*Session{who}, place: j.order.len, implied: e.silent || e.Advancing || e.stalled[s]}
			if gone {
				kind, at := who.left()
				v.sentence = quote(who.name) + " left by " + kind.String() + " " + at.Round(time.Millisecond).String() + " into the run, but rosters hold it to the end"
				j.violateLocked(LeaveCompleteness, v)
			} else {
				v.sentence = "the last roster lacks " + quote(who.name) + ", who is there"
				j.violateLocked(RosterAccuracy, v)
			}
		}
		return true
	})
	for _, s := range j.sessions {
		if kind, _ := s.left(); s.whole != nil && kind == Stays {
			s.tally.snapshots++
		}
	}
}
