package report

import "strconv"

// Find is the search for the highest rate at which an expression holds; the
// report that has it is that of the run at the highest rate found, and its
// verdict is on the search: Passed with a rate, Failed without one, and
// Inconclusive where the search was cut, or nothing could be measured.
type Find struct {
	Expr  string     `json:"expr"`
	Rate  *Rate      `json:"rate"`          // lines a second; null if it held at none
	Why   string     `json:"why"`           // what ended the search
	Cut   bool       `json:"cut,omitempty"` // before it came to its own end
	Steps []FindStep `json:"steps"`
}

// FindStep is one room at one rate.
type FindStep struct {
	Rate           Rate     `json:"rate"`
	Holds          bool     `json:"holds"`
	Why            string   `json:"why,omitempty"` // it does not
	Value          *float64 `json:"value"`         // of the expression's metric
	DeliveriesPerS float64  `json:"deliveries_per_s"`
	P50            *int64   `json:"p50_ns,omitempty"` // of delivery
	P99            *int64   `json:"p99_ns,omitempty"`
	Verdict        Verdict  `json:"verdict"` // of the run
	Limited        bool     `json:"limited"` // by the generator
}

// verdict returns that on the search alone.
func (f *Find) verdict() Verdict {
	switch {
	case f.Cut:
		return Inconclusive
	case f.Rate != nil:
		return Passed
	}
	for i := range f.Steps {
		if s := &f.Steps[i]; !s.Holds && !s.Limited && (s.Value != nil || s.Verdict == Failed) {
			return Failed
		}
	}
	return Inconclusive // the generator was the limit, or there were too few samples
}

// Violated lists the checks that failed.
func (r *Report) Violated() []string { return r.checksThat(Failed) }

// Evidence returns the first violation in words, empty without one.
func (r *Report) Evidence() string {
	for i := range r.Checks {
		if c := &r.Checks[i]; c.Verdict == Failed {
			if len(c.Witnesses) == 0 {
				return c.Name
			}
			return c.Name + ": " + c.Witnesses[0].who() + c.Witnesses[0].Sentence
		}
	}
	return ""
}

// words are what a search came to, for the headline.
func (f *Find) words() map[Verdict]string {
	return map[Verdict]string{Passed: "FOUND", Measured: "FOUND", Failed: "NOT FOUND"}
}

// answer returns what a search came to, in a sentence.
func (f *Find) answer() string {
	switch {
	case f.Rate == nil && f.Cut:
		return f.Expr + " was seen to hold at no rate so far: " + f.Why
	case f.Rate == nil && f.verdict() == Inconclusive:
		return "no rate could be shown at which " + f.Expr + ": " + f.Why
	case f.Rate == nil:
		return f.Expr + " holds at no rate: " + f.Why
	case f.Cut:
		return f.Expr + " holds at " + linesPerSecond(*f.Rate) + " so far: " + f.Why
	}
	return f.Expr + " holds up to " + linesPerSecond(*f.Rate) + ": " + f.Why
}

func linesPerSecond(r Rate) string {
	if r >= carry {
		return thousands(int64(r+0.5)) + " lines/s"
	}
	return strconv.FormatFloat(float64(r), 'g', 4, 64) + " lines/s"
}
