package check

import (
	"slices"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// misspelt reports whether a session, or nil for all, was told of a join or leave under
// a name that differs in case only: then that is the defect.
func (e *presence) misspelt(s *Session, kind wire.Kind, name string) bool {
	switch kind {
	case wire.Join:
		return slices.ContainsFunc(e.untrue, func(u untrue) bool {
			return u.says == hasJoined && slices.Contains(u.told, s) && ledger.SameButForCase(u.name, name)
		})
	case wire.Leave:
		return slices.ContainsFunc(e.Facts.Of(ledger.LeaveOfNobody), func(f *ledger.Fact) bool {
			return (s == nil || slices.Contains(f.Seen, s)) && ledger.SameButForCase(f.Came.Name, name)
		})
	}
	return false
}
