package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/perf/benchmath"

	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// Kind marks the JSON of a set, which a single report has not.
const Kind = "set"

// Set is several runs of the same settings, and what they were compared with.
type Set struct {
	Schema     int              `json:"schema"`
	Kind       string           `json:"kind"`
	Verdict    report.Verdict   `json:"verdict"`               // the worst of its runs and of the comparison
	Cut        bool             `json:"interrupted,omitempty"` // before all its runs were made
	Lacks      string           `json:"lacks,omitempty"`       // what else it was to hold and does not, and why
	Reports    []*report.Report `json:"reports"`
	Other      []*report.Report `json:"other,omitempty"` // of the other program, with -ab
	Spread     []Spread         `json:"spread"`
	Comparison *Comparison      `json:"comparison,omitempty"`
}

// Spread is how a figure differs between the runs of a set.
type Spread struct {
	Metric string  `json:"metric"`
	Unit   string  `json:"unit"`
	N      int     `json:"n"`
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
}

// NewSet puts the runs together.
func NewSet(reports []*report.Report) *Set {
	s := &Set{Schema: report.Schema, Kind: Kind, Verdict: report.Passed, Reports: reports}
	for _, r := range reports {
		s.worsen(r.Verdict)
	}
	for _, f := range every(reports...) {
		m := f.metric
		vs := values(reports, m)
		if len(vs) == 0 {
			continue
		}
		sample := benchmath.NewSample(vs, &benchmath.DefaultThresholds)
		median := benchmath.AssumeNothing.Summary(sample, confidence).Center
		s.Spread = append(s.Spread, Spread{m.Name(), m.Unit(), len(vs), vs[0], median, vs[len(vs)-1]}) // sorted by now
	}
	return s
}

// ranks are the verdicts, the worst last.
var ranks = []report.Verdict{report.Passed, report.Measured, report.Inconclusive, report.Failed}

// worsen makes a verdict the set's if it is worse than that.
func (s *Set) worsen(v report.Verdict) {
	if slices.Index(ranks, v) > slices.Index(ranks, s.Verdict) {
		s.Verdict = v
	}
}

// Compare records what a comparison with other runs came to.
func (s *Set) Compare(c *Comparison) {
	s.Comparison = c
	s.worsen(outcomes[c.Verdict])
}

// Interrupt records that not all runs were made: those that were have not shown
// what all were to show.
func (s *Set) Interrupt() {
	s.Cut = true
	s.worsen(report.Inconclusive)
}

// Lack records what the set was to hold and does not, runs or a comparison: it
// has not shown what it was to show.
func (s *Set) Lack(what string) {
	s.Lacks = what
	s.worsen(report.Inconclusive)
}

// warnings returns those of a set, by what they are about: the figures in them
// differ from run to run.
func warnings(set []*report.Report) []string {
	var order []string
	in := make(map[string]int)
	for _, r := range set {
		for _, w := range r.Warnings {
			about, _, _ := strings.Cut(w, ":")
			if in[about]++; in[about] == 1 {
				order = append(order, about)
			}
		}
	}
	for i, about := range order {
		order[i] = fmt.Sprintf("%s, in %d of %s", about, in[about], report.Plural(int64(len(set)), "run", "runs"))
	}
	return order
}

// ExitCode returns the worst of the runs' and the comparison's.
func (s *Set) ExitCode() int {
	var codes []int
	for _, r := range s.Reports {
		codes = append(codes, r.ExitCode())
	}
	if s.Comparison != nil {
		codes = append(codes, s.Comparison.ExitCode())
	}
	if s.Cut {
		codes = append(codes, report.ExitInterrupted)
	}
	if s.Lacks != "" {
		codes = append(codes, report.ExitInconclusive)
	}
	return report.Worst(codes...)
}

// JSON writes the set for machines.
func (s *Set) JSON(w io.Writer) error {
	full := *s
	full.Reports, full.Other = nil, nil
	for _, r := range s.Reports {
		full.Reports = append(full.Reports, r.Whole())
	}
	for _, r := range s.Other {
		full.Other = append(full.Other, r.Whole())
	}
	return report.WriteJSON(w, &full)
}

// ReadFile reads the reports of a file: one, or those of a set.
func ReadFile(path string) ([]*report.Report, error) {
	b, err := os.ReadFile(path)
	name := report.Printable(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, hinted.New(name+" does not exist", Saving())
	case err != nil:
		return nil, hinted.New(fmt.Sprintf("cannot read %s: %v", name, reason(err)), "")
	}
	reports, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s %w", name, err)
	}
	return reports, nil
}

// reason returns an error without the name of its file.
func reason(err error) error {
	if pe := new(fs.PathError); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func parse(b []byte) ([]*report.Report, error) {
	var head struct {
		Schema  *int             `json:"schema"`
		Kind    string           `json:"kind"`
		Reports []*report.Report `json:"reports"`
	}
	var syntax *json.SyntaxError
	again := fmt.Sprintf("make it again with chatsim -repeat %d -json FILE", Least())
	b, err := decoded(b)
	if err != nil {
		return nil, hinted.New(err.Error(), again)
	}
	err = json.Unmarshal(b, &head)
	switch {
	case len(bytes.TrimSpace(b)) == 0:
		return nil, hinted.New("is empty", again)
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(b)):
		return nil, hinted.New(fmt.Sprintf("is cut after %d bytes", len(b)), again)
	case err != nil:
		return nil, hinted.New("is not a report of chatsim: "+what(b), "-json FILE writes reports; other files are not compared")
	case head.Schema == nil:
		return nil, hinted.New("is not a report of chatsim: it is JSON of something else", "-json FILE writes reports; other files are not compared")
	case *head.Schema != report.Schema:
		return nil, hinted.New(fmt.Sprintf("has schema %d, this chatsim reads %d", *head.Schema, report.Schema), again)
	case head.Kind == Kind && len(head.Reports) > 0:
		return head.Reports, nil
	case head.Kind != "":
		return nil, hinted.New(fmt.Sprintf("is of kind %q without any report", report.Printable(head.Kind)), again)
	}
	r := new(report.Report)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, hinted.New("is not a report of chatsim", again)
	}
	return []*report.Report{r}, nil
}

// ReadPattern reads all files that a name or a pattern means.
func ReadPattern(pattern string) ([]*report.Report, error) {
	if _, err := os.Stat(pattern); err == nil {
		return ReadFile(pattern)
	}
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil, hinted.New(fmt.Sprintf("%s is no pattern: %v", report.Printable(pattern), err), "in a pattern * is any text, ? one character and [ab] one of these")
	}
	switch {
	case len(paths) == 0 && strings.ContainsAny(pattern, `*?[`):
		return nil, hinted.New("no file matches "+report.Printable(pattern), "a pattern is of files that are there; "+Saving())
	case len(paths) == 0:
		return ReadFile(pattern) // its error is that of a file that does not exist
	}
	var all []*report.Report
	for _, path := range paths {
		reports, err := ReadFile(path)
		if err != nil {
			return nil, err
		}
		all = append(all, reports...)
	}
	return all, nil
}
