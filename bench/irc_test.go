package bench

import (
	"net"
	"testing"
)

// BenchmarkIRC is what those who come with a client of IRC cost, as ratios like
// those of BenchmarkWebSocket.
func BenchmarkIRC(b *testing.B) { run(b, ircTrials) }

func ircTrials(s scale) []trial { return clientTrials(s, "irc", joinIRC, 25) }

// joinIRC returns a registration of which only the end of the names is looked for.
func joinIRC(tb testing.TB, addr, name string) net.Conn {
	return joinBy(tb, addr, "NICK "+name+"\r\nUSER x 0 * :x\r\n", " 366 ")
}
