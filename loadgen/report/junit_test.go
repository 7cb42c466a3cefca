package report

import (
	"bytes"
	"encoding/xml"
	"testing"

	"github.com/joshdk/go-junit"
)

// TestJUnit reads what is written with another's reader.
func TestJUnit(t *testing.T) {
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			r := sample()
			change(r)
			var buf bytes.Buffer
			if err := JUnit(&buf, One(r)); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".junit.xml", buf.Bytes())
			noControl(t, buf.Bytes())
			suites, err := junit.Ingest(buf.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if len(suites) != 1 || len(suites[0].Tests) != 1+searched(r)+len(r.Checks)+len(r.Phases)+len(r.Roles)+len(r.Thresholds) {
				t.Fatalf("%d suites of %d checks and %d thresholds: %+v", len(suites), len(r.Checks), len(r.Thresholds), suites)
			}
			totals := suites[0].Totals
			if red, want := totals.Failed+totals.Error > 0, r.ExitCode() != 0; red != want {
				t.Errorf("%+v although the exit code is %d", totals, r.ExitCode())
			}
			for i, test := range suites[0].Tests[1+searched(r) : 1+searched(r)+len(r.Checks)] {
				c := &r.Checks[i]
				want := map[Verdict]junit.Status{Passed: junit.StatusPassed, Failed: junit.StatusFailed,
					Inconclusive: junit.StatusError, NotExercised: junit.StatusSkipped}[c.Verdict]
				if test.Name != c.Name || test.Status != want {
					t.Errorf("check %s is %s, read back as %s %s", c.Name, c.Verdict, test.Name, test.Status)
				}
			}
		})
	}
}

// TestJUnitCases holds that whatever decides a verdict decides a case.
func TestJUnitCases(t *testing.T) {
	met, exceeded := 1e6, 9e6
	for _, tt := range []struct {
		name string
		c    junitCase
		want string
	}{
		{"threshold met", junitThreshold(&ThresholdResult{Expr: "a<1", Value: &met, Unit: "ns", Verdict: Passed}), "passed met: 1.00 ms"},
		{"threshold not met", junitThreshold(&ThresholdResult{Expr: "a<1", Value: &exceeded, Unit: "ns", Verdict: Failed}), "failed not met: 9.00 ms"},
		{"threshold without samples", junitThreshold(&ThresholdResult{Expr: "a<1", Verdict: Inconclusive}), "error not enough samples"},
		{"required, not exercised", junitCheck(&Check{Name: "a", Required: true, Verdict: NotExercised, Reason: "nobody left"}), "error nobody left"},
		{"not exercised", junitCheck(&Check{Name: "a", Verdict: NotExercised, Reason: "nobody left"}), "skipped nobody left"},
		{"not printable", junitCheck(&Check{Name: "a\x01", Verdict: Inconclusive, Reason: "\x00\ufffe"}), `error \x00\ufffe`},
	} {
		s := junitSuite{Cases: []junitCase{tt.c}}
		s.count()
		b, err := xml.Marshal(junitSuites{Suites: []junitSuite{s}})
		if err != nil {
			t.Fatal(err)
		}
		suites, err := junit.Ingest(b)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		test := suites[0].Tests[0]
		if got := string(test.Status) + " " + test.Message + test.SystemOut; got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestJUnitCompared(t *testing.T) {
	rs := One(sample())
	rs.Compared = []Compared{
		{Metric: "delivery.p99", Unit: "ns", Gated: true, Old: 5e6, New: 9e6, Difference: 0.8, P: 0.008, Verdict: "worse", Outcome: Failed},
		{Metric: "delivery.p50", Unit: "ns", Old: 5e6, New: 9e6, Verdict: "worse", Outcome: Passed},
		{Metric: "last.p99", Unit: "ns", Gated: true, Verdict: "can't tell", Outcome: Inconclusive, Why: "they scatter"},
		{Metric: "deliveries_per_s", Unit: "/s", Gated: true, Old: 100, New: 101, Verdict: "same", Outcome: Passed},
	}
	var buf bytes.Buffer
	if err := JUnit(&buf, rs); err != nil {
		t.Fatal(err)
	}
	suites, err := junit.Ingest(buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, test := range suites[1].Tests {
		got = append(got, test.Name+" "+string(test.Status))
	}
	want := []string{"delivery.p99 failed", "last.p99 error", "deliveries_per_s passed"}
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %q, want %q", got, want)
	}
	if rs.verdict() != Failed {
		t.Errorf("all in all it is %s", rs.verdict())
	}
	refused := &Runs{Reports: rs.Reports, Old: []*Report{sample()}}
	buf.Reset()
	if err := JUnit(&buf, refused); err != nil {
		t.Fatal(err)
	}
	if suites, err := junit.Ingest(buf.Bytes()); err != nil || suites[1].Totals.Error != 1 || refused.verdict() != Inconclusive {
		t.Errorf("a comparison that was refused is %s: %v, %+v", refused.verdict(), err, suites)
	}
}

// searched returns how many cases are about a search.
func searched(r *Report) int {
	if r.Find == nil {
		return 0
	}
	return 1
}
