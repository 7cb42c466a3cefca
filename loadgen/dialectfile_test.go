package loadgen_test

import (
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/chatter/dialect/file"
	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/servertest/jsonroom"
)

// ofFile returns a run in the dialect of a file, which is edited before, against a
// right server.
func ofFile(t *testing.T, edit ...string) loadgen.Config {
	t.Helper()
	addr, stop := jsonroom.Open()
	t.Cleanup(stop)
	return spokenAt(t, addr, edit...)
}

// spokenAt is ofFile for the server at addr.
func spokenAt(t *testing.T, addr string, edit ...string) loadgen.Config {
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
	cfg := loadgen.Config{Users: 8, Duration: 300 * time.Millisecond, Warmup: -1, Rate: 400, Seed: 1}
	cfg.Doors, cfg.Capabilities = loadgen.At(addr).Speaking(d, nil)
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

// TestNoEcho has a server judged that sends lines to all but their senders.
func TestNoEcho(t *testing.T) {
	for name, views := range map[string]string{"nobody is told": "none", "told without a place": "eventual"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, stop := jsonroom.OpenSilent()
			t.Cleanup(stop)
			cfg := spokenAt(t, addr, "{half: leave}", "{echo: false, order: sender, views: "+views+"}", "tell: ", "leave: empty #")
			cfg.Users, cfg.Duration = 20, 2*time.Second
			cfg.Scenario, _ = scenario.Find("churn")
			rep := loadgen.Test(t, cfg)
			if lack := rep.ExpectedDeliveries - rep.Deliveries; lack < 0 || lack > rep.ExpectedDeliveries/10 { // what was under way to those who left
				t.Errorf("%d of %d deliveries", rep.Deliveries, rep.ExpectedDeliveries)
			}
		})
	}
}

// TestDialectFileIsJudged has a file lose a line at everybody, and lines of two
// chatters at one who is not both, also where none comes back to its sender: in which
// order they come in, and so who is the third, is not known.
func TestDialectFileIsJudged(t *testing.T) {
	const everywhere, atOne = `| select(.line.text | test("-1-3;") | not)`, `| select((.line.text | test("-[12]-3;") | not) or $n != 3)`
	silent := []string{"{half: leave}", "{echo: false, order: sender, views: none}", "tell: ", "leave: empty #"}
	for name, tc := range map[string]struct {
		open      func() (string, func())
		of, check string
		edit      []string
	}{
		"everywhere":       {jsonroom.Open, everywhere, check.Validity, nil},
		"at one":           {jsonroom.Open, atOne, check.Agreement, nil},
		"without an echo":  {jsonroom.OpenSilent, atOne, check.Agreement, silent},
		"an echo too many": {jsonroom.Open, "", check.NoDuplication, silent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, stop := tc.open()
			t.Cleanup(stop)
			cfg := spokenAt(t, addr, append(tc.edit, "text: .body}}\n  elif .type == \"direct\"", "text: .body}} "+tc.of+"\n  elif .type == \"direct\"")...)
			cfg.Drain = 3 * time.Second // an own line is waited for
			rep, err := loadgen.Run(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if rep.Verdict != report.Failed {
				t.Fatalf("%s", rep.Verdict)
			}
			for _, c := range rep.Checks {
				if c.Name == tc.check && (c.Violations == 0 || c.Violations > 2 && tc.of != "") {
					t.Errorf("%s: %d violations", c.Name, c.Violations)
				}
			}
		})
	}
}

// TestAtMostOnce has losses be counted where a server delivers at most once, and be
// violations where it does not say so; what else is wrong is one at either.
func TestAtMostOnce(t *testing.T) {
	const lost, twice = `| select((.line.text | test("-[12]-3;") | not) or $n != 3)`, `| (., select((.line.text | test("-[12]-3;")) and $n == 3))`
	for name, tc := range map[string]struct {
		of, deliver string
		level       check.Level
		failed      string // check; empty: passed
	}{
		"allowed":          {lost, "at-most-once", check.Full, ""},
		"allowed, counted": {lost, "at-most-once", check.Count, ""},
		"not allowed":      {lost, "every-line", check.Full, check.Agreement},
		"twice":            {twice, "at-most-once", check.Full, check.NoDuplication},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, stop := jsonroom.Open()
			t.Cleanup(stop)
			cfg := spokenAt(t, addr, "{half: leave}", "{views: none, deliver: "+tc.deliver+"}", "tell: ", "leave: empty #",
				"text: .body}}\n  elif .type == \"direct\"", "text: .body}} "+tc.of+"\n  elif .type == \"direct\"")
			cfg.Drain, cfg.Verify = 3*time.Second, tc.level // an own line is waited for
			rep, err := loadgen.Run(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range rep.Checks {
				if failed := c.Verdict == report.Failed; c.Name == tc.failed && !failed || tc.failed == "" && failed {
					t.Errorf("%s: %s", c.Name, c.Verdict)
				}
			}
			if got := rep.Lost; (got != nil) != (tc.of == lost && tc.failed == "") || got != nil && (got.Deliveries == 0 || got.Chatters != 1 || got.Allowed == "") {
				t.Errorf("lost %+v", got)
			}
			if tc.failed == "" && rep.Verdict != report.Passed {
				t.Errorf("%s", rep.Verdict)
			}
		})
	}
}

// TestOthers has a run say who was in the room before it.
func TestOthers(t *testing.T) {
	addr, stop := jsonroom.Open()
	t.Cleanup(stop)
	eve, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer eve.Close()
	if _, err := eve.Write([]byte(`{"type":"hello","user":"eve"}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := eve.Read(make([]byte, 10)); err != nil { // it is in
		t.Fatal(err)
	}
	go io.Copy(io.Discard, eve)
	rep := loadgen.Test(t, spokenAt(t, addr))
	if !slices.ContainsFunc(rep.Warnings, func(w string) bool {
		return strings.HasPrefix(w, "others were in the room before the run: eve;")
	}) {
		t.Errorf("%q", rep.Warnings)
	}
}
