package ledger

import (
	"slices"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// A join entry names a name, not a chatter. It is bound to the session that
// was welcomed by that name and whose roster adds up to the members just after
// the entry; where a server's rosters are wrong, by what the session sees next.

// entrance is how a session came into the room.
type entrance struct {
	Member     *Member       // nil until its join has a place
	Welcomed   string        // the name of its welcome, if the room calls it by another
	listed     string        // the last name of its roster, if that is another
	entered    time.Duration // its first roster came
	HasRoster  bool
	count      int32  // the members of its snapshot, and the sum of their names' hashes
	hash       uint64 //
	startLines int64  // measured lines before its span

	whole      *Listing // its last roster, where there is nothing else
	falseLeave int64    // place of a leave that was told although it had not left, +1
}

// fits reports whether a session's snapshot adds up to the members just after
// m's join.
func (m *Member) fits(s *Session) bool {
	return s.HasRoster && s.name == m.Name && m.Joined() >= s.floor && m.count == s.count && m.hash == s.hash
}

// start is the beginning of a session's span, as far as it is known.
type start struct {
	*Session
	at   time.Duration
	last bool // nothing more will be known: the span begins as things are
}

// first takes the snapshot that comes with the welcome.
func (st start) first(names [][]byte) {
	s, l := st.Session, st.ledger
	hash, size := uint64(0), len(names)
	for _, name := range names {
		size += len(name)
	}
	s.snapshot = make([]byte, 0, size)
	for _, name := range names {
		hash += hashName(name)
		s.snapshot = append(append(s.snapshot, name...), '\n')
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	st.admitLocked()
	if n := len(names); !l.cfg.Capabilities.Sets && n > 0 {
		if last := string(names[n-1]); last != s.name {
			s.listed = last
		}
		l.aheadLocked(names)
	}
	s.count, s.hash = int32(len(names)), hash
	if l.cfg.Level >= Count {
		s.Bound, s.snapshot = true, nil
		s.Next, s.marked = l.order.len, l.order.len
		return
	}
	if l.order.len == 0 && len(l.members.log) == 0 {
		st.firstLocked(names)
		return
	}
	if s.Member == nil {
		if m := l.members.unclaimed(s.name, func(m *Member) bool { return m.fits(s) }); m != nil && !l.arrivals.contested(m) {
			s.bindLocked(m)
		}
	}
}

// maxAhead bounds the names that the first roster may turn out to lack, and
// aheadRosters how many others it is compared with.
const (
	maxAhead     = 64
	aheadRosters = 8
)

// aheadLocked takes those in whom two rosters have stand before the session that
// came first, although its own roster lacks them: they were there before it.
func (l *Ledger) aheadLocked(names [][]byte) {
	if l.first == nil || l.compared == aheadRosters {
		return
	}
	l.compared++
	for _, n := range names {
		name := string(n)
		if name == l.first.name || len(l.ahead) == maxAhead {
			return
		}
		if l.members.byName[name] != nil {
			continue
		}
		if l.ahead[name]++; l.ahead[name] == 2 {
			l.members.wasThere(name)
			l.emitLocked(Fact{Kind: FirstLacks, At: l.first, Session: l.first, Place: -1, Text: name, Came: Came{Name: l.first.name}})
		}
	}
}

// admitLocked records that the session knows who is there: it may send.
func (st start) admitLocked() {
	s := st.Session
	s.HasRoster, s.entered = true, st.at
	s.before[1], s.sending.refused = s.ledger.publicSent, s.ledger.publicRefused.Load()
	s.ledger.totals.Asked++
	s.joined.Store(true)
	if s.ledger.cfg.Level >= Count { // nothing is bound
		s.ledger.entersLocked()
	}
}

// firstLocked starts the order with the join of the first session; whoever is
// in its snapshot was there before the run.
func (st start) firstLocked(names [][]byte) {
	s, l := st.Session, st.ledger
	among := func(name string) bool {
		return slices.ContainsFunc(names, func(n []byte) bool { return string(n) == name })
	}
	if s.listed != "" && s.Asked != "" && s.Asked != s.name && !among(s.name) && strings.HasPrefix(s.listed, s.Asked) {
		st.calledLocked(s.listed)
	}
	for _, name := range names {
		if string(name) != s.name {
			l.arrivals.arriveLocked(l.members.join(string(name), -1))
		}
	}
	l.first = s
	m := l.members.join(s.name, 0)
	l.order.append(Entry{Kind: wire.Join, Name: s.name, Member: m, By: s, At: st.at})
	s.bindLocked(m)
}

// calledLocked records that the room knows the session by another name than its
// welcome has.
func (st start) calledLocked(name string) {
	s := st.Session
	s.Welcomed, s.name = s.name, name
	s.namedLocked()
	s.ledger.emitLocked(Fact{Kind: Miscalled, At: s, Session: s, Text: s.Welcomed, Came: Came{Name: name}})
}

// bindLocked makes m the session's stay. One that is over is settled by whoever
// places entries: its own goroutine does not come back.
func (s *Session) bindLocked(m *Member) {
	l := s.ledger
	if s.home != nil {
		s.standsForLocked(m)
		return
	}
	if s.Member == nil && m.Left() == 0 {
		l.entersLocked()
	}
	if s.Member == nil && !s.Over() {
		l.here++
	}
	s.Member, m.Session = m, s
	delete(l.arrivals.waiting, s)
	if s.Over() && !s.Bound {
		l.arrivals.over = append(l.arrivals.over, s)
	}
	if m.Left() != 0 {
		l.checkLeaveLocked(m)
	}
}

// entersLocked counts a session that is in the room.
func (l *Ledger) entersLocked() {
	l.bound++
	l.atOnce = max(l.atOnce, l.bound)
}

// checkLeaveLocked looks whether a leave was told of a session that had not
// begun to.
func (l *Ledger) checkLeaveLocked(m *Member) {
	of := m.Session
	if kind, at := of.Left(); (kind == Stays && !of.Over() || at > m.leaveSeen) && !of.evicted() {
		of.falseLeave = m.Left() + 1
		l.doubted[m.Name], l.retracted[m.Left()] = true, true
	}
}

// settle is called by the observing goroutine, or for a stay that is over by
// whoever has placed its join: the session's span begins, what it had seen so
// far is looked at again, and its snapshot is compared.
func (st start) settle() {
	s, l := st.Session, st.ledger
	if l.cfg.Capabilities.Views != Ordered {
		st.fromFirstLine()
		return
	}
	l.mu.Lock()
	if s.Member == nil {
		st.claimLocked()
	}
	if s.Member == nil && st.last {
		m := l.members.now(s.name)
		if m == nil || m.Session != nil {
			m = st.listedLocked()
		}
		if m != nil {
			s.bindLocked(m)
		}
	}
	if s.Member == nil || s.Bound || !st.findLocked() && !st.last {
		l.mu.Unlock()
		return
	}
	m, log := s.Member, l.members.log
	if m.Name != s.name {
		st.calledLocked(m.Name)
	}
	s.startLines = l.order.linesBefore(s.Start)
	l.mu.Unlock()
	st.begin(s.Start)
	st.compareSnapshot(log, m)
	st.replay()
}

// begin begins the span at a place.
func (st start) begin(place int64) {
	st.Start, st.Next, st.marked, st.Bound = place, place, place, true
}

// replay has what the session had seen so far take its place.
func (st start) replay() {
	list := st.waiting
	st.waiting = nil
	for i := range list {
		if w := &list[i]; w.line != nil && w.line.Private() {
			w.takePrivate()
		} else {
			w.step()
		}
	}
	st.Flush(st.at)
}

// claimLocked binds a session whose snapshot fits no join by the first line
// that it saw: its join is the last one of its name before that.
func (st start) claimLocked() {
	for i := st.lead(); i < len(st.waiting); i++ {
		w := &st.waiting[i]
		if w.line == nil || w.line.Private() {
			continue
		}
		p := w.line.Place()
		if p < 0 {
			return
		}
		m := st.ledger.members.unclaimed(st.name, func(m *Member) bool { return m.Joined() >= st.floor && m.present(p) })
		if m == nil {
			m = st.listedLocked()
		}
		if m != nil {
			st.bindLocked(m)
			return
		}
	}
}

// listedLocked returns the member whose join fits the session's roster, by its
// last name: that is the newcomer's, whatever the welcome says. It is nil if
// there is none.
func (st start) listedLocked() *Member {
	s := st.Session
	if s.listed == "" {
		return nil
	}
	return s.ledger.members.unclaimed(s.listed, func(m *Member) bool {
		return m.Joined() >= s.floor && m.count == s.count && m.hash == s.hash
	})
}

// findLocked finds where the session's span begins: after its join, or where
// it first saw something if that stands before. It is false if that is not
// clear yet: of joins and leaves alone, there may have been others.
func (st start) findLocked() bool {
	st.Start = st.Member.Joined() + 1
	if i := st.lead(); i < len(st.waiting) {
		w := &st.waiting[i]
		if p := w.line.Place(); p >= 0 {
			st.beforeLocked(w, st.behindLocked(st.waiting[:i], p))
		}
		return true
	}
	e := st.ledger.order.current(st.Start)
	return st.others == 0 || e == nil || e.is(&st.waiting[st.firstOther])
}

// behindLocked returns the place of the first of some sightings that stand just
// before a place, but for those that have none.
func (st start) behindLocked(list []sighting, place int64) int64 {
	for i := len(list) - 1; i >= 0; i-- {
		if e := st.ledger.order.current(place - 1); list[i].line == nil && e != nil && e.is(&list[i]) {
			place--
		}
	}
	return place
}

// beforeLocked corrects the start by the place of what the session saw first:
// its join is the last one of its name before that.
func (st start) beforeLocked(w *sighting, place int64) {
	l, m := st.ledger, st.Member
	if o := l.members.holder(st.name, place-1); o != nil && o != m && o.Session == nil && m.Left() != 0 && m.Left() < o.Joined() {
		m.Session = nil
		st.bindLocked(o)
		m = o
		st.Start = m.Joined() + 1
	}
	if join := m.Joined(); place <= join && !m.Unannounced {
		f := w.fact(BeforeOwnJoin, place)
		f.Came, f.Beside = Came{}, join
		if place == join {
			f.Line, f.Text = nil, m.Name
		}
		l.emitLocked(f)
	}
	st.Start = min(st.Start, place)
}

// Admitted returns when the session read that it is in.
func (s *entrance) Admitted() time.Duration { return s.entered }
