package cluster

import (
	"strings"
	"testing"
)

const (
	seeds  = 1000
	floods = 100
)

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
	holds(t, seeds, judge, ErrFenced, ErrBehind, ErrReset, ErrCut, ErrNewer)
}

// holds has nothing be wrong with any seed, and Managers meet what there is to meet.
func holds(t *testing.T, most uint64, judge func(seed uint64, broken fault) *world, reasons ...error) {
	t.Helper()
	if testing.Short() {
		most /= 10
	}
	closed := map[error]int{}
	for seed := range most {
		w := judge(seed, right)
		if w.bad != "" {
			t.Fatalf("seed %d: %s\n%s", seed, w.bad, strings.Join(w.story, "\n"))
		}
		for why, n := range w.closed {
			closed[why] += n
		}
	}
	met(t, closed, reasons...)
}

// met holds that Managers have met what there is to meet.
func met(t *testing.T, closed map[error]int, reasons ...error) {
	t.Helper()
	for _, why := range reasons {
		if closed[why] == 0 {
			t.Errorf("no Manager has met: %v", why)
		}
	}
	if n := closed[ErrDiffers]; n > 0 {
		t.Errorf("%d Managers had another room than the others", n)
	}
}

// Where more is said than some can take, all wait for them, but not for ever: nobody
// loses its place in the stream who was not dropped, and nobody is dropped too early.
func TestFloods(t *testing.T) {
	t.Parallel()
	holds(t, floods, judgeFlood, ErrSlow, ErrBehind)
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
			find(t, 4*seeds, func(seed uint64) *world { return judge(seed, broken) })
		})
	}
}

func TestFaultsInFloods(t *testing.T) {
	for broken, what := range map[fault]string{
		neverSlowed: "nobody waits for who is behind", slowedByDead: "all wait for one who is dead",
		droppedEarly: "who is behind is dropped at once", droppedStays: "the users of who is dropped stay",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			find(t, 4*floods, func(seed uint64) *world { return judgeFlood(seed, broken) })
		})
	}
}

// find holds that one of the seeds shows that something is wrong.
func find(t *testing.T, seeds uint64, judge func(seed uint64) *world) {
	t.Helper()
	for seed := range seeds {
		if w := judge(seed); w.bad != "" {
			t.Logf("seed %d: %s", seed, w.bad)
			return
		}
	}
	t.Error("is not found")
}
