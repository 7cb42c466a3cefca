package check

import (
	"slices"
	"strings"

	"chatsim/manager/wire"
)

// noSuchUser begins the server's answer to a private line to somebody who is
// not there.
const noSuchUser = "no such user: "

// observeError takes what the server says to this session alone.
func (s *Session) observeError(text []byte) {
	if name, ok := strings.CutPrefix(string(text), noSuchUser); ok && name != "" && s.observeNoUser(name) {
		return
	}
	s.said = string(text)
	if reason, ok := wire.ParseReason(text); !ok || !reason.Closing() {
		s.observeRefusal(text)
	}
}

// observeNoUser takes the answer to a private line that its target is not there;
// false if there was no line to that name.
func (s *Session) observeNoUser(name string) bool {
	e := refusal{target: name, till: s.judge.chatters.sent(s.Chatter)}
	if !s.answer(&e) && !s.takeOver(&e, func(l *Line) bool { return l.Target == name }) {
		l := s.toldLast(name)
		if l != nil {
			s.contradicted(l)
		}
		return l != nil
	}
	if !s.bound || s.judge.cfg.Level >= Count || s.judge.cfg.Rosters { // or nobody can say who was there
		return true
	}
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	place := s.behind()
	if m := j.fold.holder(name, place); m != nil && m == j.fold.holder(name, s.c-1) {
		v := violation{key: key{line: e.line}, at: s, line: e.line, place: place + 1, came: noSuchUser + quote(name),
			sentence: "a private line was refused although its target is there"}
		j.hearings = append(j.hearings, hearing{check: Validity, v: v, a: place, gone: m})
		s.refusals[len(s.refusals)-1].heard = true
	}
	return true
}

// toldLast returns the latest line to a name that came back, nil if there is
// none (any more).
func (s *Session) toldLast(name string) (last *Line) {
	s.sender.each(func(l *Line) {
		if l.Session == s && l.Target == name && l.answered.Load() && l.refused.Load() == 0 && (last == nil || l.Seq > last.Seq) {
			last = l
		}
	})
	return last
}

// queued says whether a line has come and waits for the session's join.
func (s *Session) queued(l *Line) bool {
	return slices.ContainsFunc(s.queue, func(w waiting) bool { return w.line == l })
}

// observeStamp is Observe below level Order: a line is known by its stamp.
func (s *Session) observeStamp(f *wire.Frame) *Line {
	switch f.Kind {
	case wire.Line:
	case wire.Join, wire.Leave:
		return nil
	default:
		return s.observe(f, 0)
	}
	chatter, seq, ok := ParseStamp(f.Text, s.judge.cfg.Nonce)
	if !ok {
		return nil
	}
	l := s.judge.lineOf(chatter, seq)
	if l == nil {
		return nil
	}
	if !f.Private {
		s.got++
	}
	s.delivered(l, 0)
	return l
}

// Garbage notes that the session received a frame that cannot be understood;
// what says why, and quotes it.
func (s *Session) Garbage(what string) {
	if s.judge.cfg.Level != Full {
		return
	}
	if t := s.judge.tape; t != nil {
		defer t.step()()
		c, pos := s.where()
		t.put(Event{Kind: EventGarbled, Session: s.number, C: c, Pos: pos, Text: what})
	}
	s.tally.observed++
	s.judge.violate(NoCreation, violation{key: key{text: what}, at: s, came: quote(what), sentence: "a frame came that cannot be understood"})
}
