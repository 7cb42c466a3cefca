package check

import (
	"fmt"
	"slices"
	"time"

	"chatsim/loadgen/check/ledger"
)

// isolation: for no line that is sent while one chatter does not read does any
// other wait longer than the server's grace where that is known, beside the
// longest wait while all read; else than the larger of a second and twice that
// wait.
var isolation = rule{name: Isolation, level: Full,
	atOnce: 3, takes: "a line while one chatter does not read; use -scenario slowreader and raise -users or -duration",
	evaluated: func(t *ledger.Totals) int64 { return t.Isolated },
	soFar: func(l *ledger.Ledger, facts *ledger.Facts) bool {
		cfg := l.Config()
		limit := cfg.StallLimit(l.Calm())
		return slices.ContainsFunc(facts.Of(ledger.Slow), func(f *ledger.Fact) bool { return f.Took > limit })
	},
	judge: func(e *evidence, out *findings) {
		// ledger.Slow proves nothing before it is known how long lines took while all read.
		cfg := e.Config()
		limit := cfg.StallLimit(e.Calm)
		for _, f := range e.Facts.Of(ledger.Slow) {
			if f.Took > limit {
				out.add(violationOf(f, fmt.Sprintf("a line that was sent while one chatter did not read took %v to another, more than %v",
					f.Took.Round(time.Millisecond), limit.Round(time.Millisecond))))
			}
		}
		if len(out.list) > 0 {
			out.beyond += e.Facts.Beyond[ledger.Slow]
		}
	},
}
