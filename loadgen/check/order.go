package check

import (
	"cmp"
	"fmt"
	"slices"

	"chatsim/loadgen/check/ledger"
)

// totalOrder: any two receivers see their common entries in one order. Private
// lines stand in one gap at both parties, and the parties' orders of a gap's
// lines have no cycle.
var totalOrder = rule{name: TotalOrder, level: Order, needs: needs{oneOrder},
	atOnce: 2, takes: "entries that two chatters get; raise -users",
	evaluated: func(t *ledger.Totals) int64 { return t.Entries + t.Private },
	says: sentences{
		ledger.CrossedGap: "private lines of one gap came to their parties in orders that contradict each other",
	},
	judge: func(e *evidence, out *findings) {
		for i := range e.deviants {
			if d := &e.deviants[i]; !d.causal && !e.views(d) {
				e.add(out, e.deviation(d))
			}
		}
		for _, f := range e.Facts.Of(ledger.SplitGap) {
			if !e.split(f) {
				continue
			}
			own, other, _ := f.Line.Seats()
			v := violation{key: key{line: f.Line}, line: f.Line, at: f.At, place: max(own.Last, other.Last),
				sentence: fmt.Sprintf("a private line stands after #%d at its sender, after #%d at its target", own.Last, other.Last)}
			for _, s := range []*Session{f.Line.Session, other.By} {
				if s != f.At && (len(v.with) == 0 || v.with[0] != s) {
					v.with = append(v.with, s)
				}
			}
			e.add(out, v)
		}
	},
}

// split reports whether a private line's seats are not one gap in the order of
// the majority.
func (e *majority) split(f *ledger.Fact) bool {
	x, y, _ := f.Line.Seats()
	if e.nobody[f.Line] {
		return false // it should not have come at all
	}
	for _, p := range []ledger.Seat{x, y} {
		if e.unsure(p.Last) || e.unsure(p.Next) || e.mistaken(p.By, p.Last) || e.mistaken(p.By, p.Next) {
			return false
		}
	}
	oneGap := x.Last == y.Last && x.Next == y.Next
	return !oneGap && max(e.pos(x.Last), e.pos(y.Last)) >= min(e.pos(x.Next), e.pos(y.Next))
}

// crossings finds the private lines of which nobody can tell which was first.
func (e *evidence) crossings() {
	for _, f := range e.Facts.Of(ledger.CrossedGap, ledger.SplitGap) {
		if f.Kind == ledger.SplitGap && e.split(f) {
			e.crossed[f.Line] = true
		}
		for _, l := range f.Lines {
			e.crossed[l] = true
		}
	}
}

// fifoOrder: one sender's lines come in the order in which they were sent.
var fifoOrder = rule{name: FIFOOrder, level: Order,
	takes:     "two lines of one chatter; raise -duration or -rate",
	evaluated: func(t *ledger.Totals) int64 { return t.Successors },
	says: sentences{
		ledger.OwnAfterLater: "a private line came back to its sender after a line sent later",
	},
	suspects: []ledger.Kind{ledger.AfterLater, ledger.OutOfTurn},
	judge: func(e *evidence, out *findings) {
		e.outOfTurn(out)
		for _, v := range out.list { // of private lines
			v.implied = v.implied || e.crossed[v.line]
		}
		for _, f := range e.Facts.Of(ledger.AfterLater) {
			v := violationOf(f, "a sender's lines came to everybody in another order than they were sent")
			v.implied = !e.upheld(f.Beside, f.Place)
			out.add(v)
		}
	},
}

// outOfTurn finds the lines that came behind later ones of their senders. Those of one
// sender between whose places there is none that came in its turn are one violation.
func (e *evidence) outOfTurn(out *findings) {
	type span struct {
		first *ledger.Fact
		hi    int64
	}
	spans := make(map[*Session]span)
	facts := slices.SortedStableFunc(slices.Values(e.Facts.Of(ledger.OutOfTurn)), func(a, b *ledger.Fact) int { return cmp.Compare(a.Place, b.Place) })
	for _, f := range facts {
		s, known := spans[f.Line.Session]
		if !known || f.Place > s.hi {
			s = span{first: f}
		}
		s.hi = max(s.hi, f.Place, f.Beside)
		spans[f.Line.Session] = s
		v := violationOf(f, "")
		v.key = key{line: s.first.Line}
		v.sentence = fmt.Sprintf("%s got #%d %s before #%d %s", quote(f.At.Name()), f.Beside, entry(e.Entry(f.Beside)), f.Place, entry(e.Entry(f.Place)))
		out.add(v)
	}
}

// causalOrder: no receiver has a line before one that its sender had seen when
// it sent it.
var causalOrder = rule{name: CausalOrder, level: Order, needs: needs{oneOrder},
	atOnce: 2, takes: "a line by somebody who has read others; raise -users or -rate",
	evaluated: func(t *ledger.Totals) int64 { return t.Informed },
	judge: func(e *evidence, out *findings) {
		for i := range e.deviants {
			d := &e.deviants[i]
			if !d.causal {
				continue
			}
			v := e.deviation(d)
			v.line = e.Entry(d.a).Line
			v.key = key{line: v.line}
			v.sentence += "; its sender had seen that one when it sent it"
			e.add(out, v)
		}
	},
}
