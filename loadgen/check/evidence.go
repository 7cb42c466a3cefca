package check

import "chatsim/loadgen/check/ledger"

// evidence is what the rules judge by: the closed ledger, and what follows from
// all of it together. Each part knows those before it only: the majority's order,
// who was there in that, what they are owed, what they lack of it.
type evidence struct {
	lacking
	barred  map[*Session]bool // let in by a name that is not theirs to have
	crossed map[*Line]bool    // private lines that have no one place
	witness bool              // somebody is there to the end
	overfed bool              // the run has ended streams that were too much
	allowed allowed           // what was lost and may be
}

// newEvidence looks through a closed ledger. What comes later rests on what
// comes before.
func newEvidence(l *ledger.Closed, end ledger.End) *evidence {
	e := &evidence{barred: make(map[*Session]bool), crossed: make(map[*Line]bool)}
	e.Closed, e.doubted, e.End, e.totals = l, l.Doubted, end, *l.Totals
	e.strange, e.ghosts = make(map[string]bool), make(map[*ledger.Member]bool)
	e.stalled, e.pending = make(map[*Session]bool), make(map[int64][]*Session)
	for _, f := range e.Facts.Of(ledger.LetInBadly, ledger.BadlyNamed) {
		e.barred[f.Session] = true
	}
	e.overfed = len(e.Facts.Of(ledger.Unending)) > 0
	switch {
	case l.Level < Count:
		e.majority = majorityOf(l)
		e.findStrangers()
		e.doubt()
		e.crossings()
		e.findUnsaid()
		e.stopped = e.lastWasLost()
		for _, s := range l.Sessions {
			e.witness = e.witness || s.Stays() && s.HasRoster
			e.span(s)
		}
		e.shareTails()
		e.lose()
		e.eachLost()
		e.lastWhispers()
		if l.Can.Views == ledger.NoViews || e.lastRosterCounts() { // without rosters, that nobody is put out
			for _, s := range l.Sessions {
				if s.Whole() && s.Stays() {
					e.totals.Snapshots++
				}
			}
		}
	case l.Level == Count:
		for _, s := range e.counted() {
			_, most := e.SentWhile(s)
			e.totals.Spans += most
			e.totals.Alive++
		}
		e.eachLost()
	}
	e.allow()
	return e
}

// add adds a violation that was found at the end.
func (e *evidence) add(out *findings, v violation) {
	if v.place == 0 && v.at != nil {
		v.place = v.at.Stood()
	}
	if v.before == nil {
		v.before = e.Before(v.place)
	}
	out.add(v)
}
