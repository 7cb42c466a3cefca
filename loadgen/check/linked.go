package check

import (
	"fmt"
	"slices"
	"time"
)

// Linked servers have one room and an order each, by which their own clients are judged.
// What is judged across a link is what follows from its being first in, first out:
//
//   - a line of a sender whose server has placed it comes to all who were at another
//     server before it was sent, and stay; a sender's lines come in the order sent
//   - a private line whose sender got it back comes to its target, if that stays, or if
//     something else that the sender's server passed on later came before the target's
//     leave; else the target may have left while the line was under way, and then an
//     error may come behind it
//   - joins and leaves are told at every server where somebody was before, and stays
//
// What a server that died, as was declared, had not passed on is lost with it.
//
// Not judged is which of two servers' lines come first, and what was under way to
// those who are the last of the run to leave their server.

// fromAbroad looks at a line from another server that has not come here.
func (e *lacking) fromAbroad(l *Line) {
	if e.BrokeOff || e.Advancing {
		return
	}
	lost := lostLine{Line: l, implied: e.garbledAnywhere(l.Session)}
	if l.Private() {
		lost.target = e.owedFromAbroad(l)
		lost.implied = lost.implied || e.doubted[l.Target] || e.overheard[l]
	} else if said := l.Origin(); l.Place() < 0 && said.Place() >= 0 && !said.Refused() && !e.WentDown(said.Session, l.Actual) {
		lost.target = e.witnessOf(func(s *Session) bool { return s.Entered() <= l.Actual })
	}
	if lost.target == nil {
		return
	}
	lost.place = lost.target.Next
	e.astray = append(e.astray, lost)
}

// owedFromAbroad returns who was to get a private line from another server and did
// not; nil if that is nobody, or it may have left while the line was under way.
func (e *lacking) owedFromAbroad(l *Line) *Session {
	_, other, _ := l.Seats()
	target, at := e.TargetOf(l)
	switch {
	case other.By != nil, target == nil, target.PutOut(), target.Cut(), e.WentDown(l.Origin().Session, l.Actual):
		return nil
	case !target.Stays() && !e.Passed(l.Origin().Session, at, target.Member.Left()):
		return nil
	}
	if l.Measured {
		e.totals.Expected++
	}
	return target
}

// witnessOf returns somebody who is here to the end and fits; nil if there is nobody.
func (e *lacking) witnessOf(fits func(*Session) bool) *Session {
	i := slices.IndexFunc(e.Sessions, func(s *Session) bool { return s.Bound && s.Stays() && !s.Over() && !e.stalled[s] && fits(s) })
	if i < 0 {
		return nil
	}
	return e.Sessions[i]
}

// abroad calls f with those at other servers who are in there, and somebody here who
// was to be told what they do.
func (e *evidence) abroad(f func(g, to *Session)) {
	if e.Level >= Count || e.BrokeOff || e.Advancing {
		return
	}
	for _, g := range e.Abroad {
		if home := g.Home(); home.Bound && !home.Member.Unannounced && !e.WentDown(home, home.Entered()) {
			if to := e.witnessOf(g.Known); to != nil {
				f(g, to)
			}
		}
	}
}

// unheardAbroad adds the joins at other servers that nobody here was told of.
func (e *evidence) unheardAbroad(out *findings) {
	e.abroad(func(g, to *Session) {
		if g.Member == nil || g.Member.Unannounced {
			e.add(out, violation{key: key{session: g}, at: g, with: []*Session{to}, place: e.Len,
				sentence: "nobody at another server was told of the join of " + quote(g.Home().Name())})
		}
	})
}

// stayAbroad adds the leaves at other servers that nobody here was told of.
func (e *evidence) stayAbroad(out *findings) {
	e.abroad(func(g, to *Session) {
		if _, falsely := g.FalseLeave(); falsely || g.Stays() || g.Member == nil || g.Member.Left() != 0 || g.Home().Member.Left() == 0 {
			return
		}
		kind, at := g.Left()
		e.add(out, violation{key: key{session: g}, at: g, with: []*Session{to}, place: e.Len,
			sentence: fmt.Sprintf("nobody at another server was told that %s has left (%s, %v into the run)", quote(g.Home().Name()), kind, at.Round(time.Millisecond))})
	})
}
