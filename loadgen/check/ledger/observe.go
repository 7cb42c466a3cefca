package ledger

import (
	"time"

	"chatsim/manager/wire"
)

// A frame's way: Observe takes the entry that is next. Any other is told to the
// recorder and goes on by its kind, a chat line by what it says (content.go); an
// entry then finds where it stands (sighting.go), or gets a place (place.go), and
// what deviates becomes a fact (facts.go).

// Observe records one frame that the session received at at. For the delivery
// of a line of the run that is as it should be, or that only came out of
// order, it returns the line; else nil.
func (s *Session) Observe(f *wire.Frame, at time.Duration) *Line {
	if s.ledger.cfg.Level < Count {
		if e := s.nextIn(f); e != nil {
			return s.took(e, at).Origin()
		}
		if r := s.ledger.rec; r != nil {
			return r.observe(s, f, at).Origin()
		}
	}
	return s.observe(f, at).Origin()
}

// Pass is Observe for a frame that was not parsed yet: if its bytes are those
// in which the entry that is next came to the first who got it, it is taken and
// its line returned, nil for a join or leave. Otherwise nothing has happened,
// and it is for Observe.
func (s *Session) Pass(raw []byte, at time.Duration) (l *Line, ok bool) {
	e := s.Likely()
	if e == nil || e.raw != string(raw) {
		return nil, false
	}
	return s.PassLikely(e, at), true
}

// PassLikely is Pass for the entry that Likely has just returned.
func (s *Session) PassLikely(e *Entry, at time.Duration) *Line {
	if s.ledger.cfg.Level < Count {
		return s.took(e, at).Origin()
	}
	s.skip(s.Next + 1)
	s.Lines++
	s.delivered(e.Line, 0)
	return e.Line
}

// Raw returns the frame in which the entry first came, without what ends it; empty
// where it was not kept.
func (e *Entry) Raw() string { return e.raw }

// observe is Observe off the fast path.
func (s *Session) observe(f *wire.Frame, at time.Duration) *Line {
	switch f.Kind {
	case wire.Line:
		if s.ledger.cfg.Level >= Count {
			return counted(s, f)
		}
		return delivery{&sighting{by: s, at: at, kind: wire.Line, name: string(f.Sender)}, f}.resolve()
	case wire.Join, wire.Leave:
		if s.ledger.cfg.Level >= Count {
			return nil
		}
		for _, name := range f.Names {
			one := wire.Frame{Kind: f.Kind, Names: [][]byte{name}}
			if e := s.nextIn(&one); e != nil {
				s.took(e, at)
				continue
			}
			s.Totals.Views++
			w := sighting{by: s, at: at, kind: f.Kind, name: string(name)}
			if len(f.Names) == 1 {
				w.raw = f.Raw
			}
			w.see()
		}
	case wire.Welcome:
		start{s, at, false}.welcome(string(f.Names[0]))
	case wire.Roster:
		start{s, at, false}.roster(f.Names)
	case wire.Error:
		s.refusals.said(f.Text, at)
	}
	return nil
}

// Overfed is what Garbage is told where streams were ended because all together had
// more to hold than is allowed. What is missing then follows from that.
const Overfed = "closed by this end: the chatters hold more of what it sends than -max-memory allows"

// Garbage records that the session received a frame that cannot be parsed; what
// tells why, and quotes it. It is a line of the run in another form if a stamp
// can be read in it, else nobody can tell of what.
func (s *Session) Garbage(what string) {
	if s.ledger.cfg.Level != Full {
		return
	}
	e := eventOf(s, EventGarbled, 0)
	e.Text = what
	defer s.ledger.rec.step(e)()
	s.Totals.Observed++
	if what == Overfed || what == Endless {
		s.garble("", nil)
		s.emit(Fact{Kind: Unending, Text: what})
		return
	}
	s.stray()
	f := Fact{Kind: Unreadable, Text: what}
	switch {
	case s.garble("", []byte(what)) > 1:
		s.Garbled[""]-- // it is known what came so
		s.broken, s.brokenAt = s.Totals.Observed, s.Next
		for f.Line = range s.ledger.stampedIn([]byte(what)) {
			break
		}
	case s.broken == s.Totals.Observed-1 && s.brokenAt == s.Next: // the rest of that one
		s.Garbled[""]--
		f.Doubt = true
	}
	s.emit(f)
}

// reset is what the recording of a run has where Broken was told.
const reset = "the connection was reset"

// Broken records that the stream did not end but was reset, although the session
// has left so that it reads to the end. Ended follows.
func (s *Session) Broken() {
	can := s.ledger.cfg.Capabilities
	if s.ledger.cfg.Level >= Count || can.Views != Ordered || can.CutsLeaves {
		return
	}
	e := eventOf(s, EventGarbled, 0)
	e.Text = reset
	defer s.ledger.rec.step(e)()
	s.emit(Fact{Kind: BrokenOff, Session: s})
}

