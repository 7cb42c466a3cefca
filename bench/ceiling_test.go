package bench

import (
	"fmt"
	"testing"

	"chatsim/loadgen"
	"chatsim/loadgen/ceiling"
)

// ceilingWrite is the size of a write in bytes: those of a busy room are as
// large.
const ceilingWrite = 64 << 10

// BenchmarkCeiling is the loopback's limit: one goroutine writes one buffer to N
// sockets without blocking, and it is read and thrown away. MB/s at the
// receivers, by the number of sockets and by the size of a write.
func BenchmarkCeiling(b *testing.B) { run(b, ceilingTrials) }

func ceilingTrials(s scale) []trial {
	var out []trial
	add := func(users, write int) {
		out = append(out, trial{fmt.Sprintf("users=%d/write=%d", users, write), func(tb testing.TB) figures {
			return figures{"MB/s": measureCeiling(tb, s, users, write) / 1e6}
		}})
	}
	for _, users := range s.users(100, 500, 2000, 8000) {
		add(users, ceilingWrite)
	}
	for _, write := range []int{1 << 10, 4 << 10, 16 << 10} {
		add(min(500, s.most), write)
	}
	return out
}

// measureCeiling returns bytes a second.
func measureCeiling(tb testing.TB, s scale, users, write int) float64 {
	tb.Helper()
	needDescriptors(tb, users, 2)
	slices, err := ceiling.Measure(tb.Context(), users, write, s.ceiling, s.ceiling/10)
	if err != nil {
		tb.Fatal(err)
	}
	can, _ := slices.Ceiling()
	return can
}

// needDescriptors fails where both ends of so many connections cannot be open
// at once, and says what is needed.
func needDescriptors(tb testing.TB, users, sockets int) {
	tb.Helper()
	if err := (loadgen.Config{Users: users}).CheckDescriptors(sockets); err != nil {
		tb.Fatal(err)
	}
}
