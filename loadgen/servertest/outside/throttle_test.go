package outside

import (
	"testing"
	"time"
)

// A room that takes so many lines a second of each refuses the others for a reason of
// its own, and may say more of that than there are lines: it warns first.
func TestThrottles(t *testing.T) {
	const least = 60 * time.Millisecond
	loads := []string{"steady", "answers", "private", "mixed"}
	for seed := range max(8, seeds(24)) {
		load := loads[seed%4]
		r, crowd := unusual(seed)
		last, warned, refused := make(map[*Member]time.Time), make(map[*Member]bool), 0
		r.Hooks.Refuse = func(m *Member, _ Frame) string {
			if time.Since(last[m]) >= least {
				last[m] = time.Now()
				return ""
			}
			if refused++; seed%8 < 4 && !warned[m] {
				warned[m] = true
				r.tell(m, Frame{Kind: Failure, Text: "from now on, what comes too fast is refused"})
			}
			return "slow down"
		}
		rep, _ := run(t, r, workload(load, seed), crowd)
		if passed(t, rep, 100); t.Failed() || refused == 0 {
			t.Fatalf("seed %d, %s, %d refused", seed, load, refused)
		}
	}
}
