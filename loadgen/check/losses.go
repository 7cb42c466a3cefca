package check

import (
	"maps"
	"slices"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// loss is an entry that some lack.
type loss struct {
	place int64
	entry *ledger.Entry
	at    []*Session
}

// lose collects the losses, one for each entry. Those that may have come in a
// form that cannot be told are no second defect.
func (e *lacking) lose() {
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
			case e.replaced(s, p, en), e.misspelt(s, en.Kind, en.Name):
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

// mistold reports whether a join that a session lacks at a place was told by the name of
// another who was there.
func (e *lacking) mistold(s *Session, place int64) bool {
	return slices.ContainsFunc(e.Facts.Of(ledger.BeforeOwnJoin, ledger.JoinOfMember), func(f *ledger.Fact) bool {
		switch {
		case f.At != s:
			return false
		case f.Kind == ledger.JoinOfMember:
			return f.Member.Session == nil && (f.Stood == place || f.Place+1 == place)
		}
		return f.Came.Kind == wire.Join && f.Stood == place
	})
}

// replaced reports whether an entry that the session lacks at a place had a copy of
// another in its stead, as where a server uses a buffer again too soon: of its sender's
// line before, or of a join or leave where it was next.
func (e *lacking) replaced(s *Session, place int64, en *ledger.Entry) bool {
	return en.Kind == wire.Join && e.mistold(s, place) || slices.ContainsFunc(e.Facts.Of(ledger.Repeated), func(f *ledger.Fact) bool {
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
func (e *lacking) replacedForAll(l *Line) bool {
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
