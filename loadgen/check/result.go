package check

import "slices"

// Verdict is what a check came to.
type Verdict string

// The verdicts.
const (
	Passed       Verdict = "passed"
	Failed       Verdict = "failed"
	Inconclusive Verdict = "inconclusive"
	NotExercised Verdict = "not exercised"
)

// Outcome is one check's verdict with its evidence.
type Outcome struct {
	Name        Name
	Verdict     Verdict
	Required    bool
	Evaluations int64
	Violations  int64  // defects
	Implied     int64  // what follows from defects counted elsewhere
	Reason      string // why it could not be exercised, where it could not
	Witnesses   []Witness
}

// Result is what a run came to.
type Result struct {
	Outcomes   []Outcome
	Deliveries int64 // of measured lines, each at a receiver that it was for
	Expected   int64 // as many as there should have been
	Observed   int64 // deliveries of all lines, measured or not
	Refused    int64 // measured lines, see Judge.Refused
}

// maxWitnesses is how many violations of a check are kept whole.
const maxWitnesses = 5

// endings are the checks that need a run's end.
var endings = []Name{Validity, Agreement, LeaveCompleteness, Liveness}

// result adds up what was found.
func (e *ending) result() Result {
	j := e.judge
	r := Result{Deliveries: j.totals.deliveries, Expected: e.expected, Observed: j.totals.observed, Refused: j.Refused()}
	if j.cfg.Level >= Count {
		r.Expected = 0 // not known without the order
	}
	evaluated := make(map[Name]int64)
	for _, c := range j.cfg.Level.checks() {
		evaluated[c] = e.evaluations(c)
	}
	required := make(map[Name]bool)
	for _, c := range e.Required {
		required[c] = true
	}
	failed := slices.ContainsFunc(j.foundOrder, func(f *found) bool { return !f.dropped && j.cfg.Unable[f.check] == "" })
	for _, c := range Names() {
		if reason, ok := j.cfg.Unable[c]; ok {
			r.Outcomes = append(r.Outcomes, Outcome{Name: c, Verdict: NotExercised, Reason: reason})
			continue
		}
		n, asked := evaluated[c]
		o := Outcome{Name: c, Evaluations: n, Required: required[c] && asked}
		j.collectLocked(&o)
		switch {
		case !asked:
			o.Verdict = NotExercised
		case o.Violations > 0:
			o.Verdict = Failed
		case o.Implied > 0 && failed:
			o.Verdict, o.Reason = Inconclusive, "what speaks against it follows from another violation"
		case c == Liveness && e.Advancing, n == 0 && o.Required, e.BrokeOff && slices.Contains(endings, c):
			o.Verdict = Inconclusive
		case n == 0:
			o.Verdict = NotExercised
		default:
			o.Verdict = Passed
		}
		r.Outcomes = append(r.Outcomes, o)
	}
	return r
}

func (j *Judge) collectLocked(o *Outcome) {
	o.Violations += j.uncounted[o.Name]
	for _, f := range j.foundOrder {
		if f.check != o.Name {
			continue
		}
		if f.dropped {
			o.Implied++
			continue
		}
		o.Violations++
		if len(o.Witnesses) < maxWitnesses {
			o.Witnesses = append(o.Witnesses, j.witnessLocked(f))
		}
	}
}

// evaluations is how often a check had something to compare.
func (e *ending) evaluations(c Name) int64 {
	switch c {
	case Agreement:
		return e.slices
	case LeaveCompleteness:
		return e.left
	case Liveness:
		return e.alive
	}
	return e.judge.totals.of(c)
}
