package cluster

import (
	"strings"
	"testing"
)

const seeds = 1000

// The faults of tests that are not the Core's.
const (
	anewIgnored fault = 100 + iota
	restoreJoins
	limitIsLocal
)

// Several Managers over a stream that does whatever a stream may do have one room:
// each request once, in order, none behind the end of its life, and no life is
// buried that was heard of.
func TestWorlds(t *testing.T) {
	closed, most := map[error]int{}, uint64(seeds)
	if testing.Short() {
		most /= 4
	}
	for seed := range most {
		w := judge(seed, right)
		if w.bad != "" {
			t.Fatalf("seed %d: %s\n%s", seed, w.bad, strings.Join(w.story, "\n"))
		}
		for why, n := range w.closed {
			closed[why] += n
		}
	}
	for _, why := range []error{ErrFenced, ErrBehind, ErrReset, ErrCut} {
		if closed[why] == 0 {
			t.Errorf("no Manager has met: %v", why)
		}
	}
	if n := closed[ErrDiffers]; n > 0 {
		t.Errorf("%d Managers had another room than the others", n)
	}
}

// What is wrong on purpose is found.
func TestFaults(t *testing.T) {
	for broken, what := range map[fault]string{
		numberIgnored: "requests are applied whatever their number", snapshotShifted: "a snapshot is of one place further", snapshotForeign: "a snapshot may be of another stream",
		goneTwice: "a life ends twice", goneUnplaced: "a life ends whatever it has said since", notFenced: "a life goes on behind its end",
		gapIgnored: "a gap is passed over", reordered: "what did not come back is published in another order",
		anewIgnored: "another stream is taken for the one before", restoreJoins: "a room is restored by joins", limitIsLocal: "each Manager has a limit of its own",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(4 * seeds) {
				if w := judge(seed, broken); w.bad != "" {
					t.Logf("seed %d: %s", seed, w.bad)
					return
				}
			}
			t.Error("is not found")
		})
	}
}
