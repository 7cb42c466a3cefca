// Package compare reports whether one set of runs is worse than another: for each
// figure better, worse, same, or that it cannot be told. A figure is worse only
// where the sets differ significantly (Mann-Whitney U) and their medians by
// more than a tolerance, so that neither noise nor a trifle fails a build.
//
// It takes reports and returns verdicts. It knows no files, no processes and not
// how a run is made.
package compare

import (
	"fmt"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"

	"chatsim/loadgen/report"
)

const (
	// Alpha is the chance of calling two sets of one distribution different.
	// With a handful of figures that gate, the usual 0.05 would fail one
	// build in seven for nothing.
	Alpha = 0.01

	// DefaultTolerance is a difference that nobody minds, as a share.
	DefaultTolerance = 0.10

	// confidence of the intervals around medians; five runs suffice for it.
	confidence = 0.90

	// doubling is what a figure that is called the same must rule out.
	doubling = 2
)

// Verdict is what became of a figure.
type Verdict string

// The verdicts.
const (
	Better   Verdict = "better"
	Worse    Verdict = "worse"
	Same     Verdict = "same"
	CantTell Verdict = "can't tell"
)

// Row is one figure in both sets.
type Row struct {
	Metric     string  `json:"metric"`
	Unit       string  `json:"unit"`
	Gated      bool    `json:"gated"` // it decides the outcome
	Old        Summary `json:"old"`
	New        Summary `json:"new"`
	Difference float64 `json:"difference"` // of the medians, as a share of the old one
	P          float64 `json:"p"`          // that sets of one distribution differ as much
	Verdict    Verdict `json:"verdict"`
	Why        string  `json:"why,omitempty"` // it cannot be told
}

// Summary is a figure's median in a set, and the interval that holds the true
// one with the confidence of 90 %.
type Summary struct {
	N      int     `json:"n"` // runs that have the figure
	Median float64 `json:"median"`
	Lo     float64 `json:"lo"`
	Hi     float64 `json:"hi"`
}

// Comparison is what came of comparing two sets.
type Comparison struct {
	Tolerance float64  `json:"tolerance"`
	Alpha     float64  `json:"alpha"`
	Verdict   Verdict  `json:"verdict"` // the worst of the gated figures
	Rows      []Row    `json:"rows"`
	Notes     []string `json:"notes,omitempty"`
}

// Reports compares two sets. Sets too small for any verdict, of different
// settings, or with a run that was wrong are refused;
// differences of settings and machine are only noted where anyway is true.
func Reports(old, new []*report.Report, tolerance float64, anyway bool) (*Comparison, error) {
	if err := enough(len(old), len(new)); err != nil {
		return nil, err
	}
	c := &Comparison{Tolerance: tolerance, Alpha: Alpha, Verdict: Same}
	machine, err := c.alike(old, new, anyway)
	if err != nil {
		return nil, err
	}
	for _, f := range figures(old[0], new[0], machine, calibrated(old) && calibrated(new)) {
		if row, ok := f.compare(values(old, f.metric), values(new, f.metric), tolerance); ok {
			if report.OfCeiling(row.Metric) {
				row.doubt(max(spread(old), spread(new)))
			}
			c.Rows = append(c.Rows, row)
		}
	}
	c.conclude()
	for _, side := range []struct {
		name string
		set  []*report.Report
	}{{"old", old}, {"new", new}} {
		for _, w := range warnings(side.set) {
			c.Notes = append(c.Notes, w+" ("+side.name+")")
		}
	}
	return c, nil
}

// conclude takes the worst verdict of what is gated: worse, then can't tell.
func (c *Comparison) conclude() {
	rank := map[Verdict]int{Better: 1, Same: 0, CantTell: 2, Worse: 3}
	gated := 0
	for _, r := range c.Rows {
		if !r.Gated {
			continue
		}
		gated++
		if rank[r.Verdict] > rank[c.Verdict] {
			c.Verdict = r.Verdict
		}
	}
	if gated == 0 {
		c.Verdict = CantTell
		c.Notes = append(c.Notes, "no figure that decides is in both sets")
	}
}

// ExitCode is 99 for worse, 3 where it cannot be told, else 0.
func (c *Comparison) ExitCode() int {
	switch c.Verdict {
	case Worse:
		return report.ExitThreshold
	case CantTell:
		return report.ExitInconclusive
	}
	return report.ExitPassed
}

func values(set []*report.Report, m report.Metric) []float64 {
	var vs []float64
	for _, r := range set {
		if v, ok := m.Of(r); ok {
			vs = append(vs, v)
		}
	}
	return vs
}

// compare judges one figure; false if neither set has it.
func (f figure) compare(old, new []float64, tolerance float64) (Row, bool) {
	if len(old) == 0 && len(new) == 0 {
		return Row{}, false
	}
	row := Row{Metric: f.metric.Name(), Unit: f.metric.Unit(), Gated: f.gated, P: 1}
	limits := benchmath.Thresholds{CompareAlpha: Alpha}
	a, b := benchmath.NewSample(old, &limits), benchmath.NewSample(new, &limits)
	row.Old, row.New = summary(a), summary(b)
	if err := enough(len(old), len(new)); err != nil {
		row.Verdict, row.Why = CantTell, "too few runs have it"
		return row, true
	}
	if row.Old.Median != 0 {
		row.Difference = row.New.Median/row.Old.Median - 1
	}
	if old[0] == old[len(old)-1] && new[0] == new[len(new)-1] && old[0] == new[0] {
		row.Verdict = Same // all equal: the test has nothing to rank
		return row, true
	}
	row.P = benchmath.AssumeNothing.Compare(a, b).P
	row.Verdict, row.Why = f.judge(row, tolerance)
	return row, true
}

// doubt has a row not tell of a difference that is within a spread.
func (r *Row) doubt(spread float64) {
	if (r.Verdict == Worse || r.Verdict == Better) && math.Abs(r.Difference) <= spread {
		r.Verdict, r.Why = CantTell, fmt.Sprintf("the loopback's speed varied by %.0f %% within a run", 100*spread)
	}
}

// spread returns the median of what the ceiling varied by in each run of a set.
func spread(set []*report.Report) float64 {
	all := make([]float64, 0, len(set))
	for _, r := range set {
		all = append(all, r.Calibration.Spread())
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func summary(s *benchmath.Sample) Summary {
	if len(s.Values) == 0 {
		return Summary{}
	}
	sum := benchmath.AssumeNothing.Summary(s, confidence)
	lo, hi := sum.Lo, sum.Hi
	if math.IsInf(lo, 0) || math.IsInf(hi, 0) { // too few for an interval: all that is known is their range
		lo, hi = s.Values[0], s.Values[len(s.Values)-1]
	}
	return Summary{N: len(s.Values), Median: sum.Center, Lo: lo, Hi: hi}
}

// judge turns a figure's medians, intervals and P into a verdict.
func (f figure) judge(r Row, tolerance float64) (Verdict, string) {
	beyond := math.Abs(r.Difference) > tolerance
	switch {
	case r.Old.Median <= 0:
		return CantTell, "it was zero"
	case r.P < Alpha && beyond && (r.Difference > 0) == f.higherIsWorse:
		return Worse, ""
	case r.P < Alpha && beyond:
		return Better, ""
	case beyond:
		return CantTell, "within noise"
	case r.Old.Lo <= 0 || r.New.Lo <= 0 || r.New.Hi/r.Old.Lo >= doubling || r.Old.Hi/r.New.Lo >= doubling:
		return CantTell, "a doubling could hide in it"
	}
	return Same, ""
}
