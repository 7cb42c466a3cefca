package check

import (
	"bytes"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// A join entry names a name, not a chatter. It is bound to the session that
// was welcomed by that name and whose roster adds up to the members just after
// the entry; where a server's rosters are wrong, by what the session sees next.

// observeWelcome takes the session's assigned name.
func (s *Session) observeWelcome(name []byte) {
	j := s.judge
	j.mu.Lock()
	s.name = string(name)
	j.mu.Unlock()
}

// assigned is the session's name as its welcome said.
func (s *Session) assigned() string {
	s.judge.mu.Lock()
	defer s.judge.mu.Unlock()
	return s.name
}

// observeRoster takes the snapshot that comes with the welcome; a later one is
// an answer to somebody's question and is not judged.
func (s *Session) observeRoster(f *wire.Frame) {
	if s.hasRoster || s.name == "" {
		return
	}
	for _, name := range f.Names {
		s.hash += hashName(name)
		s.snapshot = append(append(s.snapshot, name...), '\n')
	}
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	defer s.joined.Store(true)
	s.hasRoster, s.count = true, len(f.Names)
	s.sentBefore[1] = j.publicSent
	if j.cfg.Level >= Count {
		s.bound, s.snapshot = true, nil
		return
	}
	if j.order.len == 0 && len(j.fold.log) == 0 {
		j.begin(s, f)
		return
	}
	if m := j.fold.now(s.name); m != nil && m.session == nil && m.fits(s) {
		s.bindLocked(m)
	}
}

// fits says whether a session's snapshot adds up to the members just after m's join.
func (m *member) fits(s *Session) bool {
	return s.hasRoster && s.name == m.name && m.place >= s.floor && m.count == s.count && m.hash == s.hash
}

// begin starts the canonical order with the first session's join; whoever is
// in its snapshot was there before the run.
func (j *Judge) begin(s *Session, f *wire.Frame) {
	for _, name := range f.Names {
		if string(name) != s.name {
			j.fold.join(string(name), -1)
		}
	}
	m := j.fold.join(s.name, 0)
	j.order.append(entry{kind: wire.Join, name: s.name, member: m})
	s.bindLocked(m)
}

// bindLocked makes m the session's stay: its slice begins after m's join.
func (s *Session) bindLocked(m *member) {
	j := s.judge
	s.member, m.session = m, s
	s.start = m.place + 1
	delete(j.unbound, s)
	if ch := j.order.at(m.place); ch != nil && m.place >= 0 {
		s.startLines = ch.lines[m.place-ch.base]
	}
}

// settleStart is called by the observing goroutine: once the session's join
// has a place, its slice begins, what it had seen so far is looked at again,
// and its snapshot is compared.
func (s *Session) settleStart(at time.Duration) {
	j := s.judge
	j.mu.Lock()
	m := s.member
	if m == nil {
		m = j.evidenceLocked(s)
	}
	log := j.fold.log
	j.mu.Unlock()
	if m == nil || s.bound {
		return
	}
	s.c, s.marked, s.bound = s.start, s.start, true
	s.compareSnapshot(log, m)
	queue := s.queue
	s.queue = nil
	for i := range queue {
		switch w := &queue[i]; {
		case w.line != nil && w.line.Private():
			s.takePrivate(w.line, at)
		default:
			s.step(w, at)
		}
	}
	s.Flush(at)
}

// evidenceLocked binds a session whose snapshot fits no join by the first entry
// that it saw: its join is the last one of its name before that.
func (j *Judge) evidenceLocked(s *Session) *member {
	for i := range s.queue {
		w := &s.queue[i]
		if w.line == nil || w.line.Private() {
			continue
		}
		p := w.line.place.Load()
		if p < 0 {
			return nil
		}
		if m := j.fold.holder(s.name, p); m != nil && m.session == nil {
			s.bindLocked(m)
			return m
		}
		return nil
	}
	return nil
}

// enqueue keeps what comes before the session's own join has a place.
func (s *Session) enqueue(w word, at time.Duration) {
	if len(s.queue) < maxQueue {
		s.queue = append(s.queue, w)
	}
	s.settleStart(at)
}

// compareSnapshot judges the snapshot and the assigned name against who was
// there just after the session's join.
func (s *Session) compareSnapshot(log []*member, m *member) {
	if s.judge.cfg.Level != Full {
		s.snapshot = nil
		return
	}
	s.tally.snapshots++
	if !s.sameRoster(log, m) {
		if v, bad := s.rosterDiff(log, m); bad {
			s.judge.violate(RosterAccuracy, v)
		}
	}
	s.snapshot = nil
	s.tally.suffixes++
	if s.Asked == "" {
		return
	}
	if due, ok := suffixOK(log, m, s.Asked); !ok {
		s.judge.violate(NameSuffixing, violation{key: key{session: s}, at: s, place: m.place, expected: due, came: m.name,
			sentence: "a newcomer who asked for " + quote(s.Asked) + " was called " + quote(m.name) + " where " + quote(due) + " was due"})
	}
}

// sameRoster walks the snapshot beside the fold: equal names in equal order.
func (s *Session) sameRoster(log []*member, m *member) bool {
	rest, same := s.snapshot, true
	roster(log, m.place, func(o *member) {
		n := bytes.IndexByte(rest, '\n')
		if n < 0 || string(rest[:n]) != o.name {
			same, rest = false, rest[max(n, 0):]
			return
		}
		rest = rest[n+1:]
	})
	return same && len(rest) == 0
}

// rosterDiff says what a snapshot has too much or too little. A name whose
// owner is on its way out may be on either side.
func (s *Session) rosterDiff(log []*member, m *member) (violation, bool) {
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	due := make(map[string]bool)
	var order []string
	roster(log, m.place, func(o *member) { due[o.name] = true; order = append(order, o.name) })
	came := strings.Split(strings.TrimSuffix(string(s.snapshot), "\n"), "\n")
	var extra, lacking []string
	has := make(map[string]bool, len(came))
	for _, n := range came {
		has[n] = true
		if !due[n] && !j.leavingLocked(n) {
			extra = append(extra, quote(n))
		}
	}
	for _, n := range order {
		if !has[n] && !j.leavingLocked(n) {
			lacking = append(lacking, quote(n))
		}
	}
	v := violation{key: key{session: s}, at: s, place: m.place, expected: some(order), came: some(came)}
	switch {
	case len(extra) > 0:
		v.sentence = "a newcomer's roster names " + strings.Join(extra[:min(len(extra), 3)], ", ") + ", who is not there"
	case len(lacking) > 0:
		v.sentence = "a newcomer's roster lacks " + strings.Join(lacking[:min(len(lacking), 3)], ", ") + ", who is there"
	case len(came) == len(order) && len(came) > 0:
		v.sentence = "a newcomer's roster is not in join order with itself last"
	default:
		return v, len(came) != len(has) // only names on their way out differ, unless one is there twice
	}
	return v, true
}

// leavingLocked says whether a name's present or last owner has begun to leave.
func (j *Judge) leavingLocked(name string) bool {
	for m := j.fold.byName[name]; m != nil; m = m.was {
		if m.session != nil && m.session.closing.Load() != 0 {
			return true
		}
	}
	return false
}
