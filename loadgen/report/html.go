package report

import (
	"io"
	"strings"
)

// HTML writes the runs as one page without anything from elsewhere. Of several
// runs, the first with the worst verdict is shown in full.
func HTML(w io.Writer, rs *Runs) error {
	var m markup
	m.page(view(rs))
	_, err := w.Write(m.Bytes())
	return err
}

// htmlView is what the page shows.
type htmlView struct {
	Report   *Report // the one shown in full
	Of       string  // which one it is, of several: a heading's end
	Verdict  Verdict
	Word     string
	Sentence string
	Warnings []string
	Tiles    []fact
	Several  *table
	Spread   *table
	Warned   *table // the runs' warnings in full
	Compared []Compared
	Notes    []string

	Checks     []Check // failed ones first
	Failed     []failedCheck
	Thresholds []ThresholdResult

	Refused string
	Lost    string
	Strays  string
	Server  *htmlServer
	Said    *table // what the server said in errors

	Find      *Find
	Found     string
	FindChart *chart
	FindTitle string
	FindTable *table

	Curves       []*chart
	PhaseTable   *table
	RoleTable    *table
	LatencyTable *table
	CurveTable   *table
	Time         []*chart
	TimeTable    *table
	Isolation    string
	Losses       []string
	Health       []fact
	Ceiling      string
	Config       []fact
}

// fact is a name and what is to be said of it.
type fact struct{ Name, Value, Note string }

// failedCheck is a check with its witnesses.
type failedCheck struct {
	Check
	Witnesses []Witness
	More      int // that the page does not show
}

// htmlWitnesses is how many violations of a check the page shows.
const htmlWitnesses = 100

// worst returns the run that is shown in full.
func (rs *Runs) worst() (r *Report, n int) {
	for _, v := range []Verdict{Failed, Inconclusive, Measured} {
		for i, r := range rs.Reports {
			if r.Verdict == v {
				return r, i
			}
		}
	}
	return rs.Reports[0], 0
}

func view(rs *Runs) *htmlView {
	r, n := rs.worst()
	word, parts := r.headline()
	v := &htmlView{Report: r, Verdict: rs.verdict(), Word: word, Sentence: strings.Join(parts, " "),
		Compared: rs.Compared, Notes: rs.Notes, Thresholds: r.Thresholds}
	if len(rs.Reports)+len(rs.Old) > 1 || rs.Interrupted || rs.Lacks != "" {
		v.several(rs, r, n)
	} else {
		v.single(r)
	}
	v.checks(r)
	v.errors(r)
	v.Server = newHTMLServer(r.Server)
	v.find(r.Find)
	v.latency(rs, r)
	v.Time = overTime(rs, r)
	v.TimeTable = timeTable(r)
	if !r.talks() { // else the role says it
		v.Isolation = isolationSentence(r.Isolation)
	}
	v.Losses = lossSentences(r.Losses)
	v.Health, v.Config = health(r), configuration(r)
	if c := r.Calibration; c != nil {
		v.Ceiling = c.sentence()
	}
	return v
}

// single has what is said first of one run; it may be one of a search.
func (v *htmlView) single(r *Report) {
	v.Warnings, v.Tiles = r.Warnings, tiles(r)
	if r.Find != nil && len(r.Find.Steps) > 0 {
		v.Of = " " + r.foundAt()
	}
}

func (v *htmlView) checks(r *Report) {
	var rest []Check
	for i := range r.Checks {
		c := r.Checks[i]
		if c.Verdict != Failed {
			rest = append(rest, c)
			continue
		}
		v.Checks = append(v.Checks, c)
		shown := c.Witnesses[:min(len(c.Witnesses), htmlWitnesses)]
		v.Failed = append(v.Failed, failedCheck{Check: c, Witnesses: shown, More: len(c.Witnesses) - len(shown)})
	}
	v.Checks = append(v.Checks, rest...)
}
