package check

import (
	"fmt"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
)

// liveness: deliveries go on until all is delivered. However many chatters get
// nothing more, that is one violation; while deliveries still advance at the
// end, it is not yet one.
var liveness = rule{name: Liveness, level: Count, ends: true, waits: true,
	takes:     "a chatter that stays to the end",
	evaluated: func(t *ledger.Totals) int64 { return t.Alive },
	judge: func(e *evidence, out *findings) {
		stopped := func(v violation) {
			v.key = key{text: "deliveries stopped"}
			v.implied = e.Advancing
			e.add(out, v)
		}
		for _, t := range e.tails {
			if t.kind == Stays {
				v := e.tail(t)
				v.sentence = fmt.Sprintf("%s got nothing after #%d although the room went on for %s", quote(t.of.Name()), t.of.Next-1, report.Plural(t.owed, "entry", "entries"))
				stopped(v)
			}
		}
		for _, s := range e.Sessions {
			if e.endless(s) {
				kind, at := s.Left()
				e.add(out, violation{key: key{session: s}, at: s, when: at, place: s.Next, implied: e.Advancing || e.stopped || e.Cut || e.behindLeave(s) != "",
					sentence: fmt.Sprintf("the stream of %s, who left by %s, does not end although its leave was told", quote(s.Name()), kind)})
			}
		}
		for _, l := range e.lines {
			switch {
			case !l.stopped:
			case l.target != nil:
				stopped(l.untold())
			default:
				stopped(violation{at: l.Session, line: l.Line, place: l.place, sentence: "a line and all that was sent after it never came"})
			}
		}
	},
}
