package check

import (
	"bytes"
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
func (s *Session) observeRoster(f *wire.Frame, at time.Duration) {
	if !s.awaitsRoster() {
		return
	}
	if s.judge.cfg.Rosters {
		s.observeWhole(f.Names, at)
		return
	}
	hash := uint64(0)
	s.snapshot = []byte{}
	for _, name := range f.Names {
		hash += hashName(name)
		s.snapshot = append(append(s.snapshot, name...), '\n')
	}
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	defer s.joined.Store(true)
	s.hasRoster, s.count, s.hash = true, len(f.Names), hash
	s.sentBefore[1], s.refusedBefore = j.publicSent, j.publicRefused.Load()
	if j.cfg.Level >= Count {
		s.bound, s.snapshot = true, nil
		return
	}
	if j.order.len == 0 && len(j.fold.log) == 0 {
		j.begin(s, f)
		return
	}
	if s.member == nil {
		if m := j.fold.unclaimed(s.name, func(m *member) bool { return m.fits(s) }); m != nil && !j.contestedLocked(m) {
			s.bindLocked(m)
		}
	}
}

func (s *Session) awaitsRoster() bool {
	return s.name != "" && (!s.hasRoster || s.judge.cfg.Rosters)
}

// fits says whether a session's snapshot adds up to the members just after m's join.
func (m *member) fits(s *Session) bool {
	return s.hasRoster && s.name == m.name && m.place.Load() >= s.floor && m.count == s.count && m.hash == s.hash
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

// bindLocked makes m the session's stay. One that is over is settled by whoever
// places entries: its own goroutine does not come back.
func (s *Session) bindLocked(m *member) {
	j := s.judge
	s.member, m.session = m, s
	delete(j.unbound, s)
	if s.ended.Load() && !s.bound {
		j.over = append(j.over, s)
	}
	if m.left.Load() != 0 {
		j.checkLeaveLocked(m)
	}
}

// settleStart is called by the observing goroutine, or for a stay that is over
// by whoever has placed its join: the session's slice begins, what it had seen
// so far is looked at again, and its snapshot is compared.
func (s *Session) settleStart(at time.Duration, last bool) {
	j := s.judge
	if j.cfg.Rosters {
		s.settleFirst(at, false)
		return
	}
	j.mu.Lock()
	if s.member == nil {
		j.evidenceLocked(s)
	}
	if s.member == nil && last {
		if m := j.fold.now(s.name); m != nil && m.session == nil {
			s.bindLocked(m)
		}
	}
	m := s.member
	if m == nil || s.bound || !s.startLocked() && !last {
		j.mu.Unlock()
		return
	}
	m = s.member
	s.startLines = j.order.linesBefore(s.start)
	log := j.fold.log
	j.mu.Unlock()
	s.c, s.marked, s.bound = s.start, s.start, true
	s.compareSnapshot(log, m)
	s.replay(at)
}

// replay has what the session had seen so far take its place.
func (s *Session) replay(at time.Duration) {
	queue := s.queue
	s.queue = nil
	for i := range queue {
		switch w := &queue[i]; {
		case w.line != nil && w.line.Private():
			s.takePrivate(w.line, w.at)
		default:
			s.step(&w.word, w.at)
		}
	}
	s.Flush(at)
}

// startLocked finds where the session's slice begins: after its join, or where
// it first saw something if that stands before. It is false if that is not
// clear yet: of joins and leaves alone, there may have been others.
func (s *Session) startLocked() bool {
	j := s.judge
	s.start = s.member.place.Load() + 1
	var first *word // that is no line of the run
	n := int64(0)
	for i := range s.queue {
		w := &s.queue[i].word
		switch {
		case w.line != nil && w.line.Private():
		case w.line != nil:
			if p := w.line.place.Load(); p >= 0 {
				s.startBeforeLocked(w, max(0, p-n))
			}
			return true
		default:
			if n++; n == 1 {
				first = w
			}
		}
	}
	e := j.order.entry(s.start)
	return first == nil || e == nil || e.is(first)
}

// startBeforeLocked corrects the start by the place of what the session saw
// first: its join is the last one of its name before that.
func (s *Session) startBeforeLocked(w *word, place int64) {
	j, m := s.judge, s.member
	if o := j.fold.holder(s.name, place-1); o != nil && o != m && o.session == nil && m.left.Load() != 0 && m.left.Load() < o.place.Load() {
		m.session = nil
		s.bindLocked(o)
		m = o
		s.start = m.place.Load() + 1
	}
	if join := m.place.Load(); place < join && !m.silent {
		j.accuseLocked(ViewOrder, violation{key: wordKey(w), at: s, line: w.line, place: place,
			sentence: "an entry from before its own join came to a newcomer"}, place, join)
	}
	s.start = min(s.start, place)
}

// evidenceLocked binds a session whose snapshot fits no join by the first line
// that it saw: its join is the last one of its name before that.
func (j *Judge) evidenceLocked(s *Session) {
	for i := range s.queue {
		w := &s.queue[i].word
		if w.line == nil || w.line.Private() {
			continue
		}
		p := w.line.place.Load()
		if p < 0 {
			return
		}
		m := j.fold.unclaimed(s.name, func(m *member) bool { return m.place.Load() >= s.floor && m.present(p) })
		if m != nil {
			s.bindLocked(m)
			return
		}
	}
}

// waiting is an entry that came before the session's own join had a place.
type waiting struct {
	word
	at time.Duration
}

// enqueue keeps what comes before the session's own join has a place.
func (s *Session) enqueue(w word, at time.Duration) {
	w.raw = nil
	if len(s.queue) < maxQueue {
		s.queue = append(s.queue, waiting{w, at})
	} else {
		s.blind = true
	}
	s.settleStart(at, false)
}

// compareSnapshot compares the snapshot and the assigned name with who was
// there just after the session's join. What differs is heard at the end.
func (s *Session) compareSnapshot(log []*member, m *member) {
	if s.judge.cfg.Level != Full || m.silent { // nobody can say when a silent one joined
		s.snapshot = nil
		return
	}
	s.tally.snapshots++
	s.tally.suffixes++
	place := m.place.Load()
	if s.sameRoster(log, place) {
		s.snapshot = nil
	}
	named := true
	if s.Asked != "" {
		_, named = due(s.Asked, m.name, taken(s.Asked, m, len(log), func(f func(*member)) { roster(log, place, f) }), nil)
	}
	if s.snapshot == nil && named {
		return
	}
	j := s.judge
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pinned = min(j.pinned, s.floor)
	if len(j.misfits) == maxMisfits {
		if s.snapshot = nil; named {
			j.violateLocked(RosterAccuracy, violation{key: key{session: s}, at: s, place: place, implied: len(j.tainted) > 0,
				sentence: "one more newcomer's roster is not who is there"})
		}
		return
	}
	j.misfits = append(j.misfits, s)
}

// sameRoster walks the snapshot beside the fold: equal names in equal order.
func (s *Session) sameRoster(log []*member, place int64) bool {
	rest, same := s.snapshot, true
	roster(log, place, func(o *member) {
		n := bytes.IndexByte(rest, '\n')
		if n < 0 || string(rest[:n]) != o.name {
			same = false
			return
		}
		rest = rest[n+1:]
	})
	return same && len(rest) == 0
}
