package report

import "strconv"

// Find is the search for the highest rate, or the most users, with which an expression
// holds; the report that has it is that of the run at the highest found, and its
// verdict is on the search: Passed where something was found, Failed where nothing
// was, and Inconclusive where the search was cut, or nothing could be measured.
type Find struct {
	Expr  string     `json:"expr"`
	Of    string     `json:"of,omitempty"`    // FindUsers; empty: the rate
	Rate  *Rate      `json:"rate"`            // lines a second, of the highest found; null if it held nowhere
	Users *int       `json:"users,omitempty"` // the most found, if they were looked for
	Why   string     `json:"why"`             // what ended the search
	Cut   bool       `json:"cut,omitempty"`   // before it came to its own end
	Steps []FindStep `json:"steps"`
}

// FindUsers is the Find.Of of a search for the most users.
const FindUsers = "users"

// FindStep is one room at one rate, or with one number of users.
type FindStep struct {
	Rate           Rate     `json:"rate"`
	Users          int      `json:"users,omitempty"`  // if their number was looked for
	Joined         *int     `json:"joined,omitempty"` // of the users, where not all got in, so that there was no run
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

// Amount returns what was tried in a step.
func (f *Find) Amount(s *FindStep) float64 {
	if f.Of == FindUsers {
		return float64(s.Users)
	}
	return float64(s.Rate)
}

// Where returns where an amount was tried, in words.
func (f *Find) Where(amount float64) string {
	if f.Of == FindUsers {
		return "with " + Plural(int64(amount), "user", "users")
	}
	return "at " + Rate(amount).String() + "/s"
}

// Tried returns what was tried in a step, in words.
func (f *Find) Tried(s *FindStep) string {
	if f.Of == FindUsers {
		return Plural(int64(s.Users), "user", "users")
	}
	return s.Rate.String() + " lines/s"
}

// highest returns what was found, in words; there is something.
func (f *Find) highest() string {
	if f.Users != nil {
		return Plural(int64(*f.Users), "user", "users")
	}
	return linesPerSecond(*f.Rate)
}

// words are what a search came to, for the headline.
func (f *Find) words() map[Verdict]string {
	return map[Verdict]string{Passed: "FOUND", Measured: "FOUND", Failed: "NOT FOUND"}
}

// terms are how a search is spoken of.
type terms struct {
	flag, title, most string
	before, where     string // what was found, and after it
	none, unshown     string
	all, column       string // of a table of what was tried
	chart, axis       string
}

func (f *Find) terms() terms {
	if f.Of == FindUsers {
		return terms{"find-users", "Most users", "most users", "with", "with whom", "with no number of users", "no number of users could be shown with whom ",
			"every number of users that was tried", "users", "Delivery latency by number of users", "users"}
	}
	return terms{"find-rate", "Highest rate", "highest rate", "at", "at which", "at no rate", "no rate could be shown at which ",
		"every rate that was tried", "lines/s", "Delivery latency by rate", "lines a second"}
}

// answer returns what a search came to, in a sentence.
func (f *Find) answer() string {
	t := f.terms()
	switch {
	case f.Rate == nil && f.Cut:
		return f.Expr + " was seen to hold " + t.none + " so far: " + f.Why
	case f.Rate == nil && f.verdict() == Inconclusive:
		return t.unshown + f.Expr + ": " + f.Why
	case f.Rate == nil:
		return f.Expr + " holds " + t.none + ": " + f.Why
	case f.Cut:
		return f.Expr + " holds " + t.before + " " + f.highest() + " so far: " + f.Why
	}
	return f.Expr + " holds up to " + f.highest() + ": " + f.Why
}

func linesPerSecond(r Rate) string {
	if r >= carry {
		return thousands(int64(r+0.5)) + " lines/s"
	}
	return strconv.FormatFloat(float64(r), 'g', 4, 64) + " lines/s"
}

// amount returns what was tried in a step, for a table.
func (f *Find) amount(s *FindStep) string {
	if f.Of == FindUsers {
		return thousands(int64(s.Users))
	}
	return s.Rate.String()
}

// found returns the highest that was found; there is something.
func (f *Find) found() float64 {
	if f.Users != nil {
		return float64(*f.Users)
	}
	return float64(*f.Rate)
}

// foundAt returns which of a search's runs the report is of.
func (r *Report) foundAt() string {
	if r.Find.Of == FindUsers {
		return "with " + Plural(int64(r.Users), "user", "users")
	}
	return "at " + linesPerSecond(r.Config.Rate)
}
