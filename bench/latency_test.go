package bench

import (
	"fmt"
	"net"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
	"chatsim/manager"
)

// BenchmarkLatency is how long a line takes from when it was due to each of
// 500 receivers, at fixed rates and fully verified: p50, p99 and p999 in ms.
// lag-p99-ms is how late the load itself was, and generator-limited is 1 where
// that was more than a tenth of the p99, so that the figures are not the room's.
func BenchmarkLatency(b *testing.B) { run(b, latencyTrials) }

func latencyTrials(s scale) []trial {
	var out []trial
	for _, rate := range []int{100, 5000, 20_000} {
		for _, users := range s.users(500) {
			out = append(out, trial{fmt.Sprintf("users=%d/rate=%d", users, rate), func(tb testing.TB) figures {
				rep := paced(tb, s, openRoom, users, rate)
				d := rep.Latency.Delivery
				if d.P999 == nil {
					tb.Fatalf("%d deliveries are too few for a p999", d.Count)
				}
				f := figures{
					"p50-ms":            ms(*d.P50),
					"p99-ms":            ms(*d.P99),
					"p999-ms":           ms(*d.P999),
					"lag-p99-ms":        ms(rep.Generator.ScheduleLagP99),
					"generator-limited": 0,
				}
				if rep.Generator.Limited {
					f["generator-limited"] = 1
				}
				return f
			}})
		}
	}
	return out
}

// BenchmarkLatencyBare is the room's p99 at 100 lines/s to 500 users as a ratio
// to that of a bare loop, which only writes and reads.
func BenchmarkLatencyBare(b *testing.B) { run(b, bareTrials) }

func bareTrials(s scale) []trial {
	const rate = 100
	users := min(500, s.most)
	return []trial{{fmt.Sprintf("users=%d/rate=%d", users, rate), func(tb testing.TB) figures {
		return s.interleave("p99/bare", "p99-ms", "room", "bare",
			func() float64 { return p99(tb, s, openRoom, users, rate) },
			func() float64 { return bareLoop(tb, users, rate, s.paced) })
	}}}
}

// BenchmarkLatencyWriters is the room's p99 at 20,000 lines/s to 500 users as a
// ratio to that of a room in which each connection is written to by a goroutine
// of its own.
func BenchmarkLatencyWriters(b *testing.B) { run(b, writersTrials) }

func writersTrials(s scale) []trial {
	const rate = 20_000
	users := min(500, s.most)
	return []trial{{fmt.Sprintf("users=%d/rate=%d", users, rate), func(tb testing.TB) figures {
		return s.interleave("p99/writers", "p99-ms", "room", "writers",
			func() float64 { return p99(tb, s, openRoom, users, rate) },
			func() float64 { return p99(tb, s, openWriters, users, rate) })
	}}}
}

// openWriters opens our room with connections that hide that they are sockets.
// The feed then starts a goroutine for a connection whenever there is something
// to write to it, which writes until all is written and blocks meanwhile. Where
// that falls behind the rate nobody is to be evicted for it, and the p99 is that
// of the deliveries there were.
func openWriters(tb testing.TB) (addr string, stop func()) {
	ln := listen(tb)
	return ln.Addr().String(), serve(tb, hiding{ln}, manager.Config{Grace: time.Minute})
}

type hiding struct{ net.Listener }

func (l hiding) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return hidden{c}, err
}

type hidden struct{ net.Conn }

func paced(tb testing.TB, s scale, open opener, users, rate int) *report.Report {
	tb.Helper()
	return drive(tb, open, loadgen.Config{Users: users, Size: defaultSize, Verify: check.Full,
		Duration: s.paced, Warmup: s.paced / 3, Rate: report.Rate(rate), Drain: 30 * time.Second})
}

// p99 of the deliveries, in ms.
func p99(tb testing.TB, s scale, open opener, users, rate int) float64 {
	tb.Helper()
	return p99Of(tb, paced(tb, s, open, users, rate))
}

func p99Of(tb testing.TB, rep *report.Report) float64 {
	tb.Helper()
	d := rep.Latency.Delivery
	if d.P99 == nil {
		tb.Fatalf("%d deliveries are too few for a p99", d.Count)
	}
	return ms(*d.P99)
}

func ms(ns int64) float64 { return float64(ns) / 1e6 }
