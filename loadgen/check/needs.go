package check

import "chatsim/loadgen/check/ledger"

// need is something that clients must be able to show.
type need struct {
	lacks func(ledger.Capabilities) bool
	why   string // a check is not exercised without it, by the protocol's name
}

type needs []need

var (
	oneOrder = need{func(c ledger.Capabilities) bool { return c.BySender }, "%s promises an order of the lines of each sender only"}
	views    = need{func(c ledger.Capabilities) bool { return c.Views == ledger.NoViews }, "%s tells nobody who is there"}
	places   = need{func(c ledger.Capabilities) bool { return c.Views == ledger.WholeRosters },
		"%s tells who is there by whole rosters, which have no place among the lines"}
	suffixes = need{func(c ledger.Capabilities) bool { return c.OwnSuffix }, "over %s a taken name is refused: the client asks for another"}
	privacy  = need{func(c ledger.Capabilities) bool { return c.NoPrivate }, "over %s a line goes to all who are there"}
	claims   = need{func(c ledger.Capabilities) bool { return c.NoClaims }, "over %s no line names its sender: there is nothing to claim"}
)
