package check

import "chatsim/loadgen/check/ledger"

// confidentiality: a private line reaches its sender and its target only.
var confidentiality = rule{name: Confidentiality, level: Full,
	evaluated: func(t *ledger.Totals) int64 { return t.Private },
	says: func(f *ledger.Fact) string {
		switch f.Kind {
		case ledger.Overheard:
			return "a private line between others came to a third"
		case ledger.SecondTarget:
			return "a private line came to two chatters of its target's name"
		}
		return ""
	},
}
