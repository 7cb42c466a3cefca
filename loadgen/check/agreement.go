package check

import (
	"fmt"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
)

// agreement: at the end each chatter has every entry of its span.
var agreement = rule{name: Agreement, level: Count, ends: true,
	atOnce: 2, takes: "an entry that two chatters get; raise -users",
	evaluated: func(t *ledger.Totals) int64 { return t.Spans },
	suspects:  []ledger.Kind{ledger.BrokenOff},
	judge: func(e *evidence, out *findings) {
		broken := e.brokenOff()
		for _, t := range e.tails {
			if t.kind != Stays {
				v := e.tail(t)
				v.implied = e.stopped || e.doubted[t.of.Name()] || int64(t.of.Garbled[""]) >= t.owed || e.endless(t.of)
				v.sentence = fmt.Sprintf("%s left by %s and read to the end, but did not get the last %s before its leave", quote(t.of.Name()), t.kind, report.Plural(t.owed, "entry", "entries"))
				if broken[t.of] {
					v.sentence += ": its connection was reset"
				}
				e.add(out, v)
			}
		}
		for _, f := range e.Facts.Of(ledger.BrokenOff) { // those of a tail are known
			out.add(violationOf(f, fmt.Sprintf("%s left by %s and read to the end, but its connection was reset, by which what is under way is lost", quote(f.Session.Name()), f.Session.How())))
		}
		e.lost(Agreement, out, func(_ *loss, lack string, hold int) string {
			return fmt.Sprintf("an entry never came to %s, to %s it did", lack, others(hold))
		})
		for _, l := range e.lines {
			if l.target != nil && !l.stopped {
				e.add(out, l.untold())
			}
		}
		for _, l := range e.astray {
			v := l.untold()
			if v.with = []*Session{l.Origin().Session}; !l.Private() {
				v.sentence = "a line never came to anybody at another server, at its sender's it did"
			}
			e.add(out, v)
		}
		e.counts(out)
	},
}

// tail returns what is the same for all spans that end too early.
func (e *evidence) tail(t tail) violation {
	v := violation{key: key{session: t.of}, at: t.of, place: t.of.Next, agreed: int(t.held)}
	if en := e.Entry(t.of.Next); en != nil {
		v.expected = entry(en)
	}
	return v
}

// untold returns the violation of a private line that its target lacks.
func (l *lostLine) untold() violation {
	return violation{key: key{line: l.Line}, at: l.target, with: []*Session{l.Session}, line: l.Line, place: l.place, implied: l.implied,
		sentence: "a private line came back to its sender but never to its target"}
}

// counted returns the sessions whose lines are counted where no order is kept:
// those that stay.
func (e *evidence) counted() (out []*Session) {
	for _, s := range e.Sessions {
		if s.Stays() && s.HasRoster {
			out = append(out, s)
		}
	}
	return out
}

// counts judges a run without an order: a chatter that stays gets every group
// line sent after its roster came, and none from before it dialled.
func (e *evidence) counts(out *findings) {
	if e.Level != Count {
		return
	}
	cut := int64(0) // lines that may not have come because their sender's stay was cut short
	e.EachLine(func(l *Line) {
		if l.Session.How().Abrupt() && !l.Answered() {
			cut++
		}
	})
	for _, s := range e.counted() {
		least, most := e.SentWhile(s)
		least -= cut
		v := violation{key: key{session: s}, at: s, came: fmt.Sprint(s.Lines, " lines"), expected: fmt.Sprint(least, " to ", most, " lines")}
		switch {
		case s.Lines < least && e.Can.AtMostOnce:
			e.allowed.at[s] += least - s.Lines
			continue
		case s.Lines < least:
			v.sentence = quote(s.Name()) + " got fewer lines than were sent while it was there"
		case s.Lines > most:
			v.sentence = quote(s.Name()) + " got more lines than were sent while it was there"
		default:
			continue
		}
		e.add(out, v)
	}
}
