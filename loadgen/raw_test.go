package loadgen_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/loadgen/servertest/original"
)

// rawRun returns a run of a moment in the raw dialect against such a server.
func rawRun(t *testing.T, s original.Server, spec scenario.Spec) loadgen.Config {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Serve(ln))
	cfg := short(&server{addr: ln.Addr().String()}, spec)
	cfg.Join, cfg.Capabilities = loadgen.DialRaw(ln.Addr().String()), loadgen.Raw()
	return cfg
}

// unable checks that what the raw dialect cannot show is said to be so.
func unable(t *testing.T, rep *report.Report) {
	t.Helper()
	n := 0
	for _, c := range rep.Checks {
		if c.Name != "view order" && c.Name != "name suffixing" {
			continue
		}
		n++
		if c.Verdict != report.NotExercised || c.Required || c.Evaluations != 0 || !strings.Contains(c.Reason, "whole rosters") {
			t.Errorf("%+v", c)
		}
	}
	if n != 2 || !slices.ContainsFunc(rep.Warnings, func(w string) bool { return strings.Contains(w, "raw dialect, 2 checks cannot") }) {
		t.Errorf("%d checks, warnings %q", n, rep.Warnings)
	}
}

func TestRightRawServerPasses(t *testing.T) {
	for _, name := range alone() {
		for _, spacing := range []time.Duration{0, 500 * time.Microsecond} {
			t.Run(fmt.Sprintf("%s/%v", name, spacing), func(t *testing.T) {
				t.Parallel()
				cfg := rawRun(t, original.Server{Spacing: spacing}, lively(t, name))
				rep := run(t, cfg)
				passes(t, rep)
				unable(t, rep)
				if churns := cfg.Scenario.Churn > 0; churns != (rep.Left > 0) {
					t.Errorf("%d joins, %d left", rep.Joined, rep.Left)
				}
				if rep.Verdict != report.Passed && !(name == "slowreader" && rep.Verdict == report.Inconclusive) {
					t.Errorf("the verdict is %s: %+v", rep.Verdict, rep.Checks)
				}
			})
		}
	}
}

// Lines that come glued are parted again by a right server.
func TestRightRawServerPartsWhatIsGlued(t *testing.T) {
	cfg := rawRun(t, original.Server{Polling: 20 * time.Millisecond}, lively(t, "mixed"))
	cfg.Scenario.Claims, cfg.Scenario.Private = 0.05, 0.3
	passes(t, run(t, cfg))
}

func TestRightRawServerAtMaximum(t *testing.T) {
	cfg := rawRun(t, original.Server{}, lively(t, "churn"))
	cfg.Rate, cfg.Inflight, cfg.Duration = report.Max, 64, 200*time.Millisecond
	passes(t, run(t, cfg))
}

func TestRawLevels(t *testing.T) {
	for _, level := range []check.Level{check.Order, check.Count, check.Off} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			cfg := rawRun(t, original.Server{}, lively(t, "churn"))
			cfg.Verify = level
			rep := run(t, cfg)
			passes(t, rep)
			want := report.Passed
			if level == check.Off {
				want = report.Measured
			}
			if rep.Verdict != want {
				t.Errorf("the verdict is %s, want %s: %+v", rep.Verdict, want, rep.Checks)
			}
		})
	}
}

// doubling returns a script in which somebody asks for bob2 before two ask for bob.
func doubling(t *testing.T) (scenario.Spec, uint64) {
	t.Helper()
	spec := scenario.Spec{Name: "doubling", Namesakes: 1, Shared: 3}
	for seed := range uint64(1000) {
		s := scenario.Script{Spec: spec, Users: 8, Seed: seed}
		var asked []string
		for n := range s.Users {
			asked = append(asked, s.Asked(n))
		}
		if i := slices.Index(asked, "bob2"); i >= 0 && !slices.Contains(asked[:i], "bob") && strings.Count(strings.Join(asked[i:], " ")+" ", "bob ") >= 2 {
			return spec, seed
		}
	}
	t.Fatal("no seed doubles a suffix")
	return spec, 0
}

