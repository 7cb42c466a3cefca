package ledger

import (
	"slices"
	"time"

	"chatsim/manager/wire"
)

// sighting is a public entry as one receiver saw it, off the fast path.
type sighting struct {
	by   *Session
	at   time.Duration
	kind wire.Kind
	name string
	text string
	line *Line
	raw  []byte // the whole frame, if it came right; holds only until the next frame is read
	late bool   // what is placed by it stands behind a later line of its stay, see Entry
}

// subject returns what names the entry in a fact.
func (w *sighting) subject() string { return subject(w.kind, w.name, w.text) }

func subject(kind wire.Kind, name, text string) string {
	return string(rune('0'+kind)) + name + ":" + text
}

// JoinOf returns what names the joins by a name in facts.
func JoinOf(name string) string { return subject(wire.Join, name, "") }

func (w *sighting) came() Came {
	c := Came{Kind: w.kind, Name: w.name, Text: w.text}
	if w.line != nil {
		c.Text = w.line.Text
	}
	return c
}

// fact returns a fact of a kind about the entry.
func (w *sighting) fact(k Kind, place int64) Fact {
	f := Fact{Kind: k, At: w.by, Line: w.line, Place: place, Stood: w.by.Next, Came: w.came(), When: w.at}
	if w.line == nil {
		f.Text = w.subject()
	}
	return f
}

// queue is what a session saw before its own join had a place.
type queue struct {
	waiting []sighting
	full    bool // what came since cannot be judged

	// Of those before the first group line of the run, looked at so far.
	looked     int32
	firstOther int32 // that is no line of the run
	others     int64 // how many
}

// lead returns the index of the first group line of the run that waits, or how
// many wait where none does. Each is looked at once: there may be thousands of
// joins.
func (q *queue) lead() int {
	for ; int(q.looked) < len(q.waiting); q.looked++ {
		line := q.waiting[q.looked].line
		switch {
		case line != nil && !line.Private():
			return int(q.looked)
		case line == nil && q.others == 0:
			q.firstOther = q.looked
			fallthrough
		case line == nil:
			q.others++
		}
	}
	return int(q.looked)
}

// Blind reports whether the session saw more before its own join than is kept.
func (q *queue) Blind() bool { return q.full }

// holds reports whether a line has come and waits for the session's join.
func (q *queue) holds(l *Line) bool {
	return slices.ContainsFunc(q.waiting, func(w sighting) bool { return w.line == l })
}

// sawJoin reports whether a join by a name waits for the session's own.
func (q *queue) sawJoin(name string) bool {
	return slices.ContainsFunc(q.waiting, func(w sighting) bool { return w.kind == wire.Join && w.name == name })
}

// maxQueue bounds what a session may see before its own join has a place.
const maxQueue = 1 << 20

// see takes the entry; false if it is a deviation that is recorded.
func (w *sighting) see() bool {
	s := w.by
	if s.Bound {
		return w.step()
	}
	waits := *w
	waits.raw = nil
	if len(s.waiting) < maxQueue {
		s.waiting = append(s.waiting, waits)
	} else {
		s.full = true
	}
	start{s, w.at, false}.settle()
	return true
}

// step takes the entry where it stands on the session's way.
func (w *sighting) step() bool {
	s := w.by
	for {
		if e := s.expected(); e != nil && e.is(w) {
			if e.late {
				w.turn(s.Next)
			}
			s.passed(e, w.at)
			return true
		}
		place := w.find()
		switch {
		case place < 0:
			if !w.place() {
				return false
			}
		case place > s.Next:
			w.jump(place)
		case place == s.Next && w.comes():
		case s.Lacks(place):
			w.fill(place)
			return true
		default:
			if lacked := w.lackedChange(); lacked >= 0 { // it was that one's which came before
				w.fill(lacked)
				return true
			}
			w.again(place)
			return false
		}
	}
}

// comes reports whether the entry is the next one, or is just about to be.
func (w *sighting) comes() bool {
	e := w.by.expected()
	return e == nil || e.is(w)
}

