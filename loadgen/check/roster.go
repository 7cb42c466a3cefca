package check

import (
	"fmt"
	"slices"
	"strings"

	"chatsim/loadgen/check/ledger"
)

// rosterAccuracy: a newcomer's snapshot is who is there at its join's place, with
// itself last; nobody is said to have left who has not; the server closes nobody
// who reads and did nothing wrong.
var rosterAccuracy = rule{name: RosterAccuracy, level: Full,
	takes:     "a join",
	evaluated: func(t *ledger.Totals) int64 { return t.Snapshots },
	says: sentences{
		ledger.RosterFirst: "the roster that greets {name} came before its welcome",
		ledger.FirstLacks:  "the roster of {name}, who came first, lacks {text}, who was there as others' say",
		ledger.LeftEarly:   "it was told that {name} has left, who left later",
	},
	suspects: []ledger.Kind{ledger.RosterMismatch, ledger.LateRoster},
	soFar:    func(l *ledger.Ledger, _ *ledger.Facts) bool { return l.PutOut() },
	judge: func(e *evidence, out *findings) {
		for _, f := range e.Facts.Of(ledger.RosterMismatch) {
			if v, bad := e.rosterDiff(f.Session); bad {
				e.add(out, v)
			}
		}
		for _, f := range e.Facts.Of(ledger.LateRoster) {
			if e.doubted[f.Text] || e.strange[f.Text] || e.windowOf(f.Place-1) != nil {
				continue
			}
			v := violationOf(f, "a roster that came to {name} later is not who was there")
			if f.Text != "" {
				v.sentence += ": it differs in " + quote(f.Text)
			} else { // who came without a word stands where it was first heard of
				v.implied = slices.ContainsFunc(e.Sessions, e.joinUntold)
			}
			out.add(v)
		}
		if e.Level >= Count {
			return
		}
		e.untold(out)
		if len(e.ghosts) > 0 || len(e.strange) > 0 {
			out.beyond -= e.Facts.Beyond[ledger.RosterMismatch] // they follow from those
		}
		for _, s := range e.Sessions {
			switch place, told := s.FalseLeave(); {
			case !s.Bound:
			case e.askedInVain(s):
				e.add(out, violation{key: key{session: s}, at: s, place: s.Next, implied: e.stopped || e.Advancing || e.stalled[s],
					sentence: quote(s.Name()) + " asked who is there, and no roster came"})
			case s.PutOut() && !e.tooSlow(s):
				v := violation{key: key{session: s}, at: s, place: s.Next,
					sentence: "the server closed the connection of " + quote(s.Name()) + ", who read and did nothing wrong"}
				if said := s.Said(); said != "" {
					v.came = quote(said)
				}
				e.add(out, v)
			case told:
				e.add(out, e.leftFalsely(s, place))
			}
		}
		for _, g := range e.Abroad {
			place, told := g.FalseLeave()
			if _, both := g.Home().FalseLeave(); told && !both {
				e.add(out, e.leftFalsely(g, place))
			}
		}
		e.lastRosters(func(s, who *Session, gone bool) {
			if !gone {
				e.add(out, violation{key: key{session: who}, at: s, with: []*Session{who}, place: e.Len, implied: e.stopped || e.Advancing || e.stalled[s],
					sentence: "the last roster lacks " + quote(who.Name()) + ", who is there"})
			}
		})
	},
}

// askedInVain reports whether a session that is there to the end has asked for a
// roster that did not come.
func (e *evidence) askedInVain(s *Session) bool {
	return s.AwaitsRoster() && s.Stays() && !s.Over() && !e.BrokeOff && !e.Cut
}

// leftFalsely returns a leave of someone who had not left.
func (e *evidence) leftFalsely(s *Session, place int64) violation {
	v := violation{key: key{session: s}, at: s, place: place}
	for _, o := range e.Sessions {
		if o.Holds(place) {
			v.with = append(v.with, o)
		} else if o != s && o.Bound && o.Start <= place {
			v.agreed++
		}
	}
	v.implied = len(v.with) == 0 // what came was told of otherwise
	if v.sentence = fmt.Sprintf("%s were told that %s has left, who had not", chatters(len(v.with)), quote(s.Name())); len(v.with) == 1 && v.with[0] == s {
		v.sentence = quote(s.Name()) + " was told of its own leave, and had not left"
	}
	return v
}

// rosterDiff returns what a snapshot has too much or too little; false if nothing. A name whose
// presence is in doubt may be on either side.
func (e *evidence) rosterDiff(s *Session) (violation, bool) {
	due, came := e.rosters(s)
	v := violation{key: key{session: s}, at: s, place: s.Member.Joined(), expected: some(due), came: some(came)}
	doubtful := func(name string) bool { return e.doubted[name] }
	due, came = slices.DeleteFunc(due, doubtful), slices.DeleteFunc(came, doubtful)
	if e.Can.Sets {
		slices.Sort(due)
		slices.Sort(came)
	}
	extra, lacking := beyond(came, due), beyond(due, came)
	say := func(names []string) string {
		return strings.ReplaceAll(quoteAll(names[:min(len(names), 3)]), " ", ", ")
	}
	switch {
	case len(extra) > 0:
		v.sentence = "a newcomer's roster names " + say(extra) + ", who is not there"
	case len(lacking) > 0:
		v.sentence = "a newcomer's roster lacks " + say(lacking) + ", who is there"
	default:
		v.sentence = "a newcomer's roster is not in join order with itself last"
	}
	v.implied = e.toldBehind(s, append(extra, lacking...))
	return v, !slices.Equal(due, came)
}

// toldBehind reports whether the join or leave of each of some names was told to a
// newcomer behind its own join, although it stands before: then its roster is right by
// that order, and it is the order that is wrong.
func (e *evidence) toldBehind(s *Session, names []string) bool {
	for _, name := range names {
		if !slices.ContainsFunc(e.Facts.Of(ledger.BeforeOwnJoin), func(f *ledger.Fact) bool {
			told := e.Entry(f.Place)
			return f.At == s && f.Line == nil && told != nil && told.Name == name && !f.Doubt && e.upheld(f.Place, f.Beside) && !e.again(f)
		}) {
			return false
		}
	}
	return len(names) > 0
}

// lastRosters calls f, where whole rosters are all that is told, with what is
// wrong with everybody's last one: it lacks who is there, or holds who is gone.
func (e *evidence) lastRosters(f func(s, who *Session, gone bool)) {
	if !e.lastRosterCounts() {
		return
	}
	e.RosterFaults(func(of []*Session, who *Session, gone bool) bool {
		for _, s := range of {
			f(s, who, gone)
		}
		return true
	})
}

// lastRosterCounts reports whether everybody's last roster is judged.
func (e *evidence) lastRosterCounts() bool {
	return e.Can.Views == ledger.WholeRosters && e.Level == Full && !e.BrokeOff
}
