package ledger

import (
	"time"

	"chatsim/manager/wire"
)

// A join entry names a name, not a chatter. It is bound to the session that
// was welcomed by that name and whose roster adds up to the members just after
// the entry; where a server's rosters are wrong, by what the session sees next.

// entrance is how a session came into the room.
type entrance struct {
	Member     *Member // nil until its join has a place
	HasRoster  bool
	count      int    // the members of its snapshot, and the sum of their names' hashes
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

// awaitsRoster reports whether the session's next roster says who is there.
// One that comes later is an answer to somebody's question.
func (s *Session) awaitsRoster() bool {
	return s.name != "" && (!s.HasRoster || s.ledger.cfg.Capabilities.Views == WholeRosters)
}

// start is the beginning of a session's span, as far as it is known.
type start struct {
	*Session
	at   time.Duration
	last bool // nothing more will be known: the span begins as things are
}

// roster takes the snapshot that comes with the welcome.
func (st start) roster(f *wire.Frame) {
	s, l := st.Session, st.ledger
	if !s.awaitsRoster() {
		return
	}
	if l.cfg.Capabilities.Views == WholeRosters {
		st.observeWhole(f.Names)
		return
	}
	hash := uint64(0)
	s.snapshot = []byte{}
	for _, name := range f.Names {
		hash += hashName(name)
		s.snapshot = append(append(s.snapshot, name...), '\n')
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	st.admitLocked()
	s.count, s.hash = len(f.Names), hash
	if l.cfg.Level >= Count {
		s.Bound, s.snapshot = true, nil
		return
	}
	if l.order.len == 0 && len(l.members.log) == 0 {
		st.firstLocked(f.Names)
		return
	}
	if s.Member == nil {
		if m := l.members.unclaimed(s.name, func(m *Member) bool { return m.fits(s) }); m != nil && !l.arrivals.contested(m) {
			s.bindLocked(m)
		}
	}
}

// admitLocked records that the session knows who is there: it may send.
func (st start) admitLocked() {
	s := st.Session
	s.HasRoster = true
	s.before[1], s.sending.refused = s.ledger.publicSent, s.ledger.publicRefused.Load()
	s.ledger.totals.Asked++
	s.joined.Store(true)
}

// firstLocked starts the order with the join of the first session; whoever is
// in its snapshot was there before the run.
func (st start) firstLocked(names [][]byte) {
	s, l := st.Session, st.ledger
	for _, name := range names {
		if string(name) != s.name {
			l.members.join(string(name), -1)
		}
	}
	m := l.members.join(s.name, 0)
	l.order.append(Entry{Kind: wire.Join, Name: s.name, Member: m})
	s.bindLocked(m)
}

// bindLocked makes m the session's stay. One that is over is settled by whoever
// places entries: its own goroutine does not come back.
func (s *Session) bindLocked(m *Member) {
	l := s.ledger
	s.Member, m.Session = m, s
	delete(l.arrivals.waiting, s)
	if s.Over() && !s.Bound {
		l.arrivals.over = append(l.arrivals.over, s)
	}
	if m.Left() != 0 {
		l.checkLeaveLocked(m)
	}
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
	if l.cfg.Capabilities.Views == WholeRosters {
		st.fromFirstLine()
		return
	}
	l.mu.Lock()
	if s.Member == nil {
		st.claimLocked()
	}
	if s.Member == nil && st.last {
		if m := l.members.now(s.name); m != nil && m.Session == nil {
			s.bindLocked(m)
		}
	}
	if s.Member == nil || s.Bound || !st.findLocked() && !st.last {
		l.mu.Unlock()
		return
	}
	m, log := s.Member, l.members.log
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
		if m := st.ledger.members.unclaimed(st.name, func(m *Member) bool { return m.Joined() >= st.floor && m.present(p) }); m != nil {
			st.bindLocked(m)
			return
		}
	}
}

// findLocked finds where the session's span begins: after its join, or where
// it first saw something if that stands before. It is false if that is not
// clear yet: of joins and leaves alone, there may have been others.
func (st start) findLocked() bool {
	st.Start = st.Member.Joined() + 1
	if i := st.lead(); i < len(st.waiting) {
		w := &st.waiting[i]
		if p := w.line.Place(); p >= 0 {
			st.beforeLocked(w, max(0, p-st.others))
		}
		return true
	}
	e := st.ledger.order.current(st.Start)
	return st.others == 0 || e == nil || e.is(&st.waiting[st.firstOther])
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
	if join := m.Joined(); place < join && !m.Unannounced {
		f := w.fact(BeforeOwnJoin, place)
		f.Came, f.Beside = Came{}, join
		l.emitLocked(f)
	}
	st.Start = min(st.Start, place)
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
	st.startLines = l.order.linesBefore(first)
	l.mu.Unlock()
	st.begin(first)
	st.replay()
}
