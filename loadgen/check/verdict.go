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

// take has a check take over what was found, and up to some witnesses of it. It returns
// the violations.
func take(o *report.Check, fs *findings, witnesses int, known func(place int64) *ledger.Entry) (real []*violation) {
	o.Violations += fs.beyond
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
	return real
}

// hearing is the evidence of a run: that of each linked server, or one.
type hearing []*evidence

// verdicts applies the rules.
func (h hearing) verdicts() (res Result) {
	failed := false
	res.Checks = make([]report.Check, len(rules))
	for i := range rules {
		o := &res.Checks[i]
		o.Name = rules[i].name
		var real []*violation
		for _, e := range h {
			real = append(real, e.apply(&rules[i], o)...)
		}
		o.Pattern = pattern(real)
		failed = failed || o.Violations > 0
	}
	for i := range rules {
		h.verdict(&rules[i], &res.Checks[i], failed)
	}
	for _, e := range h {
		res.count(e)
	}
	res.Lost = h[0].allowed.report(h[0].Can)
	return res
}

// apply has a check take what a rule finds.
func (e *evidence) apply(r *rule, o *report.Check) []*violation {
	if r.cannot(e.Can) != "" {
		return nil
	}
	out := r.found(e.Facts)
	if r.judge != nil {
		r.judge(e, out)
	}
	if e.overfed && r.name != NoCreation {
		out.follow()
	}
	return take(o, out, maxFound, e.Entry)
}

// count adds what was counted.
func (res *Result) count(e *evidence) {
	res.Deliveries += e.totals.Deliveries
	res.Observed += e.totals.Observed
	res.Refused += e.Refused()
	if e.Level < Count { // else it is not known
		res.Expected += e.totals.Expected
	}
	for _, m := range e.Members {
		if m.Session == nil && m.Joined() < 0 && !slices.Contains(res.Before, m.Name) {
			res.Before = append(res.Before, m.Name)
		}
	}
}

// verdict sets a rule's verdict by what was found; failed is set if any
// check has failed.
func (h hearing) verdict(r *rule, o *report.Check, failed bool) {
	e := h[0]
	o.Verdict = report.NotExercised
	if o.Reason = r.cannot(e.Can); o.Reason != "" || e.Level > r.level {
		return
	}
	for _, e := range h {
		if e.AtOnce >= r.atOnce {
			o.Evaluations += r.evaluated(&e.totals)
		}
	}
	o.Required = slices.Contains(e.Required, r.name)
	for _, e := range h {
		if o.Reason = e.unclear(r, o, failed); o.Reason != "" {
			o.Verdict = report.Inconclusive
			return
		}
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
	all := j.standings()
	var now Interim
	for i := range rules {
		r := &rules[i]
		for k := range all {
			now.Suspected = now.Suspected || all[k].deviates || r.suspected(all[k].of, &all[k].facts)
		}
		if j.ledger.Config().Level <= r.level {
			now.Checks = append(now.Checks, r.soFarOf(all))
		}
	}
	return now
}

// standing is how a ledger stands while sessions observe.
type standing struct {
	of       *ledger.Ledger
	totals   ledger.Totals
	facts    ledger.Facts
	deviates bool
}

// standings returns how all ledgers stand, and has each session tell what it counts.
func (j *Judge) standings() (all []standing) {
	for _, l := range j.ledger.Servers() {
		l.Ask()
		s := standing{of: l}
		s.totals, s.facts, s.deviates = l.SoFar()
		s.totals.Spans, s.totals.Left, s.totals.Alive = 0, 0, 0 // known at the end
		all = append(all, s)
	}
	return all
}

// soFarOf returns how a check stands.
func (r *rule) soFarOf(all []standing) report.Check {
	o := report.Check{Name: r.name}
	if o.Reason = r.cannot(all[0].of.Config().Capabilities); o.Reason != "" {
		o.Verdict = report.NotExercised
		return o
	}
	if r.ends {
		o.Reason = "evaluated at the end"
	}
	var real []*violation
	for i := range all {
		o.Evaluations += r.evaluated(&all[i].totals)
		real = append(real, take(&o, r.found(&all[i].facts), interimWitnesses, func(int64) *ledger.Entry { return nil })...)
	}
	if o.Pattern = pattern(real); o.Violations > 0 {
		o.Verdict = report.Failed
	}
	return o
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
	return slices.ContainsFunc(j.ledger.Servers(), violated)
}

// violated is Violated of one ledger.
func violated(l *ledger.Ledger) bool {
	_, facts, deviates := l.SoFar()
	for i := range rules {
		r := &rules[i]
		if deviates && !l.Config().Capabilities.AtMostOnce || r.suspected(l, &facts) {
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
