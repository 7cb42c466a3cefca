package report

import (
	"fmt"
	"strings"
)

// headline returns the verdict in capitals, and what it is the verdict on, in
// pieces between which a line may be broken.
func (r *Report) headline() (word string, parts []string) {
	word = strings.ToUpper(string(r.Verdict))
	if r.Verdict == Measured {
		word = "MEASURED, NOT VERIFIED"
	}
	length := seconds(r.Config.DurationS)
	switch {
	case r.Interrupted && (r.Verdict == Inconclusive || r.Verdict == Passed): // that one of before
		word, length = "INTERRUPTED", r.ended()
	case r.Interrupted:
		length = "interrupted " + r.ended()
	}
	if r.Find != nil {
		return r.found(word)
	}
	if r.Conformance {
		return word, strings.Fields(r.told() + ": " + r.Where)
	}
	parts = []string{Plural(int64(r.Users), "user", "users") + ",", length + ",", fmt.Sprintf("seed %d,", r.Seed), r.Where + ":"}
	return word, append(parts, r.outcome()...)
}

// ended returns when an interruption ended the run.
func (r *Report) ended() string {
	whole := seconds(r.Config.DurationS)
	if r.MeasuredS == 0 {
		return "before the measured " + whole
	}
	return "after " + humanDuration(int64(r.MeasuredS*1e9)) + " of " + whole
}

// found returns the headline of a search: its answer, then the run that is reported.
func (r *Report) found(word string) (string, []string) {
	if w := r.Find.words()[r.Verdict]; w != "" && len(r.checksThat(Failed)) == 0 {
		word = w
	}
	parts := append(strings.Fields(r.Find.answer()+";"), Plural(int64(len(r.Find.Steps)), "run", "runs")+" of "+seconds(r.Config.DurationS)+",")
	parts = append(parts, Plural(int64(r.Users), "user", "users")+",", fmt.Sprintf("seed %d,", r.Seed), r.Where)
	if len(r.Find.Steps) == 0 {
		return word, parts
	}
	if r.Find.Of == "" {
		parts = append(parts, r.foundAt())
	}
	parts[len(parts)-1] += ":"
	return word, append(parts, r.outcome()...)
}

// outcome returns the headline's second half: what the verdict rests on.
func (r *Report) outcome() []string {
	deliveries := thousands(r.Deliveries) + " of " + Plural(r.ExpectedDeliveries, "delivery", "deliveries")
	if r.ExpectedDeliveries == 0 {
		deliveries = Plural(r.Deliveries, "delivery", "deliveries")
	}
	var why []string
	if r.Server.died() {
		why = append(why, r.Server.death()+";")
	}
	if failed := r.checksThat(Failed); len(failed) > 0 {
		why = append(why, strings.Join(failed, ", ")+" violated;")
	}
	why = append(why, r.thresholdsIn(Failed)...)
	if r.CutBy != "" && !r.Server.died() {
		why = append(why, "cut by "+r.CutBy+";")
	}
	if r.Refused > 0 {
		why = append(why, thousands(r.Refused)+" of "+Plural(r.Sent, "line", "lines")+" refused;")
	}
	if n := r.Lost.count(); n > 0 {
		why = append(why, thousands(n)+" lost, as may be;")
	}
	if r.Verdict == Inconclusive {
		why = append(why, r.undecided()...)
	}
	switch {
	case r.Verdict == Measured:
		return append(why, deliveries)
	case len(r.checksThat(Failed)) > 0 || r.CutBy != "":
		return append(why, deliveries+" made")
	}
	return append(why, deliveries+" "+verified(r.Config.Verify))
}

// namedThresholds is how many the headline names; the others are counted.
const namedThresholds = 2

// thresholdsIn names the thresholds with a verdict and what came of them.
func (r *Report) thresholdsIn(v Verdict) []string {
	var parts []string
	n := r.thresholdsThat(v)
	for i := range r.Thresholds {
		if t := &r.Thresholds[i]; t.Verdict == v && (len(parts) < namedThresholds || n == namedThresholds+1) {
			parts = append(parts, t.Expr+t.behind()+t.outcome()+";")
		}
	}
	if more := n - len(parts); more > 0 {
		parts = append(parts, "and "+Plural(int64(more), "threshold", "thresholds")+" more;")
	}
	return parts
}

// undecided names what keeps the run from a verdict.
func (r *Report) undecided() []string {
	var why []string
	var names []string
	for i := range r.Checks {
		if c := &r.Checks[i]; c.Required && (c.Verdict == Inconclusive || c.Verdict == NotExercised) {
			names = append(names, c.Name)
		}
	}
	if len(names) > 0 {
		why = append(why, "too little to evaluate for "+strings.Join(names, ", ")+";")
	}
	why = append(why, r.thresholdsIn(Inconclusive)...)
	if len(why) == 0 && r.CutBy == "" && !r.Interrupted && r.Find == nil {
		why = append(why, "no check passed;")
	}
	return why
}

// verified returns how much of each delivery was looked at.
func verified(level string) string {
	switch level {
	case "order":
		return "verified, order only"
	case "count":
		return "counted, not compared"
	}
	return "verified"
}

func (r *Report) checksThat(v Verdict) []string {
	var names []string
	for i := range r.Checks {
		if r.Checks[i].Verdict == v {
			names = append(names, r.Checks[i].Name)
		}
	}
	return names
}

func (r *Report) thresholdsThat(v Verdict) int {
	n := 0
	for i := range r.Thresholds {
		if r.Thresholds[i].Verdict == v {
			n++
		}
	}
	return n
}
