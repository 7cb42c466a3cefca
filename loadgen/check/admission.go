package check

import (
	"fmt"

	"chatsim/loadgen/check/ledger"
)

// admission: whoever asks for an allowed name in time is let in, at the start
// and when it comes back; whoever asks for one that is not allowed is told so, and
// whoever says none is called by its address. A server that names a reason of its own has refused
// somebody, which is no failure; whether it should have is for who runs it.
var admission = rule{name: Admission, level: Count, takes: "somebody who asks to be let in",
	evaluated: func(t *ledger.Totals) int64 { return t.Asked },
	says: sentences{
		ledger.LetInBadly:  "somebody was let in by a name that is not allowed: {text}",
		ledger.BadlyDenied: "somebody asked for a name that is not allowed, and was not told so: {text}",
		ledger.BadlyNamed:  "somebody who gave no name was not called by its address: {text}",
	},
	suspects: []ledger.Kind{ledger.NotAdmitted, ledger.NotAnswered},
	unclear:  turnedAway,
	judge: func(e *evidence, out *findings) {
		for _, f := range e.Facts.Of(ledger.NotAdmitted, ledger.NotAnswered) {
			v := violationOf(f, "somebody asked to be let in and was not: "+f.Text)
			v.implied = f.Kind == ledger.NotAnswered && (e.Advancing || e.stopped || len(e.stalled) > 0) // it may still come, or nothing comes
			out.add(v)
		}
	},
}

// turnedAway returns why admission cannot be judged; empty if it can.
func turnedAway(fs *ledger.Facts) string {
	facts := fs.Of(ledger.TurnedAway)
	if len(facts) == 0 {
		return ""
	}
	return fmt.Sprintf("the server turned away who asked to be let in, and said %s; if that is to be, -expect-full N declares that N are let in", quote(facts[0].Text))
}
