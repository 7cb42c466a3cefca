package ledger

import (
	"bytes"
	"strconv"
	"strings"
)

// compareSnapshot compares the snapshot and the assigned name with who was
// there just after the session's join. What differs is judged at the end.
func (st start) compareSnapshot(log []*Member, m *Member) {
	s, l := st.Session, st.ledger
	if l.cfg.Level != Full || m.Unannounced { // nobody can tell when an unannounced one joined
		s.snapshot = nil
		return
	}
	s.Totals.Snapshots++
	there := presentAt(log, m.Joined())
	due, named := Due(m, s.Asked, len(log), there, nil)
	if s.Asked != "" && (due != s.Asked || m.Name != s.Asked) { // else no suffix could be wrong
		s.Totals.Suffixes++
	}
	if sameRoster(s.snapshot, there) || l.cfg.Capabilities.Sets && sameSet(namesOf(there), s.Snapshot()) {
		s.snapshot = nil
	}
	if s.snapshot != nil || !named {
		l.mu.Lock()
		defer l.mu.Unlock()
		st.mismatchLocked(m, named)
	}
}

// mismatchLocked records that the roster that is left, or the name, is not what it
// should be.
func (st start) mismatchLocked(m *Member, named bool) {
	s, l := st.Session, st.ledger
	l.pinned = min(l.pinned, s.floor)
	if s.snapshot != nil {
		if !l.facts.room(RosterMismatch) {
			s.snapshot = nil
		}
		l.emitLocked(Fact{Kind: RosterMismatch, At: s, Session: s, Place: m.Joined(), Doubt: len(l.doubted) > 0})
	}
	if !named {
		l.emitLocked(Fact{Kind: NameMismatch, At: s, Session: s, Place: m.Joined()})
	}
}

// sameRoster walks a snapshot beside who was there: equal names in equal order.
func sameRoster(snapshot []byte, there func(func(*Member))) bool {
	rest, same := snapshot, true
	there(func(o *Member) {
		n := bytes.IndexByte(rest, '\n')
		if n < 0 || string(rest[:n]) != o.Name {
			same = false
			return
		}
		rest = rest[n+1:]
	})
	return same && len(rest) == 0
}

// presentAt ranges over the members of a log who are in the room just after a place.
func presentAt(log []*Member, place int64) func(func(*Member)) {
	return func(f func(*Member)) {
		for _, m := range log {
			if m.present(place) {
				f(m)
			}
		}
	}
}

// namesOf returns the names of some members.
func namesOf(members func(func(*Member))) (names []string) {
	members(func(m *Member) { names = append(names, m.Name) })
	return names
}

// Snapshot returns the names of the session's roster if they are not who was
// there just after its join.
func (g *greeting) Snapshot() (names []string) {
	for n := range bytes.Lines(g.snapshot) {
		names = append(names, string(n[:len(n)-1]))
	}
	return names
}

// Due returns the name that a newcomer who asked for a name should have got
// among those who were there, and whether it did: the one asked for if it is
// free, else the smallest free suffix from 2. A doubtful name may be held or
// not. Members is how many there were, at most.
func Due(m *Member, asked string, members int, there func(func(*Member)), doubtful map[string]bool) (name string, ok bool) {
	if asked == "" {
		return m.Name, true
	}
	held := make([]bool, members+3) // by suffix, 1 for none; the smallest free one is among the first members+1
	there(func(o *Member) {
		if suffix, ok := strings.CutPrefix(o.Name, asked); ok && o != m {
			if k := suffixNumber(suffix); k > 0 && k < len(held) {
				held[k] = true
			}
		}
	})
	for k := 1; ; k++ {
		if k < len(held) && held[k] {
			continue
		}
		name = asked
		if k > 1 {
			name += strconv.Itoa(k)
		}
		switch {
		case name == m.Name:
			return name, true
		case !doubtful[name]:
			return name, false
		}
	}
}

// suffixNumber returns the number that a suffix is, 1 for none; 0 for what is no
// suffix.
func suffixNumber(suffix string) (k int) {
	if suffix == "" {
		return 1
	}
	for _, c := range []byte(suffix) {
		if c < '0' || c > '9' || k == 0 && c == '0' || k > 1<<24 {
			return 0
		}
		k = 10*k + int(c-'0')
	}
	if k == 1 {
		return 0
	}
	return k
}
