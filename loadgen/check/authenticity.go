package check

import "chatsim/loadgen/check/ledger"

// claimless is why sender authenticity cannot be exercised.
func claimless(c ledger.Capabilities) string {
	if !c.NoClaims {
		return ""
	}
	return "over " + c.Speaks() + " no line names its sender: there is nothing to claim"
}

// authenticity: a line that claims another sender comes under its own's name.
var authenticity = rule{name: Authenticity, level: Full, unable: claimless,
	atOnce: 2, takes: "a line that claims another's name; use -scenario mixed and raise -rate or -duration",
	evaluated: func(t *ledger.Totals) int64 { return t.Claims },
	says: sentences{
		ledger.ClaimBelieved: "a line came under the name that it claimed, which is not its sender's",
	},
}
