package check

import (
	"maps"
	"slices"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// What was lost is found once, for the rules that share it: an entry that later
// ones came after, or a line that nobody got, is one violation of one check.

// loss is an entry that some lack.
type loss struct {
	place int64
	entry *ledger.Entry
	at    []*Session
}

// missing collects the entries that the session jumped and that never came:
// those that later ones of the right order came after are lost, and of them
// the measured ones are counted; the others it only did not read any more.
func (e *evidence) missing(s *Session) (lost, unread int64) {
	last := e.pos(s.LastSeen())
	kind, _ := s.Left()
	cut := (kind != Stays || s.PutOut()) && e.Config().Capabilities.BySender // it has read the beginning of an order of its own
	for _, m := range s.Missing {
		for p := m.Lo; p < m.Hi; p++ {
			switch {
			case !e.owed(s, p):
			case e.pos(p) > last || cut && !e.outrun(s, p):
				unread++
			default:
				e.pending[p] = append(e.pending[p], s)
				if en := e.Entry(p); en != nil && en.Line != nil && en.Line.Measured {
					lost++
				}
			}
		}
	}
	return lost, unread
}

// before reports whether the line at a place was sent before a session was in, where
// nobody is told when that was: such lines may come, and need not.
func (e *evidence) before(s *Session, place int64) bool {
	en := e.Entry(place)
	return e.Config().Capabilities.Views == ledger.NoViews && en != nil && en.Line != nil && en.Line.Actual < s.Admitted()
}

// outrun reports whether a session has got a line that its sender sent after the one
// at a place.
func (e *evidence) outrun(s *Session, place int64) bool {
	en := e.Entry(place)
	if en == nil || en.Line == nil {
		return true
	}
	for p := place + 1; p < s.Next; p++ {
		if o := e.Entry(p); o != nil && o.Line != nil && o.Line.Session == en.Line.Session && s.Holds(p) {
			return true
		}
	}
	return false
}

// shareTails takes what one who left lacks at the end of its stream for lost with the
// same entries of others, where those are all that it lacks.
func (e *evidence) shareTails() {
	e.tails = slices.DeleteFunc(e.tails, func(t tail) bool {
		if t.kind == Stays || int64(len(t.places)) != t.owed || slices.ContainsFunc(t.places, func(p int64) bool { return len(e.pending[p]) == 0 }) {
			return false
		}
		for _, p := range t.places {
			e.pending[p] = append(e.pending[p], t.of)
		}
		return true
	})
}

// lose collects the losses, one for each entry. Those that may have come in a
// form that cannot be told are no second defect.
func (e *evidence) lose() {
	for _, p := range slices.Sorted(maps.Keys(e.pending)) {
		en := e.Entry(p)
		if en == nil {
			en = &ledger.Entry{Kind: wire.Line, Name: "?"} // too much was lost to keep it all
		}
		l, g := loss{place: p, entry: en}, loss{place: p, entry: en}
		for _, s := range e.pending[p] {
			name, garbled := s.GarbledAs(en)
			switch {
			case garbled:
				s.Garbled[name]--
				g.at = append(g.at, s)
			case e.replaced(s, p, en):
				g.at = append(g.at, s)
			default:
				l.at = append(l.at, s)
			}
		}
		if len(l.at) > 0 {
			e.losses = append(e.losses, l)
		}
		if len(g.at) > 0 {
			e.garbled = append(e.garbled, g)
		}
	}
}

// replaced reports whether an entry that the session lacks at a place had a copy of
// another in its stead, as where a server uses a buffer again too soon: of its sender's
// line before, or of a join or leave where it was next.
func (e *evidence) replaced(s *Session, place int64, en *ledger.Entry) bool {
	return slices.ContainsFunc(e.Facts.Of(ledger.Repeated), func(f *ledger.Fact) bool {
		switch {
		case f.At != s || f.Came.Kind != en.Kind:
			return false
		case f.Line == nil || en.Line == nil:
			return f.Line == en.Line && f.Beside == place
		}
		return f.Line.Session == en.Line.Session && f.Line.Pub+1 == en.Line.Pub && f.When > en.Line.Actual
	})
}

// replacedForAll reports whether an earlier line of its sender came to that one again
// when a line that nobody got was to come.
func (e *evidence) replacedForAll(l *Line) bool {
	return slices.ContainsFunc(e.Facts.Of(ledger.Repeated), func(f *ledger.Fact) bool {
		return f.Line != nil && f.Line.Session == l.Session && f.Line.Seq < l.Seq && f.When > l.Actual && slices.Contains(f.Seen, l.Session) && len(f.Seen) > 1
	})
}

// of returns the check whose violation a loss is.
func (l *loss) of() string {
	switch line := l.entry.Line; {
	case l.entry.Kind == wire.Leave:
		return LeaveCompleteness
	case line != nil && (line.Refused() || len(l.at) == 1 && l.at[0] == line.Session):
		return Validity
	}
	return Agreement
}

// ofPutOut reports whether it is the leave of one whom the server has put out: that is
// the defect.
func (l *loss) ofPutOut() bool {
	m := l.entry.Member
	return l.entry.Kind == wire.Leave && m != nil && m.Session != nil && m.Session.PutOut()
}

// lost adds the losses that are violations of a check; says returns a loss's
// sentence by who lacks it and how many others do not.
func (e *evidence) lost(c string, out *findings, says func(l *loss, lack string, hold int) string) {
	for i := range e.losses {
		l := &e.losses[i]
		if l.of() != c {
			continue
		}
		holders := 0
		for _, s := range e.Sessions {
			if s.Holds(l.place) {
				holders++
			}
		}
		e.add(out, violation{key: key{place: l.place}, at: l.at[0], with: l.at[1:], place: l.place, line: l.entry.Line, implied: l.ofPutOut(),
			expected: entry(l.entry), agreed: holders, sentence: says(l, chatters(len(l.at)), holders)})
	}
}

// lostLine is a line that has no place, or came to one of its two parties only.
type lostLine struct {
	*Line
	target  *Session // who lacks it, of a private line that came back to its sender
	holder  *Session // who has it, of a private line that was refused all the same
	place   int64
	implied bool
	hole    bool     // later lines of its sender came
	stopped bool     // nothing came any more
	trails  *Session // who has left, read on, and lacks it after all that came; nil if that is not so
}

// eachLost collects the lines that were lost.
func (e *evidence) eachLost() {
	e.EachLine(func(l *Line) {
		switch {
		case e.Config().Level == Count:
			if !l.Answered() {
				e.unanswered(l)
			}
		case l.Private():
			e.privateLine(l)
		case l.Place() < 0 && !l.Refused():
			e.unanswered(l)
		}
	})
}

// unanswered looks at a line that its sender never got back and nobody else got.
func (e *evidence) unanswered(l *Line) {
	s := l.Session
	kind, _ := s.Left()
	lost := lostLine{Line: l, place: s.Next, hole: l.Seq < s.LastOwn || !l.Private() && s.HasPassed(l)}
	switch {
	case (kind.Abrupt() || e.BrokeOff) && l.Seq > s.LastOwn && (l.Due == ledger.MayRefuse || e.PublicRefused+e.Ledger.Refused() > 0):
		return // the server refuses lines, and this one's error may not have been read
	case !s.Bound:
		return // its join was never told, or it left before that was clear
	case s.PutOut(): // that is the defect
		lost.implied = true
	case lost.hole:
	case kind.Abrupt() || e.BrokeOff:
		return // a suffix may be lost, or not yet have come
	case e.stalled[s] || e.stopped || kind == Stays && s.Newest <= l.Actual:
		lost.stopped = true
	}
	if l.Private() && (kind == FIN || kind == HalfClose) && !lost.hole && !lost.stopped && !s.Cut() {
		lost.trails = s
	}
	lost.implied = lost.implied || lost.hole && !l.Private() && e.replacedForAll(l) || lost.trails != nil && e.endless(s) || e.garbledAnywhere(s) || s.Garbled[""] > 0 || !lost.hole && e.Advancing && !s.Over() // it may still come
	e.lines = append(e.lines, lost)
}

// privateLine looks at a private line that one of its parties lacks.
func (e *evidence) privateLine(l *Line) {
	own, other, self := l.Seats()
	if own.By == nil {
		if !l.Answered() {
			e.unanswered(l)
		} else if kind, _ := l.Session.Left(); l.Refused() && other.By != nil && !kind.Abrupt() && !l.Session.PutOut() {
			// else its own copy may have been lost with the stay, and the error was about something else
			e.lines = append(e.lines, lostLine{Line: l, holder: other.By, place: other.Last + 1})
		}
		return
	}
	if self || other.By != nil || e.BrokeOff {
		return
	}
	m := e.Holder(l.Target, own.Last)
	if m == nil || m.Session == nil {
		return // not a chatter of the run
	}
	t := m.Session
	kind, _ := t.Left()
	if kind != Stays && e.Config().Capabilities.Views != ledger.Ordered {
		return // before or after the line?
	}
	if t.PutOut() || t.Cut() && !(own.Next >= 0 && e.pos(t.LastSeen()) >= e.pos(own.Next)) {
		return
	}
	if l.Measured {
		e.totals.Expected++
	}
	lost := lostLine{Line: l, target: t, place: own.Last + 1, stopped: kind == Stays && t.Next <= own.Last+1}
	if kind != Stays && !t.Cut() && e.pos(own.Last) >= e.pos(t.LastSeen()) {
		lost.trails = t
	}
	lost.implied = lost.trails != nil && e.endless(t) || e.doubted[l.Target] || e.overheard[l] || t.Garbled[l.Session.Name()] > 0
	e.lines = append(e.lines, lost)
}

// lastWasLost reports whether the line sent last, by a session that stays, came
// to nobody: then the room has stopped, and much of what else is missing follows.
func (e *evidence) lastWasLost() bool {
	var last *Line
	e.EachLine(func(l *Line) {
		kind, _ := l.Session.Left()
		if !l.Private() && !l.Refused() && kind == Stays && !l.Session.Over() && (last == nil || l.Actual > last.Actual) {
			last = l
		}
	})
	return last != nil && last.Place() < 0 && !e.garbledAnywhere(last.Session)
}

// garbledAnywhere reports whether lines by the session came to anybody in a
// form that cannot be told, so that one of them is not lost but altered.
func (e *evidence) garbledAnywhere(s *Session) bool {
	name := s.Name()
	return slices.ContainsFunc(e.Sessions, func(o *Session) bool { return o.Garbled[name] > 0 })
}
