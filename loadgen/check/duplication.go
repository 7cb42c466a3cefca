package check

import "chatsim/loadgen/check/ledger"

// duplication: each entry comes at most once to each receiver.
var duplication = rule{name: NoDuplication, level: Order,
	evaluated: func(t *ledger.Totals) int64 { return t.Observed },
	says: func(f *ledger.Fact) string {
		switch f.Kind {
		case ledger.Repeated:
			return "an entry came twice"
		case ledger.PrivateRepeated:
			return "a private line came twice"
		case ledger.RepeatedLater:
			return "a line that everybody had long ago came again"
		}
		return ""
	},
	suspects: []ledger.Kind{ledger.JoinOfMember},
	judge: func(e *evidence, out *findings) {
		for _, d := range e.doubles() {
			if d.again {
				v := violationOf(d.Fact, "a join was told twice")
				v.key = key{text: "join " + d.Member.Name}
				v.came = "join of " + quote(d.Member.Name)
				out.add(v)
			}
		}
	},
}
