package check

import "chatsim/loadgen/check/ledger"

// creation: each delivered line was sent in the run, its text and what stands
// around it unaltered.
var creation = rule{name: NoCreation, level: Full,
	evaluated: func(t *ledger.Totals) int64 { return t.Observed },
	says: sentences{
		ledger.Unsent:         "a line came that nobody sent: its stamp names line {seq} of chatter {chatter}, who has sent fewer",
		ledger.Forged:         "a line came that nobody sent",
		ledger.Altered:        "a line's text came altered",
		ledger.Glued:          "several lines came glued into one",
		ledger.Unreadable:     "a frame came that cannot be understood",
		ledger.GroupAsPrivate: "a line for the group came as a private one",
		ledger.PrivateAsGroup: "a private line came as a line for the group",
		ledger.Misnamed:       "a line came under a name that is not its sender's",
	},
	judge: func(e *evidence, out *findings) {
		for _, f := range e.Facts().Of(ledger.Unstamped) {
			if f.Member.Session != nil { // its member turned out to be of the run
				v := violationOf(f, "a line came that nobody sent")
				v.key = key{text: f.Came.Name + ":" + f.Came.Text}
				out.add(v)
			}
		}
		for _, l := range e.garbled { // what came in its place is the violation
			for _, s := range l.at {
				e.add(out, violation{key: key{place: l.place, session: s}, at: s, place: l.place, implied: true})
			}
		}
	},
}
