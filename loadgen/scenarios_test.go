package loadgen_test

import (
	"path/filepath"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/scenario"
)

// The examples of scenario files run, within a moment, against a right server: no
// check fails, and the phases together have all that was measured.
func TestExamplesOfScenarios(t *testing.T) {
	paths, err := filepath.Glob("../testdata/scenarios/*.yaml")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d examples, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			spec, err := scenario.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			rep := run(t, loadgen.Config{Join: loadgen.Dial(serve(t, faults{}).addr), Where: "test server", Scenario: spec,
				Duration: 400 * time.Millisecond, Warmup: 50 * time.Millisecond, Rate: 200, Seed: 1, Drain: unhurried})
			if names := failed(t, rep); len(names) > 0 || rep.Sent == 0 || rep.Deliveries != rep.ExpectedDeliveries {
				t.Errorf("failed %v; %d lines, %d of %d deliveries", names, rep.Sent, rep.Deliveries, rep.ExpectedDeliveries)
			}
			sent, deliveries := int64(0), int64(0)
			for _, p := range rep.Phases {
				sent, deliveries = sent+p.Sent, deliveries+p.Deliveries
			}
			if _, measured := spec.Lengths(); measured > 0 && (sent != rep.Sent || deliveries != rep.Deliveries) {
				t.Errorf("the phases have %d lines and %d deliveries, all %d and %d", sent, deliveries, rep.Sent, rep.Deliveries)
			}
		})
	}
}
