package report

import (
	"bytes"
	"encoding/json"
	"testing"
)

// TestAnyPercentile: a threshold may name any percentile; its value is that of
// the samples, and a report that was saved has those that were asked for.
func TestAnyPercentile(t *testing.T) {
	at := func(p float64) int64 { return int64(p*1000 + 0.5) }
	for _, tt := range []struct {
		expr, name string
		count      int64
		value      float64 // 0: none
		why        string
		saved      string // why a report that was saved before has none; empty if it has
	}{
		{"delivery.p95<1s", "delivery.p95", 20, 95_000, "", ""},
		{"delivery.p95<1s", "delivery.p95", 19, 0, "not enough samples: 19, and p95 takes 20", ""},
		{"delivery.p99.99<1s", "delivery.p99.99", 10_000, 99_990, "", ""},
		{"delivery.p9999<1s", "delivery.p99.99", 9_999, 0, "not enough samples: 9,999, and p99.99 takes 10,000", ""},
		{"delivery.p99.9999<1s", "delivery.p99.9999", 1_000_000, 100_000, "", "the report was saved without p99.9999, with p50, p90, p99, p99.9, p75, p95, p99.99, p99.999"},
		{"delivery.p97.5<1s", "delivery.p97.5", 40, 97_500, "", "the report was saved without p97.5, with p50, p90, p75, p95"},
		{"delivery.p050<1s", "delivery.p50", 1, 50_000, "", ""},
		{"delivery.p99.90<1s", "delivery.p99.9", 1000, 99_900, "", ""},
		{"delivery.p0.5<1s", "delivery.p0.5", 1, 500, "", "the report was saved without p0.5, with p50"},
		{"last.p95<1s", "last.p95", 1, 0, "not enough samples: 0, and p95 takes 20", ""},
	} {
		th := thresholds(tt.expr)
		r := &Report{Latency: Latencies{Delivery: NewLatency(tt.count, 1, 2, 3, at)}}
		var before, after Report
		reread(t, r, &before)
		r.Conclude(th)
		reread(t, r, &after)
		got := r.Thresholds[0]
		value := 0.0
		if got.Value != nil {
			value = *got.Value
		}
		if got.Metric != tt.name || value != tt.value || got.Why != tt.why {
			t.Errorf("%s of %d samples: %s %v, %q; want %s %v, %q", tt.expr, tt.count, got.Metric, value, got.Why, tt.name, tt.value, tt.why)
		}
		after.Conclude(th)
		if again := after.Thresholds[0]; (again.Value == nil) != (got.Value == nil) || again.Verdict != got.Verdict || again.Why != got.Why {
			t.Errorf("%s: %+v, saved and read again %+v", tt.expr, got, again)
		}
		before.Conclude(th)
		if again := before.Thresholds[0]; tt.saved != "" && again.Why != tt.saved || tt.saved == "" && again.Verdict != got.Verdict {
			t.Errorf("%s, not asked for when it was saved: %+v", tt.expr, again)
		}
	}
}

func reread(t *testing.T, r, into *Report) {
	t.Helper()
	var b bytes.Buffer
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), into); err != nil {
		t.Fatal(err)
	}
}
