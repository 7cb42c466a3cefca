package runs

import (
	"math"
	"testing"
)

// TestSearch looks for a limit that is known, from far below and far above it.
func TestSearch(t *testing.T) {
	for _, tt := range []struct{ from, limit float64 }{
		{100, 12_345}, {100, 100}, {100, 99}, {5000, 3}, {1, 1}, {0.5, 70}, {100, 199.5}, {1e6, 2.5e6},
	} {
		s, steps := &search{next: tt.from}, 1
		for s.step(s.next <= tt.limit) {
			if steps++; steps > maxSteps {
				break
			}
		}
		if s.holds == 0 || s.holds > tt.limit || s.fails <= tt.limit || s.fails/s.holds > closeEnough && s.fails > 10 {
			t.Errorf("from %v: %v holds and %v does not after %d steps, the limit is %v", tt.from, s.holds, s.fails, steps, tt.limit)
		}
		if steps > maxSteps {
			t.Errorf("from %v to %v takes more than %d steps", tt.from, tt.limit, maxSteps)
		}
	}
}

func TestSearchEnds(t *testing.T) {
	for name, held := range map[string]bool{"always": true, "never": false} {
		s := &search{next: 100}
		for steps := 1; s.step(held); steps++ {
			if steps > maxSteps {
				t.Fatalf("it %s holds: still at %v", name, s.next)
			}
		}
		if held != math.IsInf(1/s.fails, 1) || s.why() == "" {
			t.Errorf("it %s holds: ended with %+v", name, *s)
		}
	}
}
