package compare

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// sample returns a run whose figures are those of a quiet machine, times noise.
func sample(noise func() float64, slower, less float64, rate report.Rate) *report.Report {
	ns := func(v float64) *int64 { n := int64(v * noise()); return &n }
	r := &report.Report{Schema: report.Schema, Verdict: report.Passed, Deliveries: 1e6, MeasuredS: 3,
		Config:      report.Config{Users: 100, Rate: rate, Verify: "full"},
		Environment: report.Environment{OS: "linux", CPUs: 2, CPUModel: "Example CPU"},
		Checks:      []report.Check{{Name: "total order", Verdict: report.Passed, Required: true}},
		Latency:     report.Latencies{Delivery: &report.Latency{Count: 1e6, P50: ns(3e6), P90: ns(6e6), P99: ns(1e7 * slower), Max: *ns(4e7)}}}
	r.DeliveriesPerS = 7e6 * less * noise()
	r.BytesPerS = 105 * r.DeliveriesPerS
	r.Resources.CPUS = 0.25 * noise()
	return r
}

func set(n int, noise func() float64, slower, less float64, rate report.Rate) []*report.Report {
	var out []*report.Report
	for range n {
		out = append(out, sample(noise, slower, less, rate))
	}
	return out
}

// lognormal is noise with a tail, as a shared machine has.
func lognormal(rng *rand.Rand, sigma float64) func() float64 {
	return func() float64 { return math.Exp(sigma * rng.NormFloat64()) }
}

// TestRates counts in simulated pairs of sets how often equal ones are called
// worse, and planted slow-downs are not, for noise from none to much.
func TestRates(t *testing.T) {
	const pairs = 400
	for _, tt := range []struct {
		name         string
		runs         int
		sigma        float64
		slower, less float64
		rate         report.Rate
		least, most  int // called worse
	}{
		{"equal, quiet", 10, 0.02, 1, 1, 100, 0, 0},
		{"equal, noisy", 10, 0.15, 1, 1, 100, 0, pairs / 20},
		{"equal, noisier", 10, 0.4, 1, 1, 100, 0, pairs / 20},
		{"equal, few", 5, 0.15, 1, 1, 100, 0, pairs / 20},
		{"equal at max", 10, 0.15, 1, 1, report.Max, 0, pairs / 20},
		{"2 x p99", 10, 0.15, 2, 1, 100, pairs * 19 / 20, pairs},
		{"2 x p99, noisier", 10, 0.3, 2, 1, 100, pairs * 19 / 20, pairs},
		{"2 x p99, few", 5, 0.15, 2, 1, 100, pairs * 19 / 20, pairs},
		{"-30 %", 10, 0.1, 1, 0.7, report.Max, pairs * 19 / 20, pairs},
		{"-30 %, few", 5, 0.06, 1, 0.7, report.Max, pairs * 19 / 20, pairs},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		noise := lognormal(rng, tt.sigma)
		worse := 0
		for range pairs {
			c, err := Reports(set(tt.runs, noise, 1, 1, tt.rate), set(tt.runs, noise, tt.slower, tt.less, tt.rate), DefaultTolerance, false)
			if err != nil {
				t.Fatal(err)
			}
			if c.Verdict == Worse {
				worse++
			}
		}
		t.Logf("%s: worse in %d of %d", tt.name, worse, pairs)
		if worse < tt.least || worse > tt.most {
			t.Errorf("%s: worse in %d of %d, want %d to %d", tt.name, worse, pairs, tt.least, tt.most)
		}
	}
}

func still() float64 { return 1 }

// row finds a figure's.
func row(t *testing.T, c *Comparison, metric string) Row {
	t.Helper()
	for _, r := range c.Rows {
		if r.Metric == metric {
			return r
		}
	}
	t.Fatalf("no %s in %+v", metric, c.Rows)
	return Row{}
}

func TestVerdicts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	little := lognormal(rng, 0.01)
	for _, tt := range []struct {
		name     string
		slower   float64
		noise    func() float64
		verdict  Verdict
		exitCode int
	}{
		{"equal", 1, still, Same, 0},
		{"significant, but a trifle", 1.05, little, Same, 0},
		{"twice as slow", 2, little, Worse, 99},
		{"twice as fast", 0.5, little, Better, 0},
		{"wild", 1, lognormal(rng, 2), CantTell, 3},
	} {
		c, err := Reports(set(8, tt.noise, 1, 1, 100), set(8, tt.noise, tt.slower, 1, 100), DefaultTolerance, false)
		if err != nil {
			t.Fatal(err)
		}
		if r := row(t, c, "delivery.p99"); r.Verdict != tt.verdict || !r.Gated {
			t.Errorf("%s: %+v, want %s", tt.name, r, tt.verdict)
		}
		if got := c.ExitCode(); got != tt.exitCode {
			t.Errorf("%s: exit code %d, want %d: %+v", tt.name, got, tt.exitCode, c.Rows)
		}
		var b strings.Builder
		if err := c.Text(&b, false); err != nil || !strings.HasPrefix(b.String(), headlines[c.Verdict]+"  ") {
			t.Errorf("%s: %v, text\n%s", tt.name, err, b.String())
		}
	}
}

