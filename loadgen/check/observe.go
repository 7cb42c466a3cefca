package check

import (
	"bytes"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// jump is a stretch [lo, hi) of the order that a session had not seen when it
// saw the entry at hi. What of it comes later came out of order; what never
// comes is missing.
type jump struct {
	lo, hi int64
	got    int64
	seen   map[int64]bool
	what   []entry // [lo, hi], where few enough to keep
}

// maxKept is how many entries of a jump are kept to be named later.
const maxKept = 4096

// maxQueue bounds what a session may see before its own join has a place.
const maxQueue = 1 << 16

// observe is Observe off the fast path.
func (s *Session) observe(f *wire.Frame, at time.Duration) *Line {
	switch f.Kind {
	case wire.Line:
		return s.observeLine(f, at)
	case wire.Join, wire.Leave:
		for _, name := range f.Names {
			s.observeView(f.Kind, name, at)
		}
	case wire.Welcome:
		s.observeWelcome(f.Names[0])
	case wire.Roster:
		s.observeRoster(f)
	case wire.Error:
		s.observeError(f.Text)
	}
	return nil
}

func (s *Session) observeView(kind wire.Kind, name []byte, at time.Duration) {
	s.tally.views++
	if s.bound {
		if e := s.expected(); e != nil && e.kind == kind && e.name == string(name) {
			s.passed(e, at)
			if kind == wire.Leave {
				s.learned(e.member, at)
			}
			return
		}
	}
	s.see(word{kind: kind, name: string(name)}, at)
}

// learned notes that this receiver knows of a leave, and whether it came late.
func (s *Session) learned(m *member, at time.Duration) {
	s.judge.mu.Lock()
	of := m.session
	s.judge.mu.Unlock()
	if of == nil {
		return
	}
	kind, left := of.left()
	if kind == Stays {
		return
	}
	for {
		seen := of.leaveSeen.Load()
		if int64(at) <= seen || of.leaveSeen.CompareAndSwap(seen, int64(at)) {
			break
		}
	}
	if took := at - left; took > leaveLimit {
		s.tally.late = append(s.tally.late, lateLeave{of: of, at: s, took: took, when: at})
	}
}

// observeLine resolves a chat line to a line of the run, to one of somebody
// who is not of the run, or to a defect.
func (s *Session) observeLine(f *wire.Frame, at time.Duration) *Line {
	chatter, seq, ok := ParseStamp(f.Text, s.judge.cfg.Nonce)
	if !ok {
		return s.unstamped(f, at)
	}
	snd := s.judge.chatters.at(chatter)
	var l *Line
	if snd != nil {
		l = snd.find(seq)
	}
	if l == nil {
		s.unknown(f, snd, chatter, seq)
		return nil
	}
	good := s.contentRight(l, f)
	if f.Private || l.Private() {
		if !s.party(l, f) {
			return nil
		}
		if !s.bound {
			s.enqueue(word{kind: wire.Line, line: l}, at)
		} else if !s.takePrivate(l, at) {
			return nil
		}
	} else if !s.see(word{kind: wire.Line, line: l, name: string(f.Sender)}, at) {
		return nil
	}
	if !good {
		if l.Measured {
			s.tally.deliveries-- // it came, but not as it should
		}
		return nil
	}
	return l
}

// unknown judges a stamped line of which there is no record.
func (s *Session) unknown(f *wire.Frame, snd *sender, chatter, seq int) {
	s.tally.observed++
	known := 0
	if snd != nil {
		snd.mu.Lock()
		known = snd.next
		snd.mu.Unlock()
	}
	v := violation{key: key{text: string(f.Text)}, at: s, came: quoteFrame(f)}
	if seq < known {
		v.sentence = "a line that everybody had long ago came again"
		s.judge.violate(NoDuplication, v)
		return
	}
	v.sentence = "a line came that nobody sent: its stamp names line " + itoa(seq) + " of chatter " + itoa(chatter) + ", who has sent fewer"
	s.judge.violate(NoCreation, v)
}

// contentRight compares what came with what was sent.
func (s *Session) contentRight(l *Line, f *wire.Frame) bool {
	v := violation{key: key{line: l}, at: s, line: l, came: quoteFrame(f)}
	switch {
	case l.Text != string(f.Text):
		v.sentence = "a line's text came altered"
		if n := strings.Count(string(f.Text), s.judge.cfg.Nonce+"-"); n > 1 {
			v.sentence = "several lines came glued into one"
			s.garble(string(f.Sender), n-1)
		}
	case l.Private() && !f.Private:
		return true // judged by its parties
	case !l.Private() && f.Private:
		v.sentence = "a line for the group came as a private one"
	case s.judge.cfg.Level == Full && l.Session.assigned() != string(f.Sender):
		v.sentence = "a line came under a name that is not its sender's"
	default:
		return true
	}
	s.judge.violate(NoCreation, v)
	return false
}

// garble notes that a line by name came in a form that cannot be told, so
// that its absence is not a second defect.
func (s *Session) garble(name string, n int) {
	if s.garbled == nil {
		s.garbled = make(map[string]int)
	}
	s.garbled[name] += n
}

// unstamped judges a line without the run's stamp: from a member that is not
// of the run it is a public entry like any other; from one that is, it is a
// line that lost its stamp.
func (s *Session) unstamped(f *wire.Frame, at time.Duration) *Line {
	if s.judge.foreign(string(f.Sender)) {
		if !f.Private {
			s.see(word{kind: wire.Line, name: string(f.Sender), text: string(f.Text)}, at)
		}
		return nil
	}
	s.tally.observed++
	s.judge.violate(NoCreation, violation{key: key{text: string(f.Sender) + ":" + string(f.Text)}, at: s, came: quoteFrame(f),
		sentence: "a line came that nobody sent"})
	if s.bound {
		if e := s.expected(); e != nil && e.kind == wire.Line && e.name == string(f.Sender) {
			s.c++ // the altered copy stands for the line that was due
			s.tally.entries++
			if e.line != nil && e.line.Session == s {
				s.own(e.line)
			}
			return nil
		}
	}
	s.garble(string(f.Sender), max(1, bytes.Count(f.Text, []byte(s.judge.cfg.Nonce+"-"))))
	return nil
}

// see takes a public entry as this receiver saw it; false if it is a defect.
func (s *Session) see(w word, at time.Duration) bool {
	if !s.bound {
		s.enqueue(w, at)
		return true
	}
	return s.step(&w, at)
}

// step gives a public entry that is not simply the next one its due.
func (s *Session) step(w *word, at time.Duration) bool {
	j := s.judge
	for {
		if e := s.expected(); e != nil && e.is(w) {
			s.passed(e, at)
			if w.kind == wire.Leave {
				s.learned(e.member, at)
			}
			return true
		}
		place := s.find(w)
		switch {
		case place < 0:
			if !j.place(s, w, at) {
				return false
			}
		case place >= s.c:
			s.jumpTo(place)
		case s.fill(place):
			s.outOfOrder(w, at)
			return true
		case place < s.start:
			j.violate(ViewOrder, violation{key: wordKey(w), at: s, line: w.line, place: place,
				sentence: "an entry from before its own join came to a newcomer", came: w.String()})
			return false
		default:
			s.tally.observed++
			j.violate(twice(w.kind), violation{key: wordKey(w), at: s, line: w.line, place: place,
				sentence: "an entry came twice", came: w.String()})
			return false
		}
	}
}

// twice is the check that a repeated entry violates.
func twice(k wire.Kind) Name {
	if k == wire.Leave {
		return LeaveCompleteness
	}
	return NoDuplication
}

// outOfOrder counts an entry that came after others that follow it.
func (s *Session) outOfOrder(w *word, at time.Duration) {
	s.tally.entries++
	if w.line != nil {
		s.delivered(w.line, at)
	}
}

// jumpTo notes that [c, place) has not been seen although place is.
func (s *Session) jumpTo(place int64) {
	jp := &jump{lo: s.c, hi: place, seen: make(map[int64]bool)}
	j := s.judge
	j.mu.Lock()
	for p := jp.lo; p <= jp.hi && len(jp.what) < maxKept; p++ {
		if e := j.order.entry(p); e != nil {
			jp.what = append(jp.what, *e)
		}
	}
	j.mu.Unlock()
	s.jumps = append(s.jumps, jp)
	s.c = place
	s.marked = max(s.marked, place) // those in between have no reading here
}

// fill takes an entry of an earlier jump that comes now.
func (s *Session) fill(place int64) bool {
	for i, jp := range s.jumps {
		if place < jp.lo || place >= jp.hi || jp.seen[place] {
			continue
		}
		jp.seen[place] = true
		jp.got++
		if jp.got == jp.hi-jp.lo {
			s.judge.noteJump(s, jp)
			s.jumps = append(s.jumps[:i], s.jumps[i+1:]...)
		}
		return true
	}
	return false
}

// find gives the place of an entry as this session would see it, -1 if it has
// none yet.
func (s *Session) find(w *word) int64 {
	if w.line != nil {
		return w.line.place.Load()
	}
	for _, jp := range s.jumps {
		for i := range jp.what {
			if p := jp.lo + int64(i); p < jp.hi && !jp.seen[p] && jp.what[i].is(w) {
				return p
			}
		}
	}
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	holder := j.fold.holder(w.name, s.c-1)
	switch {
	case w.kind == wire.Leave && holder == nil, w.kind == wire.Join && holder != nil:
		if p := j.lastLocked(w, s.c); p >= 0 {
			return p // again
		}
	}
	for p := s.c; p < j.order.len; p++ {
		if j.order.entry(p).is(w) {
			return p
		}
	}
	return -1
}

// lastLocked looks backwards from c for an entry, as far as the order is kept.
func (j *Judge) lastLocked(w *word, c int64) int64 {
	for p := c - 1; ; p-- {
		e := j.order.entry(p)
		if e == nil {
			return -1
		}
		if e.is(w) {
			return p
		}
	}
}
