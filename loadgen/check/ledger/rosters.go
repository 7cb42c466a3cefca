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

// observeWhole takes a roster where there is nothing else. The first one lets
// the session into the room.
func (st start) observeWhole(names [][]byte) {
	st.Totals.Joins++
	for _, of := range st.tellWhole(names) {
		st.knowsOf(of, st.at)
	}
}

// tellWhole is observeWhole but for what it learns: who has left.
func (st start) tellWhole(names [][]byte) (left []*Session) {
	s, l := st.Session, st.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	last := s.whole
	r, fresh := l.listings.of(names)
	s.whole = r
	if fresh {
		l.twiceLocked(s, r, names)
	}
	if last != nil {
		for _, name := range r.lacks(last) {
			if m := l.members.byName[name]; m != nil {
				left = append(left, m.Session)
			}
		}
		return left
	}
	st.admitLocked()
	if l.cfg.Level < Count {
		s.bindLocked(l.members.join(s.name, l.order.len-1))
	}
	s.Bound = l.cfg.Level >= Count || l.totals.Sent == 0 // nothing can be before its first line
	return nil
}

// twiceLocked records the names that a roster holds more than once.
func (l *Ledger) twiceLocked(s *Session, r *Listing, names [][]byte) {
	for _, n := range names {
		if name := string(n); r.Names[name] > 1 {
			l.doubted[name] = true
			l.emitLocked(Fact{Kind: RosterNameTwice, At: s, Text: name, Times: r.Names[name]})
		}
	}
}

// fromFirstLine begins the span of a session with the first line that it got,
// as soon as a session that has been there for longer has given that a place:
// there may have been others before it.
func (st start) fromFirstLine() {
	s := st.Session
	if s.Bound || s.whole == nil {
		return
	}
	first := int64(-1)
	for i := range s.waiting {
		w := &s.waiting[i]
		if w.line.Private() {
			continue
		}
		if w.line.Place() < 0 && st.last {
			w.place()
		}
		if first = w.line.Place(); first < 0 && !st.last {
			return
		}
		if first >= s.floor { // else it is from before its own join
			break
		}
	}
	if first < s.floor {
		if !st.last {
			return
		}
		first = s.Member.Joined() + 1
	}
	l := s.ledger
	l.mu.Lock()
	first = st.dueLocked(first)
	st.startLines = l.order.linesBefore(first)
	l.mu.Unlock()
	st.begin(first)
	st.replay()
}

// RosterFaults calls f, for each roster that is a session's last one, with the
// sessions that should be in it and are not, and with gone for those that are
// and should not be. It ends when f is false.
func (l *Ledger) RosterFaults(f func(of []*Session, who *Session, gone bool) bool) {
	here, gone := l.hereAndGone()
	var lists []*Listing
	told := make(map[*Listing][]*Session)
	for _, s := range here {
		if told[s.whole] == nil {
			lists = append(lists, s.whole)
		}
		told[s.whole] = append(told[s.whole], s)
	}
	for _, r := range lists {
		for _, s := range here {
			if r.Names[s.name] == 0 && !r.cut(s.name) && !f(told[r], s, false) {
				return
			}
		}
		for _, s := range gone {
			if r.Names[s.name] > 0 && !f(told[r], s, true) {
				return
			}
		}
	}
}

// hereAndGone returns the sessions that are in the room, where whole rosters tell who
// is, and the last session of each name that is not.
func (l *Ledger) hereAndGone() (here, gone []*Session) {
	present, absent := make(map[string]bool), make(map[string]int)
	for _, s := range l.sessions {
		switch i, again := absent[s.name]; {
		case s.whole == nil || s.PutOut():
		case s.Stays():
			present[s.name] = true
			here = append(here, s)
		case again:
			gone[i] = s
		default:
			absent[s.name] = len(gone)
			gone = append(gone, s)
		}
	}
	return here, slices.DeleteFunc(gone, func(s *Session) bool { return present[s.name] })
}

// Converged reports whether, where rosters are all that is told of who is
// there, everybody's last one is right, but for those who do not read.
func (l *Ledger) Converged(unread ...*Session) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	right := true
	l.RosterFaults(func(of []*Session, _ *Session, _ bool) bool {
		right = !slices.ContainsFunc(of, func(s *Session) bool { return !slices.Contains(unread, s) })
		return right
	})
	return right
}

// dueLocked returns where the span of a session begins that got the line at first
// first. Where nobody is told of joins, a line that was sent when the session was
// in is due all the same.
func (st start) dueLocked(first int64) int64 {
	l := st.ledger
	if l.cfg.Capabilities.Views != NoViews {
		return first
	}
	for first > st.floor {
		e := l.order.current(first - 1)
		if e == nil || e.Line == nil || e.Line.Actual < st.entered {
			break
		}
		first--
	}
	return first
}
