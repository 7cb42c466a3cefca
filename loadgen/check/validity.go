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
	suspects: []ledger.Kind{ledger.Refused, ledger.ToNobody, ledger.RefusedUnduly, ledger.Needless},
	judge: func(e *evidence, out *findings) {
		for _, v := range out.list { // the answer to another's line may have come here
			v.implied = v.implied || v.line.Private() && (e.owed(v.line.Target) > 0 || e.doubted[v.line.Target])
		}
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
				v := violationOf(f, "a private line came back as if it were delivered, although nobody is called "+quote(f.Line.Target))
				v.came, v.implied = "", v.implied || e.overheard[f.Line]
				out.add(v)
			}
		}
		e.needless(out)
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
				v.implied = v.implied || e.overheard[l.Line] // it went to another instead
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

// needless adds the errors that answer nothing. One that comes to several at one place
// is one. Where the server refuses lines, for a reason of its own, it may say more of
// that than there are lines; and where a line has no answer, that may have gone to
// another.
func (e *evidence) needless(out *findings) {
	astray := e.owed("")
	at := make(map[string]int64) // where the text came first, which is the place for those whose own is not known
	for _, f := range e.Facts.Of(ledger.Needless) {
		if _, ok := at[f.Text]; !ok && f.Place >= 0 {
			at[f.Text] = f.Place
		}
	}
	for _, f := range e.Facts.Of(ledger.Needless) {
		says := " although nothing was refused, and all that it had said before came back"
		if f.Line == nil {
			says = ", of whom nothing had come back or was refused"
		}
		v := violationOf(f, "an error came to "+quote(f.Session.Name())+says)
		v.key, v.came = key{text: f.Text, place: f.Place}, quote(f.Text)
		if f.Place < 0 {
			v.key.place = at[f.Text]
		}
		if v.implied = v.implied || e.Refused() > 0 || e.stopped || astray > 0; astray > 0 {
			astray--
		}
		out.add(v)
	}
}

// owed returns how many lines, but for private ones to others than a name, if it
// is given, have no answer although they should.
func (e *evidence) owed(to string) (n int) {
	for _, l := range e.lines {
		if l.target == nil && l.holder == nil && !l.implied && !l.Refused() && (to == "" || l.Target == to) {
			n++
		}
	}
	return n
}
