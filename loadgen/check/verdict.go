package check

import (
	"slices"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
)

// Result is what a run came to.
type Result struct {
	Checks     []report.Check
	Deliveries int64          // of measured lines, each at a receiver that it was for
	Expected   int64          // as many as there should have been
	Observed   int64          // deliveries of all lines, measured or not
	Refused    int64          // measured lines, see Judge.Refused
	Lost       *report.Losses // that the protocol allows; nil: none
	Before     []string       // who were in the room before the run, by their names
}

// interimWitnesses is how many violations of a check are told while the run
// goes on.
const interimWitnesses = 5

// take has a check take over what was found, and up to some witnesses of it.
func take(o *report.Check, fs *findings, witnesses int, known func(place int64) *ledger.Entry) {
	o.Violations += fs.beyond
	var real []*violation
	for _, v := range fs.list {
		if v.implied {
			o.Implied++
			continue
		}
		o.Violations++
		real = append(real, v)
		if len(o.Witnesses) < witnesses {
			o.Witnesses = append(o.Witnesses, v.witness(o.Name, known))
		}
	}
	o.Pattern = pattern(real)
}

// verdicts applies the rules.
func (e *evidence) verdicts() Result {
	failed := false
	checks := make([]report.Check, len(rules))
	for i := range rules {
		r, o := &rules[i], &checks[i]
		if o.Name = r.name; r.cannot(e.Can) != "" {
			continue
		}
		out := r.found(e.Facts)
		if r.judge != nil {
			r.judge(e, out)
		}
		if e.overfed && r.name != NoCreation {
			out.follow()
		}
		take(o, out, maxFound, e.Entry)
		failed = failed || o.Violations > 0
	}
	for i := range rules {
		e.verdict(&rules[i], &checks[i], failed)
	}
	res := Result{Checks: checks, Deliveries: e.totals.Deliveries, Expected: e.totals.Expected, Observed: e.totals.Observed, Refused: e.Refused(), Lost: e.allowed.report(e.Can)}
	for _, m := range e.Members {
		if m.Session == nil && m.Joined() < 0 {
			res.Before = append(res.Before, m.Name)
		}
	}
	if e.Level >= Count {
		res.Expected = 0 // not known without the order
	}
	return res
}

// verdict sets a rule's verdict by what was found; failed is set if any
// check has failed.
func (e *evidence) verdict(r *rule, o *report.Check, failed bool) {
	o.Verdict = report.NotExercised
	if o.Reason = r.cannot(e.Can); o.Reason != "" || e.Level > r.level {
		return
	}
	if e.AtOnce >= r.atOnce {
		o.Evaluations = r.evaluated(&e.totals)
	}
	o.Required = slices.Contains(e.Required, r.name)
	if o.Reason = e.unclear(r, o, failed); o.Reason != "" {
		o.Verdict = report.Inconclusive
		return
	}
	switch {
	case o.Violations > 0:
		o.Verdict = report.Failed
	case e.Advancing && r.waits, e.BrokeOff && r.ends:
		o.Verdict = report.Inconclusive
	case o.Evaluations > 0:
		o.Verdict = report.Passed
	}
}

// unclear returns why a check without a violation has not passed, for people; empty
// where there is nothing to say.
func (e *evidence) unclear(r *rule, o *report.Check, failed bool) string {
	if o.Violations > 0 {
		return ""
	}
	if r.unclear != nil {
		if why := r.unclear(e.Facts); why != "" {
			return why
		}
	}
	switch {
	case o.Implied > 0 && failed:
		return "what speaks against it follows from another violation"
	case o.Required && (o.Evaluations == 0 || r.enough != nil && !r.enough(e)):
		return "it takes " + r.takes
	}
	return ""
}

// Interim is how a run stands while sessions observe.
type Interim struct {
	// Checks are those at the judge's level. Nothing has passed before the end:
	// where nothing speaks against a check, its verdict is empty. Those of what
	// must have happened by the end say so as their Reason. What a session has
	// counted is in here once it has ended a batch after the Interim before.
	Checks []report.Check

	// Suspected reports that something is wrong of which the end decides whose
	// fault it is, and against which check: an entry came out of its turn, or
	// a roster or name is not what it should be.
	Suspected bool
}

// Interim returns how the run stands. A violation may still turn out to follow
// from another. Any goroutine may ask; each time costs every session a look at
// the ledger's lock with its next batch.
func (j *Judge) Interim() Interim {
	j.ledger.Ask()
	totals, facts, deviates := j.ledger.SoFar()
	totals.Spans, totals.Left, totals.Alive = 0, 0, 0 // known at the end
	cfg := j.ledger.Config()
	now := Interim{Suspected: deviates}
	for i := range rules {
		r := &rules[i]
		now.Suspected = now.Suspected || r.suspected(j.ledger, &facts)
		if cfg.Level > r.level {
			continue
		}
		o := report.Check{Name: r.name}
		if o.Reason = r.cannot(cfg.Capabilities); o.Reason != "" {
			o.Verdict = report.NotExercised
		} else {
			if r.ends {
				o.Reason = "evaluated at the end"
			}
			o.Evaluations = r.evaluated(&totals)
			if take(&o, r.found(&facts), interimWitnesses, func(int64) *ledger.Entry { return nil }); o.Violations > 0 {
				o.Verdict = report.Failed
			}
		}
		now.Checks = append(now.Checks, o)
	}
	return now
}

// suspected reports whether something so far is or may be a violation beside those that
// the facts say. What no client can show, the end does not judge.
func (r *rule) suspected(l *ledger.Ledger, facts *ledger.Facts) bool {
	return r.cannot(l.Config().Capabilities) == "" && (len(facts.Of(r.suspects...)) > 0 || r.soFar != nil && r.soFar(l, facts))
}

// Violated reports whether a violation has been seen, or what is or will be
// one, see Interim. It may still turn out to follow from another: End knows.
// What is only missing so far, with nothing after it, is not seen before End.
func (j *Judge) Violated() bool {
	_, facts, deviates := j.ledger.SoFar()
	for i := range rules {
		r := &rules[i]
		if deviates && !j.ledger.Config().Capabilities.AtMostOnce || r.suspected(j.ledger, &facts) {
			return true
		}
		for _, f := range facts.List {
			if !f.Doubt && r.says[f.Kind] != "" {
				return true
			}
		}
	}
	return false
}