// took moves the session past the entry that it expected, which came in a frame
// of its own.
func (s *Session) took(e *Entry, at time.Duration) *Line {
	if e.Kind != wire.Line {
		s.Totals.Views++
	}
	s.passed(e, at)
	return e.Line
}

// passed moves the session past the entry that it expected and got.
func (s *Session) passed(e *Entry, at time.Duration) {
	s.Next++
	s.Totals.Entries++
	if len(s.open) != 0 {
		end := s.ledger.rec.aside(s, at)
		s.gap.close(s.Next - 1)
		end()
	}
	if e.Line != nil {
		s.delivered(e.Line, at)
	} else {
		e.learned(s, at)
	}
}

// delivered counts a line of the run at this receiver.
func (s *Session) delivered(line *Line, at time.Duration) {
	s.Totals.Observed++
	if line.Measured {
		s.Totals.Deliveries++
		if line.priv != nil {
			s.Privates++
		}
	}
	if line.Actual > s.Newest {
		s.Newest = line.Actual
	}
	if took := at - line.Actual; took > s.calm || s.ledger.stalls.Load() != nil {
		waited(s, line, took, at)
	}
	if line.Session == s {
		line.own()
	}
}

// own records that the line came back to its sender.
func (l *Line) own() {
	s := l.Session
	if l.Refused() {
		s.refusals.returned(l)
	}
	l.settle()
	if l.priv != nil {
		if l.Claims != "" {
			s.Totals.Claims++
		}
		s.Totals.Successors++
		if l.Seq < s.LastOwn {
			s.emit(Fact{Kind: OwnAfterLater, Line: l})
		}
	}
	s.LastOwn = max(s.LastOwn, l.Seq)
	s.refusals.latest = l
	if len(s.refusals.about) != 0 {
		s.refusals.notLast()
	}
	if len(s.refusals.list) != 0 {
		s.refusals.passed()
		s.refusals.confirm(l.Seq)
	}
}

// settle records that the line's sender has nothing to wait for any more.
func (l *Line) settle() {
	if l.answered.CompareAndSwap(false, true) {
		l.Session.unsettled.Add(-1)
		if l.priv == nil {
			l.Session.ledger.publicBack.Add(1)
		}
	}
}

// waited records how long a session waited for a line: while all read, or
// while another did not. By when it was sent, and not by when it came: what one
// who does not read holds up comes when that one reads on.
func waited(s *Session, line *Line, took, at time.Duration) {
	if s.stall.Load() != 0 { // it is late by its own will
		return
	}
	if st := s.ledger.stalls.Load(); st == nil || !st.hold(line.Actual) {
		if took > s.calm {
			s.calm = took
			s.ledger.waits(took)
		}
		return
	}
	s.Totals.Isolated++
	if took > s.ledger.cfg.stallLeast() {
		defer s.ledger.rec.aside(s, at)()
		s.emit(Fact{Kind: Slow, Line: line, Took: took, When: at})
	}
}

// waits records that somebody has waited for so long while all read.
func (l *Ledger) waits(took time.Duration) {
	for now := l.calmest.Load(); int64(took) > now && !l.calmest.CompareAndSwap(now, int64(took)); now = l.calmest.Load() {
	}
}

// stallLeast returns how long anybody may wait at least while one does not read.
func (c *Config) stallLeast() time.Duration {
	if c.Grace > 0 {
		return min(c.Grace, StallLeast)
	}
	return StallLeast
}

// StallLimit returns how long anybody may wait while one does not read, where all
// waited for at most calm while all read.
func (c *Config) StallLimit(calm time.Duration) time.Duration {
	if c.Grace > 0 {
		return c.Grace + calm
	}
	return max(StallLeast, 2*calm)
}

// Calm returns the longest that anybody has waited for a line so far while all read.
func (k *links) Calm() (calm time.Duration) {
	for _, l := range k.servers {
		calm = max(calm, time.Duration(l.calmest.Load()))
	}
	return calm
}

// learned records that a session knows of the entry, if it is a leave, and
// whether that was late.
func (e *Entry) learned(s *Session, at time.Duration) {
	if e.Kind != wire.Leave {
		return
	}
	s.ledger.mu.Lock()
	of := e.Member.Session
	s.ledger.mu.Unlock()
	s.knowsOf(of, at)
}

// knowsOf records that the session knows that another has left, if it has.
func (s *Session) knowsOf(of *Session, at time.Duration) {
	if of == nil || s.stall.Load() != 0 { // or is late by its own will
		return
	}
	kind, left := of.Left()
	if kind == Stays {
		return
	}
	for {
		seen := of.leaveSeen.Load()
		if int64(at) <= seen || of.leaveSeen.CompareAndSwap(seen, int64(at)) {
			break
		}
	}
	if took := at - left; took > of.LeaveLimit() && kind != Evicted { // nobody knows when that was
		defer s.ledger.rec.aside(s, at)()
		s.emit(Fact{Kind: LateLeave, Session: of, Took: took, When: at})
	}
}
