package check

import (
	"fmt"
	"time"

	"chatsim/loadgen/check/ledger"
)

// isolation: while one chatter does not read, no other waits longer for a line
// than the limit.
var isolation = rule{name: Isolation, level: Full,
	evaluated: func(t *ledger.Totals) int64 { return t.Isolated },
	says: func(f *ledger.Fact) string {
		if f.Kind == ledger.Slow {
			return fmt.Sprintf("a line took %v to somebody who reads while another did not", f.Took.Round(time.Millisecond))
		}
		return ""
	},
}
