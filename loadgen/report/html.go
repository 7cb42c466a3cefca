package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
)

//go:embed html
var htmlFiles embed.FS

// htmlPage has text that html/template escapes; text from elsewhere is made
// printable besides, so that nothing turns the direction of what follows.
var htmlPage = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"text": func(v any) string { return Printable(fmt.Sprint(v)) },
	"class": func(v Verdict) string {
		return strings.ReplaceAll(string(v), " ", "-")
	},
	"undecided": func(v Verdict) bool { return v == Inconclusive },
	"outcome":   func(t ThresholdResult) string { return Printable(t.outcome()) },
	"measured":  func(t ThresholdResult) string { return t.human(*t.Value) },
	"mark":      func(v Verdict) string { return htmlMarks[v] },
	"met": func(v Verdict) string {
		return map[Verdict]string{Passed: "met", Failed: "not met"}[v] + inconclusiveWord(v)
	},
	"count":      thousands,
	"violations": func(n int64) string { return Plural(n, "violation", "violations") },
	"times100":   func(v float64) float64 { return 100 * v },
	"value":      htmlValue,
	"pc":         func(v float64) template.CSS { return template.CSS(strconv.FormatFloat(v, 'f', 2, 64) + "%") },
	"up":         func(v float64) string { return place(1 - v/100) },
	"across":     func(v float64) string { return place(v / 100) },
}).ParseFS(htmlFiles, "html/*.html"))

// htmlMarks tell verdicts apart without colour.
var htmlMarks = map[Verdict]string{Passed: "✓", Failed: "✗", Inconclusive: "?", Measured: "◦", NotExercised: "–"}

func inconclusiveWord(v Verdict) string {
	if v == Inconclusive {
		return string(v)
	}
	return ""
}

// htmlValue takes a number or a pointer to one.
func htmlValue(v any, unit string) string {
	switch v := v.(type) {
	case *float64:
		return humanValue(*v, unit)
	case float64:
		return humanValue(v, unit)
	}
	return ""
}

// HTML writes the runs as one page without anything from elsewhere. Of several
// runs, the first with the worst verdict is shown in full.
func HTML(w io.Writer, rs *Runs) error {
	css, err := htmlFiles.ReadFile("html/style.css")
	if err != nil {
		return err
	}
	v := view(rs)
	v.CSS = template.CSS(css)
	var buf bytes.Buffer
	if err := htmlPage.Execute(&buf, v); err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	_, err = w.Write(buf.Bytes())
	return err
}

// htmlView is what the page shows.
type htmlView struct {
	CSS      template.CSS
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

// table is for who cannot see the drawing, or wants the figures.
type table struct {
	Caption string
	Header  []string
	Rows    [][]string
	Long    bool
	Prose   bool // sentences, not figures
}

// failedCheck is a check with its witnesses.
type failedCheck struct {
	Check
	Witnesses []htmlWitness
	More      int // that the page does not show
}

// htmlWitnesses is how many violations of a check the page shows.
const htmlWitnesses = 100

type htmlWitness struct {
	Witness
	Who string
}

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
	v := &htmlView{Report: r, Verdict: rs.verdict(), Word: word, Sentence: Printable(strings.Join(parts, " ")),
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
	for _, warning := range r.Warnings {
		v.Warnings = append(v.Warnings, Printable(warning))
	}
	v.Tiles = tiles(r)
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
		f := failedCheck{Check: c, More: len(c.Witnesses) - len(shown)}
		for _, w := range shown {
			w.Before = beforeUnlessSides(w)
			f.Witnesses = append(f.Witnesses, htmlWitness{w, w.who()})
		}
		v.Failed = append(v.Failed, f)
	}
	v.Checks = append(v.Checks, rest...)
}

// beforeUnlessSides returns what came before, where what two chatters saw does not
// show it already.
func beforeUnlessSides(w Witness) []string {
	if len(w.Sides) > 0 {
		return nil
	}
	return w.Before
}
