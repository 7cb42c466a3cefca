package compare

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"chatsim/loadgen/report"
)

// TestRuns holds that what a comparison's exit code says, its figures say too.
func TestRuns(t *testing.T) {
	quiet := func() float64 { return 1 }
	worse, err := Reports(set(6, quiet, 1, 1, 100), set(6, quiet, 2, 1, 100), DefaultTolerance, true)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		c    *Comparison
		want report.Verdict
	}{"worse": {worse, report.Failed}, "nothing decides": {&Comparison{Verdict: CantTell}, report.Inconclusive}} {
		got := report.Passed
		for _, row := range tt.c.Runs(nil, nil).Compared {
			if row.Gated && row.Outcome != report.Passed && got != report.Failed {
				got = row.Outcome
			}
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestSchema holds that sets and comparisons are written as the schema of
// reports says.
func TestSchema(t *testing.T) {
	s, err := jsonschema.NewCompiler().Compile("../report/testdata/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	quiet := func() float64 { return 1 }
	old, new := set(6, quiet, 1, 1, 100), set(6, quiet, 2, 1, 100)
	all := NewSet(new)
	all.Other = old
	if all.Comparison, err = Reports(old, new, DefaultTolerance, true); err != nil {
		t.Fatal(err)
	}
	cut := NewSet(new)
	cut.Interrupt()
	lacking := NewSet(new)
	lacking.Lack("run 7 of 7: nobody listens there")
	for name, write := range map[string]func(io.Writer) error{
		"set": all.JSON, "interrupted": cut.JSON, "lacking": lacking.JSON, "comparison": func(w io.Writer) error { return report.WriteJSON(w, all.Comparison) },
	} {
		var buf bytes.Buffer
		if err := write(&buf); err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(&buf)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An interrupted set has not shown what it was to show, whatever its runs came to.
func TestInterruptedSet(t *testing.T) {
	quiet := func() float64 { return 1 }
	s := NewSet(set(2, quiet, 1, 1, 100))
	if s.Verdict != report.Passed || s.ExitCode() != report.ExitPassed {
		t.Fatalf("%s, exit code %d", s.Verdict, s.ExitCode())
	}
	s.Interrupt()
	var text, xml bytes.Buffer
	if err := errors.Join(s.Text(&text, true), report.JUnit(&xml, s.Runs(nil))); err != nil {
		t.Fatal(err)
	}
	if s.Verdict != report.Inconclusive || s.ExitCode() != report.ExitInterrupted || !strings.HasPrefix(text.String(), "INTERRUPTED  2 runs\n") {
		t.Errorf("%s, exit code %d: %s", s.Verdict, s.ExitCode(), text.String())
	}
	if !strings.Contains(xml.String(), `<error message="interrupted: only 2 runs were made" type="interrupted">`) {
		t.Errorf("JUnit: %s", xml.String())
	}
}

// A set that lacks a run, or a comparison, has shown no more, in any form.
func TestLackingSet(t *testing.T) {
	quiet := func() float64 { return 1 }
	for _, runs := range []int{1, 2} {
		s := NewSet(set(runs, quiet, 1, 1, 100))
		s.Lack("run 3 of 3: nobody <listens> there")
		var text, xml, html, doc bytes.Buffer
		rs := s.Runs(nil)
		if err := errors.Join(s.Text(&text, true), s.JSON(&doc), report.JUnit(&xml, rs), report.HTML(&html, rs)); err != nil {
			t.Fatal(err)
		}
		if s.ExitCode() != report.ExitInconclusive || !strings.HasPrefix(text.String(), "INCONCLUSIVE  "+report.Plural(int64(runs), "run", "runs")+": run 3 of 3: nobody <listens> there\n") {
			t.Errorf("exit code %d: %s", s.ExitCode(), text.String())
		}
		for form, want := range map[*bytes.Buffer]string{
			&xml: `<error message="run 3 of 3: nobody &lt;listens&gt; there" type="inconclusive">`, &html: `INCONCLUSIVE</h1>`, &doc: `"verdict": "inconclusive"`,
		} {
			if !strings.Contains(form.String(), want) {
				t.Errorf("%d runs: no %q in %.3000s", runs, want, form.String())
			}
		}
		if !strings.Contains(html.String(), "nobody &lt;listens&gt; there") || !strings.Contains(doc.String(), `"lacks": "run 3 of 3`) {
			t.Errorf("%d runs: the page or the JSON does not say what is lacking", runs)
		}
	}
}
