package check

import "chatsim/loadgen/check/ledger"

// authenticity: a line that claims another sender comes under its own's name.
var authenticity = rule{name: Authenticity, level: Full, needs: needs{claims},
	atOnce: 2, takes: "a line that claims another's name; use -scenario mixed and raise -rate or -duration",
	evaluated: func(t *ledger.Totals) int64 { return t.Claims },
	says: sentences{
		ledger.ClaimBelieved: "a line came under the name that it claimed, which is not its sender's",
	},
}
