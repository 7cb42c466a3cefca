package check

import (
	"fmt"
	"slices"
	"strings"

	"chatsim/loadgen/check/ledger"
)

// creation: each delivered line was sent in the run, its text and what stands
// around it unaltered.
var creation = rule{name: NoCreation, level: Full,
	takes:     "a line; raise -duration or -rate",
	evaluated: func(t *ledger.Totals) int64 { return t.Observed },
	says: sentences{
		ledger.Unsent:         "a line came that nobody sent: its stamp names line {seq} of chatter {chatter}, who has sent fewer",
		ledger.Forged:         "a line came that nobody sent",
		ledger.Altered:        "a line's text came altered",
		ledger.Glued:          "several lines came glued into one",
		ledger.Unreadable:     "a frame came that cannot be understood",
		ledger.GroupAsPrivate: "a line for the group came as a private one",
		ledger.Mistargeted:    "a private line came with another target than it was sent to",
		ledger.Misnamed:       "a line came under a name that is not its sender's",
	},
	suspects: []ledger.Kind{ledger.PrivateAsGroup, ledger.Unending},
	judge: func(e *evidence, out *findings) {
		for _, v := range out.list {
			v.implied = v.implied || v.fact.Kind == ledger.Forged && e.strange[v.fact.Came.Name]
			if cut := cutAt(v.fact); cut != "" {
				v.sentence = cut
			}
		}
		if len(e.strange) > 0 {
			out.beyond -= e.Facts.Beyond[ledger.Forged]
		}
		for _, f := range e.Facts.Of(ledger.PrivateAsGroup) {
			v := violationOf(f, "a private line came as a line for the group")
			v.implied = v.implied || e.overheard[f.Line]
			out.add(v)
		}
		for _, f := range e.Facts.Of(ledger.Unstamped) {
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
		if e.overfed { // what came before is part of it
			out.follow()
		}
		for _, f := range e.Facts.Of(ledger.Unending) {
			v := violationOf(f, "more came than can be judged, and the stream was ended")
			out.list = slices.Insert(out.list, 0, &v)
		}
	},
}

// cutAt returns that a line came cut, and where, if that is all that is wrong with it.
func cutAt(f *ledger.Fact) string {
	if f.Kind != ledger.Altered || f.Came.Text == f.Line.Text || !strings.HasPrefix(f.Line.Text, f.Came.Text) {
		return ""
	}
	return fmt.Sprintf("a line came cut at %d of its %d bytes, as by a limit of the server's", len(f.Came.Text), len(f.Line.Text))
}
