package loadgen_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/scenario/file"
)

// launch has phases, roles, and limits that are met, are not, and cannot be told.
const launch = `
users: 8
phases:
  - { for: 200ms, rate: 100, warm: true }
  - { for: 1200ms, rate: 500, name: hold, join: 2 }
  - { for: 1s, rate: 800, name: spike, leave: 2 }
roles:
  stalled: { count: 1, every: 100ms }
  flood: { count: 1, rate: 200, every: 100ms, in: spike }
expect:
  - sent > 1
  - { is: delivery.p99 < 1m, in: spike }
  - { is: delivery.p50 < 1ns, in: hold }
  - { is: evicted > 1000, in: hold }
  - { is: leave.p99.9 < 1m, in: hold }
  - roles.flood.ratio < 1000000
  - roles.stalled.served < 0
`

// outcome is a limit as a report tells of it: verdict and figure, for people.
type outcome struct{ verdict, figure string }

// TestReportsAgree makes one run and holds that the text, JSON, JUnit's XML and the
// HTML page have the same figures of it, by phase and role, and the same limits.
func TestReportsAgree(t *testing.T) {
	t.Parallel()
	f, err := file.Read("launch.yaml", []byte(launch))
	if err != nil {
		t.Fatal(err)
	}
	cfg := short(serve(t, faults{}), scenario.Of(f, []byte(launch)))
	cfg.Rate, cfg.Users, cfg.Duration, cfg.Warmup, cfg.Thresholds = 0, 0, 0, 0, cfg.Scenario.Expect
	rep, err := loadgen.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if names := failed(t, rep); len(names) > 0 || len(rep.Phases) != 2 || len(rep.Roles) != 2 || len(rep.Thresholds) != len(f.Expect) {
		t.Fatalf("failed %v, %d phases, %d roles, %d limits", names, len(rep.Phases), len(rep.Roles), len(rep.Thresholds))
	}
	if code := rep.ExitCode(); code != report.ExitThreshold {
		t.Errorf("exit code %d", code)
	}
	var text, saved, junit, page bytes.Buffer
	for _, err := range []error{report.Text(&text, rep, report.TextOptions{Verbose: true, Width: 400}), report.JSON(&saved, rep),
		report.JUnit(&junit, report.One(rep)), report.HTML(&page, report.One(rep))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var back report.Report
	if err := json.Unmarshal(saved.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	limits := map[string]map[string]outcome{"text": textLimits(text.String()), "JUnit": junitLimits(t, junit.Bytes()), "HTML": pageLimits(page.String())}
	for i, th := range back.Thresholds {
		want := outcome{string(th.Verdict), th.Why}
		if th.Value != nil && th.Verdict != report.Inconclusive {
			m, _ := report.FindMetric(th.Metric)
			want.figure = m.Human(*th.Value)
		}
		if rep.Thresholds[i].Verdict != th.Verdict {
			t.Errorf("%s: JSON says %s", th.Expr, th.Verdict)
		}
		for form, of := range limits {
			if of[th.Expr] != want {
				t.Errorf("%s: %s says %q, want %q", th.Expr, form, of[th.Expr], want)
			}
		}
	}
	figures := map[string]string{"text": text.String(), "JUnit": html.UnescapeString(junit.String()), "HTML": html.UnescapeString(page.String())}
	for _, name := range []string{"hold.delivery.p50", "hold.delivery.p99", "hold.deliveries_per_s", "spike.delivery.p99", "spike.delivery.max", "spike.deliveries_per_s",
		"roles.stalled.p99", "roles.flood.p99", "roles.flood.p99_without"} {
		m, _ := report.FindMetric(name)
		v, ok := m.Of(rep)
		if again, had := m.Of(&back); again != v || had != ok {
			t.Errorf("%s: %v, and %v in JSON", name, v, again)
		}
		for form, of := range figures {
			if figure, _, _ := strings.Cut(m.Human(v), "/s"); ok && !hasFigure(of, name, figure) {
				t.Errorf("%s: %s has no %s\n%s", name, form, figure, of)
			}
		}
	}
}

// hasFigure reports whether a report has a figure in a line or row of what it is of.
func hasFigure(text, name, figure string) bool {
	of, _, _ := strings.Cut(strings.TrimPrefix(name, "roles."), ".")
	return slices.ContainsFunc(regexp.MustCompile(`\n|</tr>`).Split(text, -1), func(line string) bool {
		return strings.Contains(line, of) && strings.Contains(line, figure)
	})
}

// textLimits returns the limits of the text report.
func textLimits(text string) map[string]outcome {
	out := make(map[string]outcome)
	for _, m := range regexp.MustCompile(`(?m)^  (\S+[<>]\S+?)(:)? (.*)$`).FindAllStringSubmatch(text, -1) {
		out[m[1]] = outcomeOf(m[3])
	}
	return out
}

// toldOf takes the words of an outcome apart.
func outcomeOf(words string) outcome {
	if figure, ok := strings.CutPrefix(words, "not met: "); ok {
		return outcome{string(report.Failed), figure}
	}
	if figure, ok := strings.CutPrefix(words, "met: "); ok {
		return outcome{string(report.Passed), figure}
	}
	return outcome{string(report.Inconclusive), words}
}

// junitLimits returns the limits of JUnit's XML.
func junitLimits(t *testing.T, b []byte) map[string]outcome {
	t.Helper()
	type result struct {
		Message string `xml:"message,attr"`
	}
	out := make(map[string]outcome)
	for in := xml.NewDecoder(bytes.NewReader(b)); ; {
		token, err := in.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "testcase" {
			continue
		}
		var c struct {
			Class   string  `xml:"classname,attr"`
			Name    string  `xml:"name,attr"`
			Failure *result `xml:"failure"`
			Error   *result `xml:"error"`
			Out     string  `xml:"system-out"`
		}
		if err := in.DecodeElement(&c, &start); err != nil {
			t.Fatal(err)
		}
		switch {
		case c.Class != "chatsim.threshold":
		case c.Failure != nil:
			out[c.Name] = outcomeOf(c.Failure.Message)
		case c.Error != nil:
			out[c.Name] = outcomeOf(c.Error.Message)
		default:
			out[c.Name] = outcomeOf(c.Out)
		}
	}
}

// pageLimits returns the limits of the page.
func pageLimits(page string) map[string]outcome {
	out := make(map[string]outcome)
	for _, m := range regexp.MustCompile(`<tr class="([^"]*)"><th scope="row"><code>([^<]*)</code></th>.*?<td class="n">([^<]*)</td></tr>`).FindAllStringSubmatch(page, -1) {
		out[html.UnescapeString(m[2])] = outcome{m[1], html.UnescapeString(m[3])}
	}
	return out
}
