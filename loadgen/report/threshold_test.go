package report

import (
	"errors"
	"strings"
	"testing"
)

func TestThresholdErrors(t *testing.T) {
	for _, tt := range []struct{ expr, want, hint string }{
		{"", "threshold: no comparison\n  \n  ^", "write it like delivery.p99<50ms"},
		{"delivery.p99", "threshold: no comparison\n  delivery.p99\n  ^^^^^^^^^^^^", "comparisons are < <= > >="},
		{"delivery.p99=50ms", "threshold: unknown comparison\n  delivery.p99=50ms\n              ^", "comparisons are"},
		{"delivery.p99=<50ms", "threshold: unknown metric \"delivery.p99=\"\n  delivery.p99=<50ms\n  ^^^^^^^^^^^^^", "metrics are"},
		{"delivery.p99<>50ms", "threshold: unknown comparison\n  delivery.p99<>50ms\n              ^^", "comparisons are"},
		{"delivery.p99<==50ms", "threshold: unknown comparison\n  delivery.p99<==50ms\n              ^^^", "comparisons are"},
		{"delivry.p99<50ms", "threshold: unknown metric \"delivry.p99\"\n  delivry.p99<50ms\n  ^^^^^^^^^^^", "LATENCY     delivery delivery_actual last echo skew join leave"},
		{"delivery.avg<50ms", "threshold: unknown metric \"delivery.avg\"\n  delivery.avg<50ms\n  ^^^^^^^^^^^^", "STATISTIC   p50 p90 p99 p99.9 max mean min count and any other"},
		{"delivery.p100<50ms", "threshold: \"p100\" is the highest value of all: max\n  delivery.p100<50ms\n           ^^^^", "p50, p95 or p99.99"},
		{"delivery.p0 <50ms", "threshold: \"p0\" is the lowest value of all: min\n  delivery.p0 <50ms\n           ^^", "p50, p95 or p99.99"},
		{"delivery.p995<50ms", "threshold: \"p995\" is more than all\n  delivery.p995<50ms\n           ^^^^", "p50, p95 or p99.99"},
		{"delivery.p9.9.9<50ms", "threshold: \"p9.9.9\" is not a percentile\n  delivery.p9.9.9<50ms\n           ^^^^^^", "p50, p95 or p99.99"},
		{"delivery.p99.1234567<50ms", "threshold: \"p99.1234567\" has more than 6 digits behind its point\n  delivery.p99.1234567<50ms\n           ^^^^^^^^^^^", "p50, p95 or p99.99"},
		{"sent.p95<50ms", "threshold: unknown metric \"sent.p95\"\n  sent.p95<50ms\n  ^^^^^^^^", "metrics are"},
		{"delivery<50ms", "threshold: unknown metric \"delivery\"\n  delivery<50ms\n  ^^^^^^^^", "FIGURE      sent sent_per_s deliveries"},
		{" <50ms", "threshold: no metric before the comparison\n   <50ms\n   ^", "metrics are"},
		{"delivery.p99<", "threshold: no value after the comparison\n  delivery.p99<\n               ^", "delivery.p99 is a duration"},
		{"delivery.p99<50", "threshold: 50 has no unit\n  delivery.p99<50\n               ^^", "write it like 50ms, 1.5s or 2m"},
		{"delivery.p99<50mb", "threshold: \"50mb\" is not a duration\n  delivery.p99<50mb\n               ^^^^", "is a duration"},
		{"delivery.p99 < fast", "threshold: \"fast\" is not a duration\n  delivery.p99 < fast\n                 ^^^^", "is a duration"},
		{"delivery.p99<-1ms", "threshold: a limit cannot be negative\n  delivery.p99<-1ms\n               ^^^^", "is a duration"},
		{"delivery.p99<25h", "threshold: 25h is more than a day\n  delivery.p99<25h\n               ^^^", "is a duration"},
		{"deliveries_per_s>100ms", "threshold: unit \"ms\" does not fit\n  deliveries_per_s>100ms\n                   ^^^^^", "plain number, without a unit"},
		{"deliveries_per_s>1,000", "threshold: \"1,000\" is not a number\n  deliveries_per_s>1,000\n                   ^^^^^", "write 'deliveries_per_s>1000'"},
		{"evicted<-1", "threshold: a limit cannot be negative\n  evicted<-1\n          ^^", "plain number"},
		{"bytes_per_s>5ms", "threshold: unit \"ms\" does not fit\n  bytes_per_s>5ms\n              ^^^", "in bytes"},
		{"ceiling.share>5ms", "threshold: 5ms is not a percentage\n  ceiling.share>5ms\n                ^^^", "write it like 30%"},
		{"ceiling.share>0.3", "threshold: 0.3 has no %\n  ceiling.share>0.3\n                ^^^", "write 'ceiling.share>30%'"},
		{"ceiling.share>30", "threshold: 30 has no %\n  ceiling.share>30\n                ^^", "write 'ceiling.share>30%'"},
		{"ceiling.share>3000%", "threshold: 3000% is more than 1000%\n  ceiling.share>3000%\n                ^^^^^", "write it like 30%"},
		{"bytes_per_s>5mb", "threshold: unit \"mb\" does not fit\n  bytes_per_s>5mb\n              ^^^", "write 'bytes_per_s>5MB'"},
		{"delivery.p99<50 msec", "threshold: \"50 msec\" is not a duration\n  delivery.p99<50 msec\n               ^^^^^^^", "write 'delivery.p99<50ms'"},
		{"sent>5%", "threshold: unit \"%\" does not fit\n  sent>5%\n       ^^", "plain number"},
		{"sent>NaN", "threshold: \"NaN\" is not a number\n  sent>NaN\n       ^^^", "plain number"},
		{"sent>inf", "threshold: \"inf\" is not a number\n  sent>inf\n       ^^^", "plain number"},
		{"sent>0x10", "threshold: \"0x10\" is not a number\n  sent>0x10\n       ^^^^", "plain number"},
		{"bytes_per_s>1e15GB", "threshold: 1e15 is too large\n  bytes_per_s>1e15GB\n              ^^^^^^", "in bytes"},
		{"a\x1b[2J<1", "threshold: unknown metric \"a\\x1b[2J\"\n  a\\x1b[2J<1\n  ^^^^^^^^", "metrics are"},
	} {
		_, err := ParseThreshold(tt.expr)
		var te *ThresholdError
		if !errors.As(err, &te) {
			t.Errorf("%q: error is %v, want a *ThresholdError", tt.expr, err)
			continue
		}
		if err.Error() != tt.want {
			t.Errorf("%q:\n%s\nwant\n%s", tt.expr, err, tt.want)
		}
		if !strings.Contains(te.Hint(), tt.hint) {
			t.Errorf("%q: hint %q, want %q in it", tt.expr, te.Hint(), tt.hint)
		}
	}
}

