package bench

import (
	"fmt"
	"net"
	"testing"
)

// BenchmarkIRC is what those who come with a client of IRC cost, as ratios like
// those of BenchmarkWebSocket.
func BenchmarkIRC(b *testing.B) { run(b, ircTrials) }

func ircTrials(s scale) []trial {
	readers, lines := min(100, s.most), 50_000
	if s.most < 100 {
		lines = 500
	}
	users := min(500, s.most)
	return []trial{
		{fmt.Sprintf("delivery/readers=%d", readers), func(tb testing.TB) figures {
			at := func(join func(tb testing.TB, addr, name string) net.Conn) func() float64 {
				return func() float64 { return float64(deliver(tb, readers, lines, join)) / float64(readers*lines) }
			}
			return s.interleave("irc/line", "ns/delivery", "irc", "line", at(joinIRC), at(joinLine))
		}},
		{fmt.Sprintf("beside/users=%d", users), func(tb testing.TB) figures {
			return s.interleave("with/without", "p99-ms", "with", "without",
				func() float64 { return besideP99(tb, s, users, users/25, joinIRC) },
				func() float64 { return besideP99(tb, s, users, 0, nil) })
		}},
	}
}

// joinIRC is a registration of which only the end of the names is looked for.
func joinIRC(tb testing.TB, addr, name string) net.Conn {
	return joinBy(tb, addr, "NICK "+name+"\r\nUSER x 0 * :x\r\n", " 366 ")
}
