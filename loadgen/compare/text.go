package compare

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"chatsim/loadgen/report"
)

// headlines are what a comparison comes to, in words.
var headlines = map[Verdict]string{Better: "BETTER", Worse: "WORSE", Same: "SAME", CantTell: "CAN'T TELL"}

// Text writes the comparison for people, the verdict first; quiet: alone.
func (c *Comparison) Text(w io.Writer, quiet bool) error {
	var b strings.Builder
	var why []string
	for _, r := range c.Rows {
		if r.Gated && r.Verdict == c.Verdict {
			why = append(why, r.Metric)
		}
	}
	how := fmt.Sprintf("by more than %g%%, p < %g", c.Tolerance*100, c.Alpha)
	switch c.Verdict {
	case Same:
		how = fmt.Sprintf("within %g%%", c.Tolerance*100)
	case CantTell:
		how = "for noise"
	}
	fmt.Fprintf(&b, "%s  %s: %s\n", headlines[c.Verdict], how, strings.Join(why, ", "))
	if quiet {
		_, err := io.WriteString(w, b.String())
		return err
	}
	for _, n := range c.Notes {
		fmt.Fprintf(&b, "note        %s\n", report.Printable(n))
	}
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  metric\told\tnew\tdifference\tp\tverdict")
	for _, r := range c.Rows {
		m, _ := report.FindMetric(r.Metric)
		word := string(r.Verdict)
		if r.Gated {
			word = strings.ToUpper(word) + " (decides)"
		}
		if r.Why != "" {
			word += ": " + r.Why
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%+.1f%%\t%.4f n=%d+%d\t%s\n", r.Metric, human(m, r.Old), human(m, r.New), r.Difference*100, r.P, r.Old.N, r.New.N, word)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if c.Verdict == CantTell {
		b.WriteString("hint: more runs on each side (-repeat), longer ones (-duration), or a larger -tolerance\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func human(m report.Metric, s Summary) string {
	if s.N == 0 {
		return "–"
	}
	return m.Human(s.Median)
}

// Text writes how the runs of a set differ, and what they were compared with.
// Quiet, it writes the verdicts alone.
func (s *Set) Text(w io.Writer, quiet bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	word := strings.ToUpper(string(s.Verdict))
	if s.Cut && s.Verdict == report.Inconclusive {
		word = "INTERRUPTED"
	}
	fmt.Fprintf(t, "%s  %s", word, report.Plural(int64(len(s.Reports)), "run", "runs"))
	switch {
	case s.Lacks != "":
		fmt.Fprintf(t, ": %s", report.Printable(s.Lacks))
	case s.Comparison != nil && s.Comparison.Verdict == Worse:
		fmt.Fprint(t, ", worse than those that they were compared with")
	case s.Comparison != nil && s.Comparison.Verdict == CantTell:
		fmt.Fprint(t, ", and noise hides whether they are worse")
	}
	fmt.Fprintln(t)
	spread := s.Spread
	if quiet {
		spread = nil
	} else {
		fmt.Fprintln(t, "  spread\tmin\tmedian\tmax")
	}
	for _, sp := range spread {
		m, _ := report.FindMetric(sp.Metric)
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", sp.Metric, m.Human(sp.Min), m.Human(sp.Median), m.Human(sp.Max))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if s.Comparison != nil {
		return s.Comparison.Text(w, quiet)
	}
	if quiet {
		return nil
	}
	for _, text := range warnings(s.Reports) {
		if _, err := fmt.Fprintf(w, "warning  %s\n", report.Printable(text)); err != nil {
			return err
		}
	}
	return nil
}
