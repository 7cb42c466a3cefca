package report

import (
	"fmt"
	"slices"
	"strings"
)

// Runs is what the forms for other programs show: one run, or several of the
// same settings, and what they were compared with.
type Runs struct {
	Reports  []*Report  // one at least
	Old      []*Report  // what they were compared with
	Compared []Compared // figure by figure; none with Old: it was refused
	Notes    []string   // on the comparison

	Interrupted bool   // before all runs were made
	Lacks       string // runs or a comparison that were asked for, and why they are not there
}

// Compared is one figure of two sets of runs.
type Compared struct {
	Metric     string
	Unit       string
	Gated      bool // it decides the outcome
	Old, New   float64
	Difference float64 // as a share of Old
	P          float64
	Verdict    string  // "better", "worse", "same" or "can't tell"
	Outcome    Verdict // what it means for the runs
	Why        string  // it cannot be told
}

// One returns a single run.
func One(r *Report) *Runs { return &Runs{Reports: []*Report{r}} }

// verdict returns the worst of the runs' and the comparison's.
func (rs *Runs) verdict() Verdict {
	worst := 0
	rank := []Verdict{Passed, Measured, Inconclusive, Failed}
	for at, v := range rank {
		for _, r := range rs.Reports {
			if r.Verdict == v {
				worst = max(worst, at)
			}
		}
		for _, c := range rs.Compared {
			if c.Gated && c.Outcome == v {
				worst = max(worst, at)
			}
		}
	}
	if rs.notCompared() || rs.Interrupted || rs.Lacks != "" {
		worst = max(worst, slices.Index(rank, Inconclusive))
	}
	return rank[worst]
}

// word returns the verdict in capitals.
func (rs *Runs) word() string {
	v := rs.verdict()
	if rs.Interrupted && v == Inconclusive {
		return "INTERRUPTED"
	}
	return strings.ToUpper(string(v))
}

// notCompared reports whether a comparison was asked for and refused.
func (rs *Runs) notCompared() bool { return len(rs.Old) > 0 && len(rs.Compared) == 0 }

// sentence is "worse: 5.00 ms to 9.00 ms, +80.0 %, p=0.008".
func (c *Compared) sentence() string {
	s := fmt.Sprintf("%s: %s to %s, %+.1f %%, p=%.3f", c.Verdict, c.Human(c.Old), c.Human(c.New), 100*c.Difference, c.P)
	if c.Why != "" {
		s += " (" + c.Why + ")"
	}
	return s
}

// Human writes a value of the figure as the text report would.
func (c Compared) Human(v float64) string {
	if m, ok := FindMetric(c.Metric); ok {
		return m.Human(v)
	}
	return humanValue(v, c.Unit)
}

// deciding returns the figures that decide with the outcome.
func (rs *Runs) deciding(outcome Verdict) []string {
	var names []string
	for _, c := range rs.Compared {
		if c.Gated && c.Outcome == outcome {
			names = append(names, c.Metric)
		}
	}
	return names
}
