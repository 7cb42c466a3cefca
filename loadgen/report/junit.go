package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The elements of JUnit's XML, as the readers of CI services take it: a suite
// for each run, with a case for each promise and each limit.
type (
	junitSuites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Errors   int      `xml:"errors,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Suites   []junitSuite
	}
	junitSuite struct {
		XMLName    xml.Name        `xml:"testsuite"`
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"` // seconds
		Properties []junitProperty `xml:"properties>property,omitempty"`
		Cases      []junitCase     `xml:"testcase"`
		Out        *junitText      `xml:"system-out"`
		Err        *junitText      `xml:"system-err"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		Failure *junitResult `xml:"failure"`
		Error   *junitResult `xml:"error"`
		Skipped *junitResult `xml:"skipped"`
		Out     string       `xml:"system-out,omitempty"`
	}
	junitResult struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
	junitText struct {
		Text string `xml:",cdata"`
	}
)

// JUnit writes the runs for CI services. What the run's exit code calls
// failed or inconclusive has a case that is failed or in error. All text is
// made printable, so that none of it is forbidden in XML 1.0.
func JUnit(w io.Writer, rs *Runs) error {
	all := junitSuites{Name: "chatsim"}
	for n, r := range rs.Reports {
		name := fmt.Sprintf("%s, seed %d", orText(r.Config.Scenario, "chatsim"), r.Seed)
		if len(rs.Reports) > 1 {
			name = fmt.Sprintf("run %d of %d: %s", n+1, len(rs.Reports), name)
		}
		s, err := junitRun(r, name)
		if err != nil {
			return err
		}
		all.Suites = append(all.Suites, s)
	}
	if len(rs.Compared) > 0 || rs.notCompared() {
		all.Suites = append(all.Suites, junitCompared(rs))
	}
	if rs.Interrupted {
		all.Suites = append(all.Suites, junitSuite{Name: "runs", Time: "0", Cases: []junitCase{{Class: "chatsim.run", Name: "all runs",
			Error: &junitResult{Message: "interrupted: only " + Plural(int64(len(rs.Reports)), "run was", "runs were") + " made", Type: "interrupted"}}}})
	}
	if rs.Lacks != "" {
		all.Suites = append(all.Suites, junitSuite{Name: "runs", Time: "0", Cases: []junitCase{{Class: "chatsim.run", Name: "all runs",
			Error: &junitResult{Message: Printable(rs.Lacks), Type: "inconclusive"}}}})
	}
	for i := range all.Suites {
		s := &all.Suites[i]
		s.count()
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Skipped += s.Skipped
	}
	out, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, out)
	return err
}

func junitRun(r *Report, name string) (junitSuite, error) {
	s := junitSuite{Name: Printable(name), Time: fmt.Sprintf("%.3f", r.MeasuredS)}
	for _, p := range [][2]string{{"where", r.Where}, {"seed", fmt.Sprint(r.Seed)}, {"users", fmt.Sprint(r.Users)},
		{"rate", r.Config.Rate.String()}, {"verify", r.Config.Verify}, {"commit", r.Environment.Commit}, {"reproduce", r.Reproduce}} {
		if p[1] != "" {
			s.Properties = append(s.Properties, junitProperty{p[0], Printable(p[1])})
		}
	}
	s.Cases = append(s.Cases, junitEnding(r))
	if r.Find != nil {
		s.Cases = append(s.Cases, junitFind(r.Find))
	}
	for i := range r.Checks {
		s.Cases = append(s.Cases, junitCheck(&r.Checks[i]))
	}
	for i := range r.Phases {
		s.Cases = append(s.Cases, junitPhase(&r.Phases[i]))
	}
	for i := range r.Roles {
		s.Cases = append(s.Cases, junitRole(&r.Roles[i]))
	}
	for i := range r.Thresholds {
		s.Cases = append(s.Cases, junitThreshold(&r.Thresholds[i]))
	}
	var text strings.Builder
	if err := Text(&text, r, TextOptions{Verbose: true}); err != nil {
		return s, err
	}
	s.Out = &junitText{text.String()}
	var warnings []string
	for _, warning := range r.Warnings {
		warnings = append(warnings, "warning: "+Printable(warning))
	}
	if warnings != nil {
		s.Err = &junitText{strings.Join(warnings, "\n")}
	}
	return s, nil
}

// junitEnding returns the case that fails unless the run came to its end and showed
// anything: a run without any case in error must be one that may be relied on.
func junitEnding(r *Report) junitCase {
	c := junitCase{Class: "chatsim.run", Name: "whole run"}
	switch {
	case r.Server.died():
		c.Failure = &junitResult{Message: Printable(r.Server.death()), Type: "server", Text: r.Server.output()}
	case r.CutBy != "":
		c.Error = &junitResult{Message: Printable("cut by " + r.CutBy), Type: "cut"}
	case r.Interrupted && r.Find != nil:
		c.Error = &junitResult{Message: "the search was interrupted", Type: "interrupted"}
	case r.Interrupted:
		c.Error = &junitResult{Message: "interrupted " + r.ended(), Type: "interrupted"}
	case r.Config.Verify == VerifyOff:
		c.Skipped = &junitResult{Message: "run with -verify off: nothing was checked"}
	case len(r.checksThat(Passed)) == 0 && len(r.checksThat(Failed)) == 0:
		c.Error = &junitResult{Message: "no check passed", Type: string(Inconclusive)}
	}
	return c
}

// junitPhase returns a case that holds the figures of a phase, each in a line as a
// threshold names it. What is wrong in a phase is a threshold's case.
func junitPhase(p *Phase) junitCase {
	var out []string
	for _, m := range metrics {
		if !m.everyPhase() {
			continue
		}
		if v, ok := m.get((&Report{Phases: []Phase{*p}}).inPhase(p.Name)); ok {
			out = append(out, p.Name+"."+m.name+" "+Metric{m}.Human(v))
		}
	}
	return junitCase{Class: "chatsim.phase", Name: Printable(p.Name), Out: strings.Join(out, "\n")}
}

// junitRole returns a case that holds the figures of a role, likewise.
func junitRole(r *Role) junitCase {
	out := append([]string{r.who()}, r.became()...)
	for _, f := range byRole {
		if v, ok := f.get(r); ok {
			out = append(out, "roles."+r.Name+"."+f.name+" "+Metric{metric{kind: f.kind}}.Human(v))
		}
	}
	return junitCase{Class: "chatsim.role", Name: Printable(r.Name), Out: strings.Join(out, "\n")}
}

// junitFind returns the case of a search's answer.
func junitFind(f *Find) junitCase {
	c := junitCase{Class: "chatsim.find", Name: Printable("-" + f.terms().flag + " " + f.Expr)}
	message, v := Printable(f.answer()), f.verdict()
	switch v {
	case Passed:
		c.Out = message
	case Failed:
		c.Failure = &junitResult{Message: message, Type: "not found"}
	default:
		c.Error = &junitResult{Message: message, Type: string(v)}
	}
	return c
}

func junitCheck(ch *Check) junitCase {
	c := junitCase{Class: "chatsim.check", Name: Printable(ch.Name)}
	message := Printable(orText(ch.Reason, Plural(ch.Evaluations, "evaluation", "evaluations")))
	switch {
	case ch.Verdict == Failed:
		p := &page{}
		p.failed(ch, true)
		message = Plural(ch.Violations, "violation", "violations") + " in " + Plural(ch.Evaluations, "evaluation", "evaluations")
		if len(ch.Witnesses) > 0 {
			message += ": " + Printable(ch.Witnesses[0].who()+ch.Witnesses[0].Sentence)
		}
		c.Failure = &junitResult{Message: message, Type: "violated", Text: "\n" + p.buf.String()}
	case ch.Verdict == Inconclusive || ch.Verdict != Passed && ch.Required:
		c.Error = &junitResult{Message: message, Type: string(ch.Verdict)}
	case ch.Verdict != Passed:
		c.Skipped = &junitResult{Message: message}
	default:
		c.Out = message
	}
	return c
}

func junitThreshold(t *ThresholdResult) junitCase {
	c := junitCase{Class: "chatsim.threshold", Name: Printable(t.Expr)}
	switch {
	case t.Verdict == Inconclusive:
		c.Error = &junitResult{Message: Printable(t.outcome()), Type: string(Inconclusive)}
	case t.Verdict == Failed:
		c.Failure = &junitResult{Message: t.outcome(), Type: "not met"}
	default:
		c.Out = t.outcome()
	}
	return c
}

// junitCompared has a case for each figure that decides.
func junitCompared(rs *Runs) junitSuite {
	s := junitSuite{Name: "comparison", Time: "0"}
	if rs.notCompared() {
		s.Cases = append(s.Cases, junitCase{Class: "chatsim.comparison", Name: "comparison", Error: &junitResult{Message: "the sets were not compared", Type: string(Inconclusive)}})
	}
	for _, row := range rs.Compared {
		if !row.Gated {
			continue
		}
		c := junitCase{Class: "chatsim.comparison", Name: Printable(row.Metric)}
		message := Printable(row.sentence())
		switch row.Outcome {
		case Failed:
			c.Failure = &junitResult{Message: message, Type: row.Verdict}
		case Inconclusive:
			c.Error = &junitResult{Message: message, Type: row.Verdict}
		default:
			c.Out = message
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}

func (s *junitSuite) count() {
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
