package check

import (
	"strconv"

	"chatsim/loadgen/check/ledger"
)

// creation: each delivered line was sent in the run, its text and what stands
// around it unaltered.
var creation = rule{name: NoCreation, level: Full,
	evaluated: func(t *ledger.Totals) int64 { return t.Observed },
	says: func(f *ledger.Fact) string {
		switch f.Kind {
		case ledger.Unsent:
			chatter, seq, _ := ledger.ParseStamp([]byte(f.Text), f.Text[:ledger.NonceLen])
			return "a line came that nobody sent: its stamp names line " + strconv.Itoa(seq) + " of chatter " + strconv.Itoa(chatter) + ", who has sent fewer"
		case ledger.Forged:
			return "a line came that nobody sent"
		case ledger.Altered:
			return "a line's text came altered"
		case ledger.Glued:
			return "several lines came glued into one"
		case ledger.Unreadable:
			return "a frame came that cannot be understood"
		case ledger.GroupAsPrivate:
			return "a line for the group came as a private one"
		case ledger.PrivateAsGroup:
			return "a private line came as a line for the group"
		case ledger.Misnamed:
			return "a line came under a name that is not its sender's"
		}
		return ""
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
