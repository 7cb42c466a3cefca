package bench

import (
	"go/build"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// suite is all benchmarks of this package; files for one system add theirs.
var suite = map[string]func(scale) []trial{
	"BenchmarkCeiling":        ceilingTrials,
	"BenchmarkHub":            hubTrials,
	"BenchmarkIdle":           idleTrials,
	"BenchmarkJoinStorm":      joinStormTrials,
	"BenchmarkLatency":        latencyTrials,
	"BenchmarkLatencyBare":    bareTrials,
	"BenchmarkLatencyWriters": writersTrials,
	"BenchmarkLeaveStorm":     leaveStormTrials,
	"BenchmarkRoom":           roomTrials,
	"BenchmarkVerification":   verificationTrials,
	"BenchmarkWebSocket":      webSocketTrials,
	"BenchmarkIRC":            ircTrials,
}

// mayBeZero are the figures for which that is a result; which are small at the
// brief scale, and differences may then be less than nothing.
var mayBeZero = map[string]bool{"generator-limited": true, "chatter-B/user": true, "put-out": true}

// Each trial of each benchmark is run once, small and brief.
func TestBenchmarksRun(t *testing.T) {
	for name, trials := range suite {
		t.Run(strings.TrimPrefix(name, "Benchmark"), func(t *testing.T) {
			for _, trial := range trials(brief) {
				f := trial.measure(t)
				if len(f) == 0 {
					t.Errorf("%s gives no figures", trial.name)
				}
				for unit, v := range f {
					if math.IsNaN(v) || math.IsInf(v, 0) || v <= 0 && !mayBeZero[unit] {
						t.Errorf("%s gives %v %s", trial.name, v, unit)
					}
				}
			}
		})
	}
}

func TestSuiteIsComplete(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		if built, err := build.Default.MatchFile(".", file); err != nil || !built {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Benchmark\w+)\(`).FindAllSubmatch(src, -1) {
			found++
			if suite[string(m[1])] == nil {
				t.Errorf("%s is not in the suite", m[1])
			}
		}
	}
	if found != len(suite) {
		t.Errorf("%d benchmarks in the files, %d in the suite", found, len(suite))
	}
}

func TestInterleave(t *testing.T) {
	order := ""
	side := func(name string, vs ...float64) func() float64 {
		return func() float64 {
			order += name
			v := vs[0]
			vs = vs[1:]
			return v
		}
	}
	f := scale{pairs: 3}.interleave("a/b", "u", "a", "b", side("a", 1, 6, 9), side("b", 2, 2, 1))
	if want := (figures{"a/b": 3, "a/b-min": 0.5, "a/b-max": 9, "a-u": 6, "b-u": 2}); !maps.Equal(f, want) {
		t.Errorf("gives %v, want %v", f, want)
	}
	if order != "abbaab" {
		t.Errorf("measured in the order %s", order)
	}
}
