package ledger

import (
	"strings"

	"golang.org/x/text/cases"
)

// dotless makes one letter of all kinds of i: which is whose capital is a matter of
// the language.
var dotless = strings.NewReplacer("i\u0307", "i", "İ", "i", "ı", "i", "I", "i")

// SameButForCase reports whether two different names are one to a program to which
// case does not matter.
func SameButForCase(a, b string) bool {
	fold := func(s string) string { return cases.Fold().String(dotless.Replace(s)) }
	return a != b && fold(a) == fold(b)
}

// misspelt returns the join that a session's must be, of whom there is a sign that it
// has joined: one of its name in another case; nil if there is none.
func (ms *membership) misspelt(s *Session) *Member {
	for _, m := range ms.log {
		if m.Session == nil && m.Left() == 0 && m.Joined() >= s.floor && SameButForCase(m.Name, s.name) {
			return m
		}
	}
	return nil
}

// unspelled returns the session that is known by what it did, and of whose join m must
// be in another case; nil if there is none.
func (ms *membership) unspelled(m *Member) *Session {
	for _, o := range ms.log {
		if o.Unannounced && o.Session != nil && o.Session.Welcomed == "" && o.Session.floor <= m.Joined() && SameButForCase(m.Name, o.Name) {
			return o.Session
		}
	}
	return nil
}

// spelledLocked records that the room has told of the session's join as that of m, in
// another case: m is nobody, and whose join was not told of is the session. Of no
// member or no session it records nothing.
func (m *Member) spelledLocked(s *Session) {
	if m == nil || s == nil {
		return
	}
	l := s.ledger
	s.Welcomed = m.Name
	l.emitLocked(Fact{Kind: Miscalled, At: s, Session: s, Text: s.name, Came: Came{Name: m.Name}})
	l.members.leave(m, l.order.len, min(l.horizon, l.pinned))
}
