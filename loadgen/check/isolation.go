package check

import "chatsim/loadgen/check/ledger"

// isolation: while one chatter does not read, no other waits longer for a line
// than the limit.
var isolation = rule{name: Isolation, level: Full,
	evaluated: func(t *ledger.Totals) int64 { return t.Isolated },
	says: sentences{
		ledger.Slow: "a line took {took} to somebody who reads while another did not",
	},
}