func TestThresholdHintFitsScreen(t *testing.T) {
	_, err := ParseThreshold("x<1")
	var te *ThresholdError
	if !errors.As(err, &te) {
		t.Fatal(err)
	}
	for line := range strings.Lines("hint: " + te.Hint()) {
		if len(strings.TrimSuffix(line, "\n")) > columns {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
	for _, m := range metrics {
		for word := range strings.SplitSeq(m.name, ".") {
			if !strings.Contains(te.Hint(), word) {
				t.Errorf("metric %s is not listed", m.name)
			}
		}
	}
}

func TestEvaluate(t *testing.T) {
	for _, tt := range []struct {
		expr  string
		want  Verdict
		value float64
	}{
		{"delivery.p99<14.3ms", Passed, 14.2e6},
		{"delivery.p99<14.2ms", Failed, 14.2e6},
		{"delivery.p99<=14.2ms", Passed, 14.2e6},
		{"delivery.p99>14.2ms", Failed, 14.2e6},
		{"delivery.p99>=14.2ms", Passed, 14.2e6},
		{"delivery.p999<1s", Passed, 21.04e6},
		{"delivery.p99.9 < 1m30s", Passed, 21.04e6},
		{"delivery_actual.p50<1µs", Failed, 2.3e6},
		{"delivery.min>0s", Passed, 90_000},
		{"delivery.mean<4ms", Passed, 3e6},
		{"delivery.count>=1500000", Passed, 1.5e6},
		{"leave.max<1s", Passed, 11.5e6},
		{"leave.p99<1h", Inconclusive, -1}, // 12 samples
		{"echo.p50<1h", Inconclusive, -1},  // none
		{"echo.max<1h", Inconclusive, -1},
		{"echo.count<1", Passed, 0},
		{"sent>=3e3", Passed, 3000},
		{"sent_per_s>99.5", Passed, 100},
		{"deliveries>1", Passed, 1.5e6},
		{"deliveries_per_s>100000", Failed, 50_000},
		{"bytes_per_s>5MB", Passed, 5_123_456},
		{"bytes_per_s>6000kB", Failed, 5_123_456},
		{"bytes_per_s<1GB", Passed, 5_123_456},
		{"bytes_per_s>5000000B", Passed, 5_123_456},
		{"joined<=512", Passed, 512},
		{"renamed<37", Failed, 37},
		{"left>11", Passed, 12},
		{"evicted<=0", Failed, 3},
		{"schedule_lag.p99<1ms", Passed, 412_000},
		{"cores_used<1.5", Passed, 1.1},
		{"max_rss_bytes<50MB", Failed, 61_400_000},
		{"gc_pause.max<1ms", Passed, 140_000},
		{"goroutines_max<2000", Passed, 1512},
		{"expected_deliveries>=1500000", Passed, 1.5e6},
		{"left.rst<=4", Passed, 4},
		{"evicted.slow<3", Failed, 3},
		{"evicted.stalled<=0", Passed, 0},
		{"checks.passed>=7", Passed, 7},
		{"checks.failed<=0", Passed, 0},
		{"checks.not_exercised<1", Failed, 1},
		{"checks.evaluations<9e6", Failed, 9_005_988},
		{"checks.violations<=0", Passed, 0},
		{"cpu<40s", Passed, 33.1e9},
		{"cpu_per_delivery<25us", Passed, 33.1e9 / 1.5e6},
		{"isolation.stalled_p99<1h", Inconclusive, -1}, // not exercised
		{"ceiling.share>30%", Passed, 0.5},
		{"ceiling.share>50%", Failed, 0.5},
		{"ceiling.bytes_per_s>10MB", Passed, 2 * 5_123_456},
		{"floor.share>50%", Failed, 0.5}, // the former names
		{"floor.bytes_per_s>10MB", Passed, 2 * 5_123_456},
	} {
		th, err := ParseThreshold(tt.expr)
		if err != nil {
			t.Errorf("%q: %v", tt.expr, err)
			continue
		}
		r := sample()
		r.Evicted["slow"] = 3
		r.Calibration = &Calibration{BytesPerS: 2 * r.BytesPerS}
		got := th.Evaluate(r)
		value := -1.0
		if got.Value != nil {
			value = *got.Value
		}
		if !strings.HasPrefix(tt.expr, got.Metric) && got.Metric != "delivery.p99.9" {
			t.Errorf("%s: its metric is called %s", tt.expr, got.Metric)
		}
		if got.Verdict != tt.want || value != tt.value {
			t.Errorf("%s: %s with %v, want %s with %v", tt.expr, got.Verdict, value, tt.want, tt.value)
		}
	}
}

// TestUncertainCeiling holds that a limit is inconclusive where it depends on
// which of the slices is right.
func TestUncertainCeiling(t *testing.T) {
	r := sample()
	r.Calibration = &Calibration{BytesPerS: 4 * r.BytesPerS, LowBytesPerS: 2 * r.BytesPerS}
	for expr, want := range map[string]Verdict{
		"ceiling.share>20%": Passed, "ceiling.share>25%": Inconclusive, "floor.share>40%": Inconclusive, "ceiling.share>50%": Failed,
		"ceiling.share<20%": Failed, "ceiling.share<30%": Inconclusive, "ceiling.share<=50%": Passed,
		"ceiling.bytes_per_s>10MB": Passed, "ceiling.bytes_per_s>15MB": Inconclusive, "ceiling.bytes_per_s>30MB": Failed,
	} {
		th, err := ParseThreshold(expr)
		if err != nil {
			t.Fatal(err)
		}
		got := th.Evaluate(r)
		if got.Verdict != want || got.Value == nil || (got.Why != "") != (want == Inconclusive) {
			t.Errorf("%s: %+v, want %s", expr, got, want)
		}
	}
	r.Conclude(thresholds("ceiling.share>40%"))
	if r.Verdict != Inconclusive || r.ExitCode() != ExitInconclusive || r.Calibration.Share != 0.25 || r.Calibration.ShareHigh != 0.5 {
		t.Errorf("%s, exit code %d, %+v", r.Verdict, r.ExitCode(), r.Calibration)
	}
}

// TestEveryMetricWithoutSamples guards the promise that nothing measured is
// never a limit kept: on a report of a run that did nothing only counts exist.
func TestEveryMetricWithoutSamples(t *testing.T) {
	for _, m := range metrics {
		v, ok := m.get(&Report{})
		if ok && (v != 0 || m.kind != count && m.name != "gc_pause.max") {
			t.Errorf("%s has the value %v", m.name, v)
		}
	}
}

func FuzzParseThreshold(f *testing.F) {
	for _, m := range metrics {
		f.Add(m.name + "<1")
		f.Add(m.name + " >= 1.5s")
	}
	for _, s := range []string{"", "<", "delivery.p99<50ms", "bytes_per_s>=5MB", "sent>1e15", "delivery.p999>1h2m3s", "\xff<\x00", "sent<=+5", "bytes_per_s<.B", "evicted<=1e-400"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		th, err := ParseThreshold(expr)
		if err != nil {
			var te *ThresholdError
			if !errors.As(err, &te) || te.Hint() == "" || strings.Count(err.Error(), "\n") != 2 {
				t.Fatalf("%q: error %q does not show where", expr, err)
			}
			return
		}
		again, err := ParseThreshold(th.String())
		if err != nil {
			t.Fatalf("%q prints as %q: %v", expr, th, err)
		}
		if again.String() != th.String() || again.limit != th.limit || again.op != th.op || again.metric.name != th.metric.name {
			t.Fatalf("%q prints as %q, which parses to %+v, not %+v", expr, th, again, th)
		}
		if !(th.limit >= 0 && th.limit <= maxNumber) {
			t.Fatalf("%q has the limit %v", expr, th.limit)
		}
	})
}

// TestSavedThresholds holds that the results of earlier versions are read.
func TestSavedThresholds(t *testing.T) {
	for expr, want := range map[string]string{"ceiling.share>0.3": "ceiling.share>30%", "ceiling.share>=30%": "ceiling.share>=30%", "sent>5": "sent>5"} {
		res := ThresholdResult{Expr: expr, Metric: strings.TrimRight(strings.Split(expr, ">")[0], "="), Limit: 0.3}
		if th, err := res.Threshold(); err != nil || th.String() != want {
			t.Errorf("%s: %v, %v, want %s", expr, th, err, want)
		}
	}
	if th, err := (ThresholdResult{Expr: "x>1"}).Threshold(); err == nil {
		t.Errorf("x>1 is %v", th)
	}
}
