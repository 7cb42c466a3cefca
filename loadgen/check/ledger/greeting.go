package ledger

import (
	"bytes"
	"slices"
)

// A newcomer is greeted by its name and then by who is there, each once. A
// roster that comes later answers a question, or it must be right all the same.

// greeting is what came of it and is still needed.
type greeting struct {
	snapshot    []byte    // the roster, each name ended by '\n', until it is compared
	rosterEarly *[][]byte // a roster that came before the welcome
}

// welcome takes the session's name. Where the roster came first, that counts from
// here on.
func (st start) welcome(name string) {
	s, l, at := st.Session, st.ledger, st.at
	if s.name != "" && l.cfg.Capabilities.Views == Ordered {
		s.stray()
		f := Fact{Kind: WelcomedAgain, Session: s, Came: Came{Name: s.name}, When: at}
		if name != s.name {
			f.Kind, f.Text = Miscalled, name
			l.mu.Lock()
			s.Welcomed = name // by which its client signs from now on
			l.mu.Unlock()
		}
		s.emit(f)
		return
	}
	l.mu.Lock()
	s.name = name
	s.namedLocked()
	l.mu.Unlock()
	if early := s.rosterEarly; early != nil {
		s.rosterEarly = nil
		s.emit(Fact{Kind: RosterFirst, Session: s, Came: Came{Name: name}, When: at})
		st.roster(*early)
	}
}

// roster takes a roster: that of the greeting, or a later one.
func (st start) roster(names [][]byte) {
	switch s, l := st.Session, st.ledger; {
	case l.cfg.Capabilities.Views != Ordered:
		if s.name != "" {
			st.observeWhole(names)
		}
	case s.name == "":
		early := make([][]byte, len(names))
		for i := range names {
			early[i] = bytes.Clone(names[i])
		}
		s.rosterEarly = &early
	case !s.HasRoster:
		st.first(names)
	case l.cfg.Level == Full:
		st.laterRoster(names)
	}
}

// laterRoster compares a roster that is not the first with who is there where
// the session stands. Before its join has a place, that is the first one.
func (st start) laterRoster(names [][]byte) {
	s, at := st.Session, st.at
	asked := s.rostersDue.Load() > 0
	if asked {
		s.rostersDue.Add(-1)
	} else {
		s.stray()
	}
	if !s.Bound && len(s.waiting) > 0 || len(s.Missing) > 0 || len(s.Late) > 0 {
		return // nobody can tell
	}
	l, place := s.ledger, s.behind()
	l.mu.Lock()
	defer l.mu.Unlock()
	due := s.Snapshot()
	if s.Bound {
		due = namesOf(presentAt(l.members.log, place))
	}
	s.Totals.Snapshots++
	same := slices.EqualFunc(due, names, func(a string, b []byte) bool { return a == string(b) })
	if l.cfg.Capabilities.Sets {
		same = sameSet(due, names)
	}
	f := Fact{Kind: LateRoster, At: s, Session: s, Place: place + 1, Came: Came{Name: s.name}, When: at}
	if same {
		if asked || s.Next != s.Start {
			return
		}
		f.Kind = RosterAgain
	} else {
		f.Text, _ = differs(due, names)
		f.Doubt = asked && l.members.changesAfter(f.Text, place) || // the answer may be ahead of the stream
			f.Text == "" && l.facts.count[Miscalled] > 0 // or the order of joins is not known
	}
	l.emitLocked(f)
}

// sameSet reports whether two rosters have the same names, in any order.
func sameSet[N string | []byte](due []string, names []N) bool {
	_, differ := differs(due, names)
	return len(due) == len(names) && !differ
}

// differs returns a name that one of two rosters has more often; false if there is none.
func differs[N string | []byte](due []string, names []N) (name string, ok bool) {
	has := make(map[string]int, len(due))
	for _, n := range due {
		has[n]++
	}
	for _, n := range names {
		if has[string(n)] == 0 {
			return string(n), true
		}
		has[string(n)]--
	}
	for _, n := range due {
		if has[n] > 0 {
			return n, true
		}
	}
	return "", false
}
