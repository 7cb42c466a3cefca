package check

import "chatsim/loadgen/check/ledger"

// duplication: each entry comes at most once to each receiver.
var duplication = rule{name: NoDuplication, level: Order,
	takes:     "a line; raise -duration or -rate",
	evaluated: func(t *ledger.Totals) int64 { return t.Observed },
	says: sentences{
		ledger.Repeated:        "an entry came twice",
		ledger.PrivateRepeated: "a private line came twice",
		ledger.WelcomedAgain:   "{name} was welcomed twice",
		ledger.RosterAgain:     "the roster that greets {name} came twice",
		ledger.NoUserAgain:     "that {text} is not there was told again, without another line to it",
		ledger.RepeatedLater:   "a line that everybody had long ago came again",
	},
	suspects: []ledger.Kind{ledger.JoinOfMember},
	judge: func(e *evidence, out *findings) {
		for _, v := range out.list { // it may have been the answer to another's line
			v.implied = v.implied || v.fact.Kind == ledger.NoUserAgain && e.owed(v.fact.Text) > 0
		}
		for _, d := range e.doubles() {
			if d.again {
				v := violationOf(d.Fact, "a join was told twice")
				v.key = key{text: ledger.JoinOf(d.Member.Name)}
				v.came = "join of " + quote(d.Member.Name)
				out.add(v)
			}
		}
	},
}
