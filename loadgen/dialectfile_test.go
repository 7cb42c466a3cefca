package loadgen_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"chatsim/chatter/dialect/file"
	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
	"chatsim/loadgen/servertest/jsonroom"
)

// ofFile returns a run in the dialect of a file, which is edited before, against the
// server of the example.
func ofFile(t *testing.T, edit ...string) loadgen.Config {
	t.Helper()
	const name = "../testdata/dialects/json-tcp.yaml"
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := file.Parse(name, []byte(strings.NewReplacer(edit...).Replace(string(source))))
	if err != nil {
		t.Fatal(err)
	}
	addr, stop := jsonroom.Open()
	t.Cleanup(stop)
	cfg := loadgen.Config{Users: 8, Duration: 300 * time.Millisecond, Warmup: -1, Rate: 400, Seed: 1}
	cfg.Join, cfg.Capabilities = loadgen.At(addr).Speaking(d, nil)
	return cfg
}

// TestDialectFile has a right server judged by a file that describes all of it, and
// by one that takes it for less.
func TestDialectFile(t *testing.T) {
	for name, edit := range map[string][]string{
		"all":               nil,
		"by what it is for": {"receive: |\n", "receive: |\n  $name as $me |\n"}, // no message means the same to all
		"whole rosters":     {"{half: leave}", "{half: leave, views: eventual}"},
		"nobody is told":    {"{half: leave}", "{views: none}"},
		"by sender":         {"{half: leave}", "{views: none, order: sender}"},
		"sets":              {"{half: leave}", "{half: leave, rosters: sets}"},
		"nothing private":   {"tell: ", "leave: empty #"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loadgen.Test(t, ofFile(t, edit...))
		})
	}
}

// TestDialectFileIsJudged has a file lose a line of everybody's, and one at one of
// those who get it.
func TestDialectFileIsJudged(t *testing.T) {
	for name, tc := range map[string]struct{ of, check string }{
		"everywhere": {`| select(.line.text | test("-1-3;") | not)`, check.Validity},
		"at one":     {`| select((.line.text | test("-1-3;") | not) or $n != 3)`, check.Agreement},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep, err := loadgen.Run(t.Context(), ofFile(t, "text: .body}}\n  elif .type == \"direct\"", "text: .body}} "+tc.of+"\n  elif .type == \"direct\""))
			if err != nil {
				t.Fatal(err)
			}
			if rep.Verdict != report.Failed {
				t.Fatalf("%s", rep.Verdict)
			}
			for _, c := range rep.Checks {
				if c.Name == tc.check && c.Violations != 1 {
					t.Errorf("%s: %d violations", c.Name, c.Violations)
				}
			}
		})
	}
}
