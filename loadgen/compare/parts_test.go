package compare

import (
	"math/rand/v2"
	"strings"
	"testing"

	"chatsim/loadgen/report"
)

// launches are runs of two phases with somebody who floods.
func launches(noise func() float64, spike, ratio float64) []*report.Report {
	runs := set(6, noise, 1, 1, 100)
	for _, r := range runs {
		of := func(slower float64) report.Latencies { return sample(noise, slower, 1, 100).Latency }
		r.Phases = []report.Phase{{Name: "hold", Latency: of(1)}, {Name: "spike", Latency: of(spike)}, {Name: "said <by hand>", Latency: of(1)}}
		with, without, times := int64(1e7*ratio*noise()), int64(1e7), ratio*noise()
		r.Roles = []report.Role{{Name: "flood", Acted: 10, Evicted: map[string]int64{}, P99With: &with, P99Without: &without, Ratio: &times}, {Name: "nosuch"}}
	}
	return runs
}

// TestPhasesAndRolesAreCompared: each has figures of its own, which are shown and
// decide nothing.
func TestPhasesAndRolesAreCompared(t *testing.T) {
	noise := lognormal(rand.New(rand.NewPCG(1, 2)), 0.05)
	c, err := Reports(launches(noise, 1, 1), launches(noise, 3, 2), DefaultTolerance, false)
	if err != nil {
		t.Fatal(err)
	}
	for metric, want := range map[string]Verdict{"hold.delivery.p99": Same, "spike.delivery.p99": Worse, "roles.flood.ratio": Worse,
		"roles.flood.p99": Worse, "roles.flood.served": Same, "roles.flood.evicted": Same} {
		if r := row(t, c, metric); r.Verdict != want || r.Gated {
			t.Errorf("%s is %s (%s), want %s; gated: %v", metric, r.Verdict, r.Why, want, r.Gated)
		}
	}
	if c.Verdict != Same {
		t.Errorf("the whole is %s", c.Verdict)
	}
	for _, r := range c.Rows {
		if strings.Contains(r.Metric, "nosuch") || strings.Contains(r.Metric, "said") {
			t.Errorf("%s is no figure", r.Metric)
		}
	}
	var text strings.Builder
	if err := NewSet(launches(noise, 1, 1)).Text(&text, false); err != nil {
		t.Fatal(err)
	}
	for _, metric := range []string{"spike.delivery.p50", "roles.flood.ratio"} {
		if !strings.Contains(text.String(), metric) {
			t.Errorf("no %s in\n%s", metric, text.String())
		}
	}
}

// TestStoriesAreCompared: how long a story took is no setting of it.
func TestStoriesAreCompared(t *testing.T) {
	old, new := set(6, still, 1, 1, 100), set(6, still, 1, 1, 100)
	for i, r := range append(old[:6:6], new...) {
		r.Config.Story, r.Config.DurationS = true, 0.01*float64(i)
	}
	if _, err := Reports(old, new, DefaultTolerance, false); err != nil {
		t.Error(err)
	}
	new[0].Config.Story = false
	if _, err := Reports(old, new, DefaultTolerance, false); err == nil {
		t.Error("a story was compared with what is none")
	}
}
