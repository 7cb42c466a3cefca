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

// misspeltLocked finds the join that a session's must be, of whom there is a sign that
// it has joined: one of its name in another case.
func (l *Ledger) misspeltLocked(s *Session) {
	for _, m := range l.members.log {
		if m.Session == nil && m.Left() == 0 && m.Joined() >= s.floor && SameButForCase(m.Name, s.name) {
			l.spellsLocked(s, m)
			return
		}
	}
}

// spellsLocked records that the room has told of the session's join as that of m, in
// another case: m is nobody, and whose join was not told of is the session.
func (l *Ledger) spellsLocked(s *Session, m *Member) {
	s.Welcomed = m.Name
	l.emitLocked(Fact{Kind: Miscalled, At: s, Session: s, Text: s.name, Came: Came{Name: m.Name}})
	l.members.leave(m, l.order.len, min(l.horizon, l.pinned))
}

// unspelledLocked looks whether a join that was just placed is that of somebody who is
// known by what it did, in another case.
func (l *Ledger) unspelledLocked(m *Member) {
	for _, o := range l.members.log {
		if o.Unannounced && o.Session != nil && o.Session.Welcomed == "" && o.Session.floor <= m.Joined() && SameButForCase(m.Name, o.Name) {
			l.spellsLocked(o.Session, m)
			return
		}
	}
}
