package loadgen_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"chatsim/loadgen"
	"chatsim/loadgen/report"
	"chatsim/loadgen/trace"
)

// TestSavedRuns: over sockets, with all that goes on at once, a run comes to
// the same when it is judged again.
func TestSavedRuns(t *testing.T) {
	for name, c := range map[string]struct {
		scenario string
		rate     report.Rate
		faults   faults
	}{
		"right, mixed":          {scenario: "mixed"},
		"right, private":        {scenario: "private"},
		"right, churn, maximum": {scenario: "churn", rate: report.Max},
		"right, says more":      {scenario: "mixed", faults: faults{remark: unknown}},
		"lines lost for one":    {scenario: "steady", faults: faults{copies: lost}},
		"swapped for one":       {scenario: "mixed", faults: faults{hold: func(line int, from, to *peer) bool { return at(50, from, to, line) && to.held == nil }}},
		"no leaves":             {scenario: "churn", faults: faults{noLeaves: true}},
		"stops reading":         {scenario: "mixed", faults: faults{deafAfter: 50}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := short(serve(t, c.faults), lively(t, c.scenario))
			cfg.Drain = patience(t)
			if c.rate != 0 {
				cfg.Rate, cfg.Inflight = c.rate, 64
			}
			judgedAlike(t, cfg)
		})
	}
}

// judgedAlike has a run judged live, and again from its trace.
func judgedAlike(t *testing.T, cfg loadgen.Config) {
	t.Helper()
	var file bytes.Buffer
	saved, err := cfg.Save("-", &file, cfg.Outline())
	if err != nil {
		t.Fatal(err)
	}
	live := run(t, cfg)
	if err := saved.Finish(live); err != nil {
		t.Fatal(err)
	}
	whole := bytes.Clone(file.Bytes())
	again, err := loadgen.Judge(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(inJSON(t, live.Checks), inJSON(t, again.Checks)); diff != "" {
		t.Errorf("(-live +again):\n%s", diff)
	}
	if live.Verdict != again.Verdict || live.ExitCode() != again.ExitCode() || live.Deliveries != again.Deliveries || live.ExpectedDeliveries != again.ExpectedDeliveries {
		t.Errorf("%s, %d of %d deliveries; again %s, %d of %d", live.Verdict, live.Deliveries, live.ExpectedDeliveries,
			again.Verdict, again.Deliveries, again.ExpectedDeliveries)
	}
	if diff := cmp.Diff(inJSON(t, live.Latency), inJSON(t, again.Latency)); diff != "" {
		t.Errorf("latencies (-live +again):\n%s", diff)
	}
	cutShort(t, whole, live)
}

func lost(line int, from, to *peer) int {
	if at(50, from, to, line) {
		return 0
	}
	return 1
}

// cutShort judges a trace without its end.
func cutShort(t *testing.T, file []byte, live *report.Report) {
	t.Helper()
	var ce *trace.CutError
	part, err := loadgen.Judge(bytes.NewReader(file[:len(file)-1]))
	if !errors.As(err, &ce) || part == nil {
		t.Fatalf("cut: %v", err)
	}
	if part.Latency.Delivery != nil || part.Sent != live.Sent || part.Joined != live.Joined || part.Left != live.Left || part.Users != live.Users {
		t.Errorf("cut: %d sent, %d joined, %d left, latency %v", part.Sent, part.Joined, part.Left, part.Latency.Delivery)
	}
	if code := part.ExitCode(); code != report.ExitInconclusive && live.Verdict != report.Failed {
		t.Errorf("cut: exit code %d, %s", code, part.Verdict)
	}
	part, err = loadgen.Judge(bytes.NewReader(file[:16]))
	if !errors.As(err, &ce) || part != nil {
		t.Errorf("cut before anything: %v", err)
	}
}

func inJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAbandonedTraces: without a report a trace is cut; without a run there is
// none.
func TestAbandonedTraces(t *testing.T) {
	for _, c := range []struct {
		why  error
		left bool
	}{{errors.New("hung"), true}, {&loadgen.StartError{Err: errors.New("nobody there")}, false}} {
		var cfg loadgen.Config
		path := filepath.Join(t.TempDir(), "run.trace")
		saved, err := cfg.Save(path, nil, cfg.Outline())
		if err != nil {
			t.Fatal(err)
		}
		if err := saved.Abandon(c.why); err != nil {
			t.Error(err)
		}
		var ce *trace.CutError
		_, err = loadgen.JudgeFile(path, nil)
		if left := errors.As(err, &ce); left != c.left || !left && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v: %v", c.why, err)
		}
	}
	var none *loadgen.Saved
	if err := errors.Join(none.Finish(nil), none.Abandon(errors.New("hung"))); err != nil {
		t.Error(err)
	}
}
