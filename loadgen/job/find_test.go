package job

import (
	"math"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

// rates is what -find-rate looks for.
func rates() *sought { return (&Job{Config: Config{FindRate: new(report.Threshold)}}).sought() }

// crowd is what -find-users looks for in a run of a scenario.
func crowd(lc loadgen.Config) *sought {
	return (&Job{Config: Config{Load: lc, FindUsers: new(report.Threshold)}}).sought()
}

// Users are counted, and looked for between those whom a scenario needs and those for
// whom there are sockets.
func TestSearchForUsers(t *testing.T) {
	few, _ := scenario.Find("mixed")
	falling := few
	falling.Phases = []scenario.Phase{{Name: "a", For: time.Second, Join: 20}, {Name: "b", For: time.Second, Leave: 50}}
	for _, tt := range []struct {
		spec        scenario.Spec
		from, limit float64
		least       float64
	}{{few, 100, 1, 1}, {few, 100, 3, 1}, {few, 1, 12_345, 1}, {few, 100, 137, 1}, {falling, 100, 77, 31}, {falling, 40, 31, 31}} {
		q := crowd(loadgen.Config{Users: int(tt.from), Scenario: tt.spec})
		if q.lowest != tt.least || q.highest < q.lowest || q.highest > mostUsers || q.bound == "" {
			t.Fatalf("from %v to %v users, %q, want from %v", q.lowest, q.highest, q.bound, tt.least)
		}
		q.highest = 1e5
		s, steps := &search{sought: q, next: tt.from}, 1
		for s.step(s.next <= tt.limit) {
			if s.next != math.Trunc(s.next) || s.next < q.lowest {
				t.Fatalf("%v users are tried", s.next)
			}
			if steps++; steps > maxSteps {
				t.Fatal("the search does not end")
			}
		}
		if s.holds == 0 || s.holds > tt.limit || s.fails <= tt.limit || s.fails/s.holds > closeEnough && s.fails-s.holds > 1 {
			t.Errorf("from %v: %v hold and %v do not, the limit is %v", tt.from, s.holds, s.fails, tt.limit)
		}
	}
	s := &search{sought: crowd(loadgen.Config{}), next: 100}
	s.highest, s.bound = 300, "there are no more"
	for steps := 0; s.step(true); steps++ {
		if steps > maxSteps {
			t.Fatal("the search does not end")
		}
	}
	if s.holds != 300 || s.why(nil) != "there are no more" {
		t.Errorf("%v users, %s", s.holds, s.why(nil))
	}
	if why := (&search{sought: s.sought, holds: 1, fails: 2}).why([]report.FindStep{{Users: 2, Why: "too slow"}}); why != "not with 2 users, too slow" {
		t.Error(why)
	}
}

// TestSearch looks for a limit that is known, from far below and far above it.
func TestSearch(t *testing.T) {
	for _, tt := range []struct{ from, limit float64 }{
		{100, 12_345}, {100, 100}, {100, 99}, {5000, 3}, {1, 1}, {3, 70}, {100, 199.5}, {1e6, 2.5e6},
	} {
		s, steps := &search{sought: rates(), next: tt.from}, 1
		for s.step(s.next <= tt.limit) {
			if steps++; steps > maxSteps {
				break
			}
		}
		if s.holds == 0 || s.holds > tt.limit || s.fails <= tt.limit || s.fails/s.holds > closeEnough && s.fails > 10 {
			t.Errorf("from %v: %v holds and %v does not after %d steps, the limit is %v", tt.from, s.holds, s.fails, steps, tt.limit)
		}
		if steps > maxSteps {
			t.Errorf("from %v to %v takes more than %d steps", tt.from, tt.limit, maxSteps)
		}
	}
}

func TestSearchEnds(t *testing.T) {
	for name, held := range map[string]bool{"always": true, "never": false} {
		s := &search{sought: rates(), next: 100}
		for steps := 1; s.step(held); steps++ {
			if steps > maxSteps {
				t.Fatalf("it %s holds: still at %v", name, s.next)
			}
		}
		if held != math.IsInf(1/s.fails, 1) || s.why(nil) == "" {
			t.Errorf("it %s holds: ended with %+v", name, *s)
		}
	}
}

// A late generator spoils a step only where it can have decided it.
func TestStep(t *testing.T) {
	p99 := int64(5e6)
	for _, tt := range []struct {
		name   string
		expr   string
		change func(r *report.Report)
		why    string // empty: it holds
	}{
		{"all well", "delivery.p99<10ms", func(*report.Report) {}, ""},
		{"too slow", "delivery.p99<2ms", func(*report.Report) {}, "delivery.p99 is 5.00 ms"},
		{"no samples", "join.p99<1s", func(*report.Report) {}, "not enough samples: 0, and p99 takes 100"},
		{"a check failed", "delivery.p99<10ms", func(r *report.Report) { r.Checks[0].Verdict = report.Failed }, "agreement violated"},
		{"cut", "delivery.p99<10ms", func(r *report.Report) { r.CutBy, r.Verdict = "the drain limit", report.Inconclusive }, "inconclusive"},
		{"late, yet it holds", "delivery.p99<10ms", func(r *report.Report) { r.Generator.Limited = true }, ""},
		{"late, yet it holds in a phase", "spike.delivery.p99<10ms", func(r *report.Report) {
			r.Generator.Limited = true
			r.Phases = []report.Phase{{Name: "spike", Latency: r.Latency}}
		}, ""},
		{"late, and no samples", "join.p99<1s", func(r *report.Report) { r.Generator.Limited = true }, "not enough samples: 0, and p99 takes 100"},
		{"late, and it does not", "delivery.p99<2ms", func(r *report.Report) { r.Generator.Limited = true }, "generator-limited"},
		{"late, and not counted from when it was due", "delivery_actual.p99<10ms", func(r *report.Report) { r.Generator.Limited = true }, "generator-limited"},
		{"the rate was not kept", "delivery.p99<10ms", func(r *report.Report) { r.Generator.Limited, r.SentPerS = true, 900 }, "generator-limited"},
	} {
		rep := &report.Report{Verdict: report.Passed, Sent: 3000, SentPerS: 1000, Config: report.Config{Rate: 1000},
			Checks:  []report.Check{{Name: "agreement", Verdict: report.Passed, Required: true}},
			Latency: report.Latencies{Delivery: &report.Latency{Count: 9e4, P99: &p99}, DeliveryActual: &report.Latency{Count: 9e4, P99: &p99}}}
		tt.change(rep)
		s := &Job{Config: parse(t, "--find-rate", tt.expr)}
		if step := stepOf(rep, s.FindRate); step.Why != tt.why || step.Holds != (tt.why == "") {
			t.Errorf("%s: %+v, want %q", tt.name, step, tt.why)
		}
	}
}

// What a search leaves: the run at the highest rate that held, else the one that
// says most of why there is none; and what ended it, with the reason.
func TestSearchLeaves(t *testing.T) {
	held, bad, last := &report.Report{Seed: 1}, &report.Report{Seed: 2, Checks: []report.Check{{Name: "agreement", Verdict: report.Failed}}}, &report.Report{Seed: 3}
	for _, c := range []struct {
		runs []*report.Report
		want *report.Report
	}{{nil, nil}, {[]*report.Report{last}, last}, {[]*report.Report{bad, last}, bad}, {[]*report.Report{bad, held, last}, held}} {
		var tried tried
		for _, r := range c.runs {
			tried.take(outcome{report: r}, report.FindStep{Holds: r == held})
		}
		if got := tried.reported(); got != c.want {
			t.Errorf("of %d runs %+v is reported, want %+v", len(c.runs), got, c.want)
		}
	}
	s := &search{sought: rates(), holds: 100, fails: 110}
	if why := s.why([]report.FindStep{{Rate: 100, Holds: true}, {Rate: 110, Why: "too slow"}}); why != "not at 110/s, too slow" {
		t.Error(why)
	}
	if why := (&search{sought: rates(), fails: 1.5}).why([]report.FindStep{{Rate: 1.5, Why: "too slow"}}); why != "not even at 1.5/s, too slow" {
		t.Error(why)
	}
	few := []report.FindStep{{Rate: 50, Why: "validity violated"}, {Rate: 25, Why: "not enough samples: 9"}}
	if why := rates().tooFew(few); why != "not at 50/s, validity violated; at 25/s, not enough samples: 9: try a longer -duration" {
		t.Error(why)
	}
	if why := rates().tooFew(few[1:]); why != "at 25/s, not enough samples: 9: try a longer -duration" {
		t.Error(why)
	}
	for limited, want := range map[bool]bool{true: true, false: false} {
		f := &report.Find{Steps: []report.FindStep{{Rate: 300, Limited: !limited}, {Rate: 200, Limited: limited}, {Rate: 100, Holds: true}}}
		if generatorsLimit(f) != want {
			t.Errorf("limited at 200/s %v, not so at 300/s: %v", limited, !want)
		}
	}
}
