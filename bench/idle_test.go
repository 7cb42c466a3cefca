package bench

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkIdle is what N users cost who have joined and say nothing, in
// processes of their own that have done nothing else: manager-B/user is the
// Manager with the other ends elsewhere, both-B/user a Manager and the load's
// chatters with their judge in one process, chatter-B/user the difference. It is
// memory in use after collection: heap, stacks, and what the runtime needs
// itself. %cpu is the processor time of both ends in a second, of one core.
func BenchmarkIdle(b *testing.B) { run(b, idleTrials) }

func idleTrials(s scale) []trial {
	users := min(5000, s.most)
	return []trial{{fmt.Sprintf("users=%d", users), func(tb testing.TB) figures {
		needDescriptors(tb, users, 2)
		manager := idleManager(tb, users, s.idle)
		both := idleRoom(tb, users, s.idle)
		f := figures{
			"manager-B/user": manager,
			"both-B/user":    both.BytesPerUser,
			"chatter-B/user": both.BytesPerUser - manager,
		}
		if both.CPUPercent > 0 { // else the system does not tell
			f["%cpu"] = both.CPUPercent
		}
		return f
	}}}
}

// idleManager returns the bytes a user of a Manager in a process of its own, after
// nothing has been said for a time.
func idleManager(tb testing.TB, users int, quiet time.Duration) float64 {
	tb.Helper()
	child := startChild(tb, asManager)
	defer child.end(tb)
	addr := ask[string](tb, child)
	before := ask[int64](tb, child)
	c := mustGather(tb, addr, users, numbered)
	defer c.close()
	c.acquainted()
	time.Sleep(quiet)
	return float64(ask[int64](tb, child)-before) / float64(users)
}

// idleRoom has a process of its own run a room in which nobody talks.
func idleRoom(tb testing.TB, users int, watched fmt.Stringer) idleResult {
	tb.Helper()
	child := startChild(tb, asRoom, fmt.Sprint(users), watched.String())
	defer child.end(tb)
	return ask[idleResult](tb, child)
}