// On a machine half as fast, the room and the ceiling alike, nothing is worse.
func TestThroughputIsComparedAsShare(t *testing.T) {
	noise := lognormal(rand.New(rand.NewPCG(5, 6)), 0.02)
	old, new := set(8, noise, 1, 1, report.Max), set(8, noise, 1, 0.5, report.Max)
	for _, r := range old {
		r.Calibration = &report.Calibration{BytesPerS: 3e9 * noise()}
	}
	for _, r := range new {
		r.Calibration = &report.Calibration{BytesPerS: 1.5e9 * noise()}
	}
	c, err := Reports(old, new, DefaultTolerance, false)
	if err != nil {
		t.Fatal(err)
	}
	if share, rate := row(t, c, "ceiling.share"), row(t, c, "deliveries_per_s"); share.Verdict != Same || !share.Gated || rate.Gated {
		t.Errorf("share %+v, rate %+v", share, rate)
	}
	for _, r := range new {
		r.Environment.CPUModel = "Slow CPU"
	}
	if c, err = Reports(old, new, DefaultTolerance, true); err != nil {
		t.Fatal(err)
	}
	if c.Verdict != Same || row(t, c, "cpu_per_delivery").Gated || len(c.Notes) != 1 {
		t.Errorf("on another machine: %s, notes %q", c.Verdict, c.Notes)
	}
	for _, r := range new { // only the ceiling is high: the room is not
		r.Calibration.BytesPerS *= 2
	}
	if c, err = Reports(old, new, DefaultTolerance, true); err != nil || c.Verdict != Worse {
		t.Errorf("with half the share: %s, %v", c.Verdict, err)
	}
	for _, r := range new { // how high it is varies by as much
		r.Calibration.LowBytesPerS = r.Calibration.BytesPerS / 2.5
	}
	c, err = Reports(old, new, DefaultTolerance, true)
	if err != nil || c.Verdict != CantTell || row(t, c, "ceiling.share").Why != "the loopback's speed varied by 60 % within a run" {
		t.Errorf("with an uncertain share: %s, %v, %+v", c.Verdict, err, row(t, c, "ceiling.share"))
	}
}

// What disturbed the runs is said with the comparison, once for all of them.
func TestWarningsTravel(t *testing.T) {
	old, new := set(5, still, 1, 1, 100), set(5, still, 1, 1, 100)
	new[1].Warnings = []string{"other load on the machine: other processes used 1.02 of its 2 cores"}
	new[3].Warnings = []string{"other load on the machine: other processes used 0.71 of its 2 cores"}
	c, err := Reports(old, new, DefaultTolerance, false)
	if err != nil {
		t.Fatal(err)
	}
	const want = "other load on the machine, in 2 of 5 runs"
	if len(c.Notes) != 1 || c.Notes[0] != want+" (new)" {
		t.Errorf("notes %q", c.Notes)
	}
	var b strings.Builder
	if err := NewSet(new).Text(&b, false); err != nil || !strings.Contains(b.String(), "warning  "+want+"\n") {
		t.Errorf("%v, text\n%s", err, b.String())
	}
}

func TestRefused(t *testing.T) {
	five := func() []*report.Report { return set(5, still, 1, 1, 100) }
	for want, change := range map[string]func(old, new *[]*report.Report){
		"4 runs against 5 cannot show any difference: a verdict needs 5 on each side": func(old, _ *[]*report.Report) { *old = (*old)[1:] },
		"5 runs against 0 cannot show": func(_, new *[]*report.Report) { *new = nil },
		"other settings: users 100 and 101": func(_, new *[]*report.Report) {
			(*new)[2].Config.Users = 101
		},
		"another machine: cpus 2 and 4":                                 func(_, new *[]*report.Report) { (*new)[0].Environment.CPUs = 4 },
		"run 2 of the new set is interrupted: its figures mean nothing": func(_, new *[]*report.Report) { (*new)[1].Interrupted = true },
		"run 1 of the old set is one whose checks failed: its figures mean nothing": func(old, _ *[]*report.Report) {
			(*old)[0].Checks[0].Verdict = report.Failed
		},
	} {
		old, new := five(), five()
		change(&old, &new)
		_, err := Reports(old, new, DefaultTolerance, false)
		if err == nil || !strings.Contains(err.Error(), want) || hinted.Hint(err) == "" {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if Least() != 5 || !significant(4, 7) || significant(4, 5) {
		t.Errorf("at least %d", Least())
	}
}

func TestSetReadsBack(t *testing.T) {
	s := NewSet(set(3, still, 1, 1, report.Max))
	s.Reports[1].Verdict = report.Inconclusive
	if got := NewSet(s.Reports).Verdict; got != report.Inconclusive {
		t.Errorf("the worst verdict is %s", got)
	}
	var b strings.Builder
	if err := s.JSON(&b); err != nil {
		t.Fatal(err)
	}
	got, err := parse([]byte(b.String()))
	if err != nil || len(got) != 3 || got[2].DeliveriesPerS != 7e6 || !got[0].Config.Rate.IsMax() {
		t.Errorf("read %d reports: %v", len(got), err)
	}
	for n := range b.Len() - 2 { // wherever it is cut
		if _, err := parse([]byte(b.String()[:n])); err == nil || n > 0 && !strings.Contains(err.Error(), "is cut after") {
			t.Fatalf("cut after %d bytes: %v", n, err)
		}
	}
}
