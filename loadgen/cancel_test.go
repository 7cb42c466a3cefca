package loadgen_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
)

func TestCancelDuringTheRamp(t *testing.T) {
	for _, after := range []int{1, 4} { // the first chatter joins alone
		ctx, cancel := context.WithCancel(context.Background())
		s := serve(t, faults{join: func(_ *server, join int) bool {
			if join == after {
				cancel()
			}
			return join < after
		}})
		began := time.Now()
		_, err := loadgen.Run(ctx, short(s, lively(t, "steady")))
		var se *loadgen.StartError
		if !errors.As(err, &se) || !errors.Is(err, context.Canceled) || err.Error() != "interrupted while the chatters joined" {
			t.Errorf("join %d: error %v", after, err)
		}
		if took := time.Since(began); took > limit {
			t.Errorf("join %d: it took %v", after, took)
		}
	}
}

func TestCancelGivesTheReportSoFar(t *testing.T) {
	for _, c := range []struct {
		name     string
		warmup   time.Duration
		duration time.Duration
		cancelAt int // lines
		muteAt   int
		measured bool
	}{
		{"during the warm-up", time.Hour, time.Hour, 20, 0, false},
		{"during the load", -1, time.Hour, 20, 0, true},
		{"during the drain", -1, 100 * time.Millisecond, 0, 20, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			s := serve(t, faults{line: func(s *server, line int) {
				if line == c.cancelAt {
					cancel()
				}
				for _, p := range s.peers {
					p.mute = p.mute || line == c.muteAt
				}
			}})
			cfg := short(s, lively(t, "mixed"))
			cfg.Warmup, cfg.Duration, cfg.Drain = c.warmup, c.duration, time.Hour
			cfg.Progress = func(p loadgen.Progress) {
				if p.Phase == loadgen.Drains {
					cancel()
				}
			}
			began := time.Now()
			rep, err := loadgen.Run(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > limit {
				t.Errorf("it took %v", took)
			}
			rep.Conclude(nil)
			if !rep.Interrupted || len(rep.Warnings) == 0 {
				t.Errorf("interrupted %v, warnings %q", rep.Interrupted, rep.Warnings)
			}
			if (rep.Sent > 0) != c.measured || rep.MeasuredS > 1 {
				t.Errorf("%d lines measured in %v s", rep.Sent, rep.MeasuredS)
			}
			if names := failed(t, rep); (len(names) > 0) != (c.muteAt > 0) {
				t.Errorf("failed: %v", names)
			}
		})
	}
}

// Whoever is on the way back when the run ends is neither waited for beyond
// the limit nor left behind.
func TestEndWhileAChatterComesBack(t *testing.T) {
	t.Parallel()
	s := serve(t, faults{join: func(_ *server, join int) bool { return join <= 8 }})
	cfg := short(s, lively(t, "churn"))
	cfg.Drain = patience(t)
	rep := run(t, cfg)
	if names := failed(t, rep); !slices.Equal(names, []string{"admission"}) { // the drain gave it the time
		t.Errorf("failed: %v", names)
	}
	if rep.Joined != 8 || rep.Left == 0 {
		t.Errorf("%d joined, %d left", rep.Joined, rep.Left)
	}
}

func TestChattersWhoCannotComeBackAreTold(t *testing.T) {
	t.Parallel()
	s := serve(t, faults{join: func(_ *server, join int) bool { return join <= 8 }})
	cfg := short(s, lively(t, "churn"))
	cfg.JoinTimeout, cfg.Scenario.MaxChurn, cfg.Scenario.Churn = 500*time.Millisecond, 20, 5
	rep := run(t, cfg)
	about := slices.DeleteFunc(slices.Clone(rep.Warnings), func(w string) bool { return !strings.Contains(w, "could not come back") })
	if len(about) != 4 || !strings.Contains(about[3], "times in all") || rep.Joined != 8 {
		t.Errorf("%d joined, warnings %q", rep.Joined, rep.Warnings)
	}
}
