package check

import (
	"fmt"

	"chatsim/loadgen/check/ledger"
)

// validity: each line sent comes back to its sender, or is answered by an
// error, or is after its sender's last accepted line. A hole in a sender's
// sequence is never right.
var validity = rule{name: Validity, level: Count, ends: true,
	takes:     "a line; raise -duration or -rate",
	evaluated: func(t *ledger.Totals) int64 { return t.Sent },
	says: sentences{
		ledger.AnsweredTwice: "a line came back to its sender and was answered by an error as well",
	},
	suspects: []ledger.Kind{ledger.Refused, ledger.ToNobody, ledger.RefusedUnduly},
	judge: func(e *evidence, out *findings) {
		for _, f := range e.Facts.Of(ledger.RefusedUnduly) {
			v := violationOf(f, "a line was answered by an error that should come back, as the plain ones of its sender do")
			v.implied = e.Refused() > 0 // the server refuses others too, for a reason of its own
			out.add(v)
		}
		for _, f := range e.Facts.Of(ledger.Refused) {
			v := violationOf(f, "a private line was refused although its target is there")
			v.key = key{line: f.Line}
			v.came = "no such user: " + quote(f.Line.Target)
			v.implied = !e.was(f)
			out.add(v)
		}
		for _, f := range e.toNobody() {
			if _, other, _ := f.Line.Seats(); other.By == nil {
				v := violationOf(f, "a private line came back as if it were delivered, although nobody has its target's name")
				v.came, v.implied = "", v.implied || e.overheard[f.Line]
				out.add(v)
			}
		}
		e.lost(Validity, out, func(l *loss, lack string, hold int) string {
			if l.entry.Line.Refused() {
				return fmt.Sprintf("a line was answered by an error and never came to %s, to %s it came all the same", lack, others(hold))
			}
			return fmt.Sprintf("a line never came back to its sender (%s), to %s it came", lack, others(hold))
		})
		for _, l := range e.lines {
			v := violation{key: key{line: l.Line}, at: l.Session, line: l.Line, place: l.place, implied: l.implied}
			switch {
			case l.target != nil || l.stopped:
				continue
			case l.holder != nil:
				v.sentence = "a private line was answered by an error and came to its target all the same"
				v.with = []*Session{l.holder}
			case l.Private():
				v.sentence = "a private line never came back to its sender"
			default:
				v.sentence = "a line was lost for everybody"
			}
			if l.hole && l.holder == nil && !l.Session.PutOut() {
				v.sentence += " although later ones of its sender came"
			}
			e.add(out, v)
		}
	},
}
