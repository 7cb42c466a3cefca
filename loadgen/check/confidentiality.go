package check

import "chatsim/loadgen/check/ledger"

// confidentiality: a private line reaches its sender and its target only.
var confidentiality = rule{name: Confidentiality, level: Full, needs: needs{privacy},
	atOnce: 3, takes: "a private line while three are there; use -scenario mixed or private and raise -users",
	evaluated: func(t *ledger.Totals) int64 { return t.Private },
	says: sentences{
		ledger.Overheard:    "a private line between others came to a third",
		ledger.SecondTarget: "a private line came to two chatters of its target's name",
	},
	judge: func(e *evidence, out *findings) {
		for _, f := range e.toNobody() {
			if own, other, _ := f.Line.Seats(); other.By != nil && e.hadLeft(other.By, own.Last) {
				v := violationOf(f, "a private line came to somebody whose leave had been told before")
				v.with = []*Session{other.By}
				out.add(v)
			}
		}
	},
}
