package compare

import "chatsim/loadgen/report"

// outcomes are what the verdicts mean for the runs, where the figure decides.
var outcomes = map[Verdict]report.Verdict{Better: report.Passed, Same: report.Passed, CantTell: report.Inconclusive, Worse: report.Failed}

// Runs returns the set, and what it was compared with, for the renderers of package
// report.
func (s *Set) Runs(old []*report.Report) *report.Runs {
	rs := &report.Runs{Reports: s.Reports, Old: old}
	if s.Comparison != nil {
		rs = s.Comparison.Runs(old, s.Reports)
	}
	rs.Interrupted, rs.Lacks = s.Cut, s.Lacks
	return rs
}

// Runs returns the comparison with the runs that it is of.
func (c *Comparison) Runs(old, new []*report.Report) *report.Runs {
	rs := &report.Runs{Reports: new, Old: old, Notes: c.Notes}
	decides := false
	for _, r := range c.Rows {
		decides = decides || r.Gated
		rs.Compared = append(rs.Compared, report.Compared{Metric: r.Metric, Unit: r.Unit, Gated: r.Gated, Old: r.Old.Median, New: r.New.Median,
			Difference: r.Difference, P: r.P, Verdict: string(r.Verdict), Outcome: outcomes[r.Verdict], Why: r.Why})
	}
	if !decides {
		rs.Compared = append(rs.Compared, report.Compared{Metric: "comparison", Gated: true, Verdict: string(CantTell), Outcome: report.Inconclusive,
			Why: "no figure that decides is in both sets"})
	}
	return rs
}
