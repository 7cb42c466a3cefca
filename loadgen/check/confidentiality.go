package check

import "chatsim/loadgen/check/ledger"

// confidentiality: a private line reaches its sender and its target only.
var confidentiality = rule{name: Confidentiality, level: Full,
	evaluated: func(t *ledger.Totals) int64 { return t.Private },
	says: sentences{
		ledger.Overheard:    "a private line between others came to a third",
		ledger.SecondTarget: "a private line came to two chatters of its target's name",
	},
}
