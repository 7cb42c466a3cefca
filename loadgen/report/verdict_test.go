package report

import "testing"

func TestConcludeAndExitCode(t *testing.T) {
	const met, missed, unmeasured = "sent>1", "sent<1", "echo.p99<1s"
	verify := func(level string) func(*Report) {
		return func(r *Report) {
			r.Config.Verify = level
			if level == VerifyOff {
				r.Checks = nil
			}
		}
	}
	off := verify(VerifyOff)
	fails := func(r *Report) { r.Checks[0].Verdict = Failed }
	optionalFails := func(r *Report) { r.Checks[6].Verdict = Failed }
	little := func(r *Report) { r.Checks[0].Verdict = Inconclusive }
	skipped := func(r *Report) { r.Checks[0].Verdict = NotExercised }
	optionalLittle := func(r *Report) { r.Checks[6].Verdict = Inconclusive }
	interrupted := func(r *Report) { r.Interrupted = true }
	cut := func(r *Report) { r.CutBy = "the drain limit" }
	nothing := func(r *Report) { r.Checks = nil }
	for _, tt := range []struct {
		name    string
		changes []func(*Report)
		exprs   []string
		verdict Verdict
		code    int
	}{
		{"passed", nil, nil, Passed, 0},
		{"threshold met", nil, []string{met}, Passed, 0},
		{"threshold missed", nil, []string{met, missed}, Failed, 99},
		{"threshold without samples", nil, []string{unmeasured}, Inconclusive, 3},
		{"one missed, one without samples", nil, []string{unmeasured, missed}, Failed, 99},
		{"check failed", []func(*Report){fails}, nil, Failed, 1},
		{"check failed that was not required", []func(*Report){optionalFails}, nil, Failed, 1},
		{"check failed and threshold missed", []func(*Report){fails}, []string{missed}, Failed, 1},
		{"check failed and interrupted", []func(*Report){fails, interrupted}, nil, Failed, 1},
		{"check failed and cut", []func(*Report){fails, cut}, nil, Failed, 1},
		{"interrupted", []func(*Report){interrupted}, nil, Inconclusive, 130},
		{"interrupted and threshold missed", []func(*Report){interrupted}, []string{missed}, Failed, 130},
		{"interrupted and too little", []func(*Report){interrupted, little}, nil, Inconclusive, 130},
		{"too little", []func(*Report){little}, nil, Inconclusive, 3},
		{"too little and threshold missed", []func(*Report){little}, []string{missed}, Failed, 99},
		{"required but not exercised", []func(*Report){skipped}, nil, Inconclusive, 3},
		{"too little for what was not required", []func(*Report){optionalLittle}, nil, Passed, 0},
		{"cut", []func(*Report){cut}, nil, Inconclusive, 3},
		{"no checks", []func(*Report){nothing}, nil, Inconclusive, 3},
		{"order only", []func(*Report){verify("order")}, nil, Passed, 0},
		{"off", []func(*Report){off}, nil, Measured, 0},
		{"off, threshold met", []func(*Report){off}, []string{met}, Measured, 0},
		{"off, threshold missed", []func(*Report){off}, []string{missed}, Measured, 99},
		{"off, threshold without samples", []func(*Report){off}, []string{unmeasured}, Measured, 3},
		{"off, cut", []func(*Report){off, cut}, nil, Measured, 3},
		{"off, interrupted", []func(*Report){off, interrupted}, nil, Measured, 130},
	} {
		r := sample()
		for _, change := range tt.changes {
			change(r)
		}
		r.Conclude(thresholds(tt.exprs...))
		if r.Verdict != tt.verdict || r.ExitCode() != tt.code {
			t.Errorf("%s: %s, exit code %d; want %s, %d", tt.name, r.Verdict, r.ExitCode(), tt.verdict, tt.code)
		}
	}
}

func TestLatencyGivesSupportedPercentilesOnly(t *testing.T) {
	at := func(p float64) int64 { return int64(p * 10) }
	for _, tt := range []struct {
		count               int64
		p50, p90, p99, p999 bool
	}{
		{1, true, false, false, false},
		{9, true, false, false, false},
		{10, true, true, false, false},
		{99, true, true, false, false},
		{100, true, true, true, false},
		{999, true, true, true, false},
		{1000, true, true, true, true},
	} {
		l := NewLatency(tt.count, 1, 2, 3, at)
		for _, p := range []struct {
			name string
			got  *int64
			want bool
			v    int64
		}{{"p50", l.P50, tt.p50, 500}, {"p90", l.P90, tt.p90, 900}, {"p99", l.P99, tt.p99, 990}, {"p99.9", l.P999, tt.p999, 999}} {
			if (p.got != nil) != p.want || p.got != nil && *p.got != p.v {
				t.Errorf("%s of %d samples: %v", p.name, tt.count, p.got)
			}
		}
	}
	if l := NewLatency(0, 0, 0, 0, at); l != nil {
		t.Errorf("no samples give %+v", l)
	}
}

func TestCurveGoesAsFarAsSamplesDo(t *testing.T) {
	at := func(p float64) int64 { return int64(p*1000 + 0.5) }
	for _, tt := range []struct {
		count  int64
		points int
		last   int64
	}{{1, 1, 0}, {2, 4, 49_881}, {10, 11, 90_000}, {1000, 31, 99_900}, {1 << 40, curvePoints, 100_000}} {
		c := NewLatency(tt.count, 1, 2, 3, at).Curve
		if len(c) != tt.points || c[len(c)-1] != tt.last {
			t.Errorf("%d samples: %d points to %d, want %d to %d", tt.count, len(c), c[len(c)-1], tt.points, tt.last)
		}
	}
}
