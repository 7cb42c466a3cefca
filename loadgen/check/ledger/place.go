package ledger

import (
	"slices"
	"strconv"

	"chatsim/manager/wire"
)

// place appends an entry that has no place to the order. This is the only spot
// where the order is made. What depends on the places of two
// entries is a fact here, and judged at the end: the session that came first
// may have been the one who saw them the wrong way round. It returns false if
// the entry cannot stand there at all.
func (w *sighting) place() bool {
	l := w.by.ledger
	l.mu.Lock()
	if w.findLocked() >= 0 {
		l.mu.Unlock()
		return true // somebody else was quicker
	}
	ok := true
	switch {
	case w.line != nil:
		w.placeLineLocked()
	case w.kind == wire.Line:
		ok = w.placeStrangeLocked()
	case w.kind == wire.Join:
		change{w}.placeJoinLocked()
	default:
		ok = change{w}.placeLeaveLocked()
	}
	over := l.arrivals.over
	l.arrivals.over = nil
	l.mu.Unlock()
	for _, o := range over {
		start{o, w.at, true}.settle()
		o.finish()
	}
	if !ok && w.kind == wire.Line {
		w.forged()
	}
	return ok
}

// appendLocked appends the entry as a member's.
func (w *sighting) appendLocked(m *Member) {
	l := w.by.ledger
	e := Entry{Kind: w.kind, late: w.late, Name: w.name, Text: w.text, Line: w.line, Member: m, By: w.by, At: w.at}
	if !w.late {
		e.raw = string(w.raw)
	}
	if w.line != nil {
		e.Name, e.Text = w.line.Session.name, w.line.Text
	}
	l.order.append(e)
	if l.order.len >= l.horizonNext+chunkLen {
		l.advanceLocked()
	}
}

// slowestLocked returns the place of the session that is furthest behind.
func (l *Ledger) slowestLocked() int64 {
	place := l.order.len
	for _, s := range l.sessions {
		if !s.Over() {
			place = min(place, s.pos.Load())
		}
	}
	return place
}

// advanceLocked forgets what everybody has seen.
func (l *Ledger) advanceLocked() {
	horizon := l.slowestLocked()
	if l.rec != nil {
		l.rec.standLocked(l)
	}
	l.order.forget(horizon, l.cfg.Retired)
	l.dismissLocked(horizon)
	l.gaps.settleLocked(l, horizon)
	l.arrivals.unread = slices.DeleteFunc(l.arrivals.unread, func(s *Session) bool { return horizon > s.pos.Load()+chunkLen }) // see outside
	l.horizon = horizon
	l.horizonNext = l.order.len
}

func (w *sighting) placeLineLocked() {
	l, line, of, place := w.by.ledger, w.line, w.line.Session, w.by.ledger.order.len
	if of.Member == nil {
		l.claimLocked(of)
	}
	m := of.Member
	if left := m.Left(); left != 0 {
		l.emitLocked(Fact{Kind: AfterLeave, At: of, Line: line, Place: place, Beside: left, When: w.at, Doubt: of.falseLeave != 0})
	}
	l.totals.Successors++
	if line.Seen > m.Joined()+1 {
		l.totals.Informed++
	}
	if line.Claims != "" {
		l.totals.Claims++
	}
	late := line.Pub < of.pubNext
	switch {
	case !late:
		of.pubNext, of.pubPlace = line.Pub+1, place
	case !l.cfg.Capabilities.BySender:
		l.emitLocked(Fact{Kind: AfterLater, At: of, Line: line, Place: place, Beside: of.pubPlace, When: w.at})
	}
	line.place.Store(place)
	l.carriedLocked(line, place)
	w.late = late && l.cfg.Capabilities.BySender
	w.appendLocked(m)
}

// placeStrangeLocked places a line that has no stamp, unless its sender is
// nobody or of the run. What a server says in its own name, such as
// its operator's words, is ordered as a stranger's line is. Where that is not
// clear yet, it is judged at the end.
func (w *sighting) placeStrangeLocked() bool {
	l := w.by.ledger
	if w.name == wire.Server {
		w.appendLocked(&l.server)
		return true
	}
	m := l.members.holder(w.name, w.by.behind())
	if m == nil || m.Session != nil {
		return false
	}
	if l.arrivals.expects(w.name, m.Joined()) {
		f := w.fact(Unstamped, l.order.len)
		f.Member, f.Text = m, strconv.FormatInt(l.order.len, 10) // each has its own place
		l.emitLocked(f)
	}
	w.appendLocked(m)
	return true
}

// claimLocked finds the member that a session must be, of whom there is a sign
// that it has joined: the one of its name that is nobody's yet, else one whose
// join was not told so far.
func (l *Ledger) claimLocked(s *Session) {
	m := l.members.unclaimed(s.name, func(m *Member) bool { return m.Left() == 0 && s.mayBe(m) })
	if m == nil {
		m = start{Session: s}.listedLocked()
	}
	if m == nil {
		l.members.misspelt(s).spelledLocked(s)
		m = l.members.join(s.name, l.order.len-1)
		m.Unannounced = true
		l.members.unannounced++
	}
	s.bindLocked(m)
}

func (w change) placeJoinLocked() {
	s, l, place := w.by, w.by.ledger, w.by.ledger.order.len
	l.totals.Joins++
	if m := l.members.unheard(w.name, s.behind()); m != nil {
		l.emitLocked(Fact{Kind: BeforeJoinTold, At: m.Session, Session: m.Session, Text: w.name, Place: place, Beside: m.sign + 1, When: w.at})
		m.joined.Store(place)
		m.Unannounced = false
		l.members.unannounced--
		w.appendLocked(m)
		return
	}
	old := l.members.now(w.name)
	if old != nil && old.double && old.Session == nil {
		l.members.leave(old, place, min(l.horizon, l.pinned)) // that was the other one's join told twice
		old = l.members.now(w.name)
	}
	m := l.members.join(w.name, place)
	w.appendLocked(m)
	if old != nil {
		m.double = true
		l.emitLocked(Fact{Kind: JoinOfMember, At: s, Member: m, Holder: old, Place: place, Stood: s.Next, When: w.at})
		if !old.Leaving() {
			l.doubted[w.name] = true
		}
	}
	if o := l.arrivals.newcomer(m); o != nil {
		o.bindLocked(m)
	} else if l.arrivals.arriveLocked(m) {
		return
	} else if l.members.unannounced > 0 {
		m.spelledLocked(l.members.unspelled(m))
	}
}

func (w change) placeLeaveLocked() bool {
	l, place := w.by.ledger, w.by.ledger.order.len
	m := l.members.leaver(w.name, w.by.behind())
	if m == nil {
		if o := l.arrivals.known(w.name); o != nil {
			l.claimLocked(o)
			m = o.Member
		}
	}
	if m == nil {
		f := w.fact(LeaveOfNobody, place)
		f.Doubt = l.doubted[w.name]
		l.emitLocked(f)
		w.by.strayLocked()
		return false
	}
	l.members.leave(m, place, min(l.horizon, l.pinned))
	m.leaveLines, m.leaveSeen = l.order.lines, w.at
	if m.Session != nil {
		if m.Session.home == nil {
			l.bound--
		}
		l.checkLeaveLocked(m)
	}
	w.appendLocked(m)
	return true
}