// TestOriginalDefects: each of the original's defects alone fails the checks
// that name it, and no other.
func TestOriginalDefects(t *testing.T) {
	doubled, seed := doubling(t)
	leaving := scenario.Spec{Name: "leaving", Churn: 2, MaxChurn: 20, Away: 50 * time.Millisecond}
	for _, c := range []struct {
		name   string
		server original.Server
		spec   scenario.Spec
		want   []string
		also   []string
	}{
		{"FIN is not seen", original.Server{NoFIN: true, Idling: 10 * time.Millisecond}, leaving, []string{"no creation", "leave completeness"}, nil},
		{"a broken pipe stops all", original.Server{BrokenPipe: true}, leaving, []string{"liveness"}, []string{"validity"}},
		{"messages are glued", original.Server{Glue: true, Polling: 20 * time.Millisecond}, lively(t, "steady"), []string{"no creation"}, nil},
		{"private lines to all", original.Server{Leak: true}, scenario.Spec{Name: "told", Private: 0.5}, []string{"confidentiality"}, nil},
		{"a doubled suffix", original.Server{DoubledSuffix: true}, doubled, []string{"name uniqueness"}, nil},
		{"senders are believed", original.Server{Believe: true}, scenario.Spec{Name: "lies", Claims: 0.2}, []string{"sender authenticity"}, nil},
		{"namesakes are believed", original.Server{Believe: true}, scenario.Spec{Name: "alike", Namesakes: 1, Shared: 1}, []string{"sender authenticity"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := rawRun(t, c.server, c.spec)
			wait := patience(t)
			cfg.Seed, cfg.Drain, cfg.JoinTimeout = seed, wait, wait
			rep := run(t, cfg)
			unable(t, rep)
			names := failed(t, rep)
			for _, want := range c.want {
				if !slices.Contains(names, want) {
					t.Errorf("%s did not fail", want)
				}
			}
			for _, name := range names {
				if !slices.Contains(c.want, name) && !slices.Contains(c.also, name) {
					t.Errorf("%s failed as well", name)
				}
			}
			if rep.Verdict != report.Failed || rep.Sent == 0 {
				t.Errorf("the verdict is %s, %d lines sent", rep.Verdict, rep.Sent)
			}
		})
	}
}

// TestOriginal: the original as it was, at once and at any level, ends the run
// in time, and nothing passes that its defects are about.
func TestOriginal(t *testing.T) {
	for _, name := range []string{"mixed", "churn", "namesakes", "private"} {
		for _, rate := range []report.Rate{200, report.Max} {
			t.Run(fmt.Sprintf("%s/%v", name, rate), func(t *testing.T) {
				t.Parallel()
				spec := lively(t, name)
				if spec.Private > 0 {
					spec.Private = max(spec.Private, 0.4)
				}
				cfg := rawRun(t, original.All(), spec)
				cfg.Rate, cfg.Inflight = rate, 64
				wait := patience(t)
				cfg.Drain, cfg.JoinTimeout = wait, wait
				rep := run(t, cfg)
				unable(t, rep)
				failed(t, rep)
				never := []string{"sender authenticity"} // though all may be glued, and then there is silence
				if cfg.Scenario.Private > 0 {
					never = append(never, "confidentiality")
				}
				if rep.Verdict != report.Failed {
					t.Errorf("the verdict is %s", rep.Verdict)
				}
				for _, c := range rep.Checks {
					if c.Verdict == report.Passed && slices.Contains(never, c.Name) {
						t.Errorf("%s passed: %+v", c.Name, c)
					}
				}
			})
		}
	}
}

// What is no server of the raw dialect is told in one line.
func TestRawStartErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ addr, want, hint string }{
		"HTTP":             {says(t, "HTTP/1.1 400 Bad Request\r\n", false), "it speaks HTTP", "-target ws://HOST:PORT/PATH"},
		"the line dialect": {says(t, "{\"error\":\"no name came in time\"}\n", true), "it speaks another protocol", "raw dialect"},
		"mute":             {says(t, "", false), "gave no name", "raw dialect"},
	} {
		_, err := loadgen.Run(context.Background(), loadgen.Config{Join: loadgen.DialRaw(c.addr), Capabilities: loadgen.Raw(), Where: "there",
			Users: 3, JoinTimeout: patient})
		var se *loadgen.StartError
		if !errors.As(err, &se) || !strings.Contains(err.Error(), c.want) || !strings.Contains(se.Hint(), c.hint) {
			t.Errorf("%s: %v, hint %v", name, err, se)
		}
	}
}

// TestRawSaved: such runs come to the same when they are judged again.
func TestRawSaved(t *testing.T) {
	some := original.Server{Leak: true, Believe: true, NoFIN: true, Idling: time.Millisecond}
	for name, s := range map[string]original.Server{"right": {}, "some": some, "original": original.All()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := rawRun(t, s, lively(t, "mixed"))
			wait := patience(t)
			cfg.Drain, cfg.JoinTimeout = wait, wait
			judgedAlike(t, cfg)
		})
	}
}
