package bench

import (
	"fmt"
	"testing"
	"time"

	"chatsim/chatter"
)

// BenchmarkJoinStorm has N users join one room, 256 at a time: joins/s, last-s
// until the last is in, and all-know-s until everybody has read of everybody
// else, which is N²/2 announcements. namesakes all ask for one name, and it is
// checked that each got its own suffix.
func BenchmarkJoinStorm(b *testing.B) { run(b, joinStormTrials) }

func joinStormTrials(s scale) []trial {
	users, namesakes := min(5000, s.most), min(9000, s.most)
	return []trial{
		{fmt.Sprintf("users=%d", users), func(tb testing.TB) figures {
			f, c, stop := joinStorm(tb, users, numbered)
			defer stop()
			defer c.close()
			return f
		}},
		{fmt.Sprintf("namesakes=%d", namesakes), func(tb testing.TB) figures {
			f, c, stop := joinStorm(tb, namesakes, func(int) string { return "bob" })
			defer stop()
			defer c.close()
			free := map[string]bool{"bob": true}
			for n := 2; n <= namesakes; n++ {
				free[fmt.Sprint("bob", n)] = true
			}
			for _, m := range c.members {
				if !free[m.Name()] {
					tb.Fatalf("a second %q, or one that is not among the smallest suffixes", m.Name())
				}
				delete(free, m.Name())
			}
			return f
		}},
	}
}

// BenchmarkLeaveStorm has N users of a room leave at once, by FIN, before the
// eyes of one who stays: leaves/s, and last-s until that one knows of all.
func BenchmarkLeaveStorm(b *testing.B) { run(b, leaveStormTrials) }

func leaveStormTrials(s scale) []trial {
	users := min(5000, s.most)
	return []trial{{fmt.Sprintf("users=%d", users), func(tb testing.TB) figures {
		_, c, stop := joinStorm(tb, users+1, numbered)
		defer stop()
		defer c.close()
		stays := c.members[0]
		begin := time.Now()
		for _, m := range c.members[1:] {
			if err := m.Leave(chatter.FIN); err != nil {
				tb.Fatal(err)
			}
		}
		waitFor(func() bool { return stays.leaves.Load() == int64(users) })
		took := time.Since(begin).Seconds()
		return figures{"leaves/s": float64(users) / took, "last-s": took}
	}}}
}

// joinStorm fills a fresh room.
func joinStorm(tb testing.TB, users int, name func(int) string) (figures, *crowd, func()) {
	tb.Helper()
	needDescriptors(tb, users, 2)
	addr, stop := openRoom(tb)
	begin := time.Now()
	c := mustGather(tb, addr, users, name)
	in := time.Since(begin).Seconds()
	c.acquainted()
	known := time.Since(begin).Seconds()
	return figures{"joins/s": float64(users) / in, "last-s": in, "all-know-s": known}, c, stop
}