// jump records that what stands before a place has not been seen although the
// entry there is.
func (w *sighting) jump(place int64) {
	s, l := w.by, w.by.ledger
	s.Flush(w.at)
	s.Missing = append(s.Missing, Span{s.Next, place})
	l.mu.Lock()
	for p := s.Next; p <= place; p++ {
		if !l.cfg.Capabilities.BySender {
			l.order.keep(p)
		} else if p < place {
			l.order.lack(p, 1)
		}
		if p < place {
			l.order.current(p).jumpedLocked(s)
		}
	}
	l.mu.Unlock()
	s.skip(place)
}

// fill takes an entry that was jumped and comes now.
func (w *sighting) fill(place int64) {
	s, l := w.by, w.by.ledger
	s.Way.fill(place)
	w.turn(place)
	l.mu.Lock()
	e := l.order.entry(place)
	if l.cfg.Capabilities.BySender {
		l.order.lack(place, -1)
	} else if l.deviations < maxDeviations && s.came(place, w.at) {
		l.deviations++
		l.order.keep(s.Next - 1)
	}
	l.mu.Unlock()
	if len(s.open) != 0 {
		s.gap.close(place)
	}
	s.Totals.Entries++
	switch {
	case e == nil:
	case e.Line != nil:
		s.delivered(e.Line, w.at)
	default:
		e.learned(s, w.at)
	}
}

// again records an entry that the session has behind it already.
func (w *sighting) again(place int64) {
	s, l := w.by, w.by.ledger
	s.Totals.Observed++
	l.mu.Lock()
	defer l.mu.Unlock()
	s.strayLocked()
	switch {
	case place < s.Start && !w.isHereLocked(place):
		if !s.Member.Unannounced && !l.doubted[w.name] {
			f := w.fact(BeforeOwnJoin, place)
			f.Beside = s.Member.Joined()
			l.emitLocked(f)
		}
	case w.kind == wire.Leave:
		w.leftAgainLocked(place)
	default:
		f := w.fact(Repeated, place)
		f.Beside = s.Next
		l.emitLocked(f)
	}
}

// isHereLocked reports whether the entry is the join of another who was there when
// the session came and still is: what it is told is nothing from before its own join,
// as a backlog is, but that join once more.
func (w *sighting) isHereLocked(place int64) bool {
	s := w.by
	e := s.ledger.order.entry(place)
	return w.kind == wire.Join && e != nil && e.Member != s.Member && e.Member.Left() == 0 && s.Next > s.Start
}

// leftAgainLocked records a second leave of one stay. If the first came too
// early, that was the false one, and this is the leave.
func (w *sighting) leftAgainLocked(place int64) {
	s, l := w.by, w.by.ledger
	if e := l.order.entry(place); e != nil && e.Member.Session != nil && s.early(place) {
		s.Mistaken = append(s.Mistaken, place)
		f := w.fact(LeftEarly, place)
		f.Text, f.Session = "", e.Member.Session
		f.With = []*Session{f.Session}
		l.emitLocked(f)
		return
	}
	f := w.fact(LeaveRepeated, place)
	f.Doubt = l.doubted[w.name]
	l.emitLocked(f)
}

// takePrivate takes a private line to which the session is a party.
func (w *sighting) takePrivate() bool {
	s, line := w.by, w.line
	side := 0
	if line.Session != s {
		side = 1
	} else if line.Target == s.name {
		line.priv.setSelf()
	}
	first, taken := line.priv.take(side, Seat{By: s, At: w.at, Last: s.LastSeen(), Next: -1})
	if !taken {
		if side == 0 && line.Target != s.name {
			w.toNobody()
		}
		s.open = append(s.open, gapSeat{line: line, side: side})
		s.delivered(line, w.at)
		return true
	}
	s.Totals.Observed++
	f := Fact{Kind: PrivateRepeated, At: s, Line: line, When: w.at}
	l := s.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	if first != s {
		f.Kind, f.Doubt = SecondTarget, l.doubted[line.Target]
	}
	l.emitLocked(f)
	return false
}

// toNobody records an own private line whose target is not there, where it came
// back.
func (w *sighting) toNobody() {
	s, l := w.by, w.by.ledger
	if l.cfg.Level != Full || l.cfg.Capabilities.Views != Ordered {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if place := s.LastSeen(); l.members.holder(w.line.Target, place) == nil && !l.arrivals.comes(l, w.line.Target, place) {
		l.emitLocked(Fact{Kind: ToNobody, At: s, Line: w.line, Place: place + 1, Beside: place, When: w.at, Doubt: l.doubted[w.line.Target]})
	}
}
