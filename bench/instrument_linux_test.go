package bench

import (
	"fmt"
	"testing"
	"time"

	"chatsim/loadgen/check"
)

// BenchmarkInstrument is what the instrument adds to what it measures: the
// figures of verified runs as ratios to those of a plain client at the same
// server, which reads and splits and verifies nothing. The server is in this
// process (processes=1) or in another (processes=2).
func BenchmarkInstrument(b *testing.B) { run(b, instrumentTrials) }

func init() { suite["BenchmarkInstrument"] = instrumentTrials }

// inflight is the number of lines under way at saturation, as by default in a run.
const inflight = 1024

func instrumentTrials(s scale) []trial {
	users := min(500, s.most)
	var out []trial
	for processes, open := range []opener{openRoom, openElsewhere} {
		add := func(name string, measure func(testing.TB) figures) {
			out = append(out, trial{fmt.Sprintf("processes=%d/users=%d/%s", processes+1, users, name), measure})
		}
		for _, rate := range []int{100, 5000, 10_000, 20_000} {
			add(fmt.Sprintf("rate=%d", rate), func(tb testing.TB) figures { return againstPlain(tb, s, open, users, rate) })
		}
		add("rate=max", func(tb testing.TB) figures {
			return s.interleave("deliveries/plain", "deliveries/s", "ours", "plain",
				func() float64 { return saturate(tb, s, open, users, defaultSize, check.Full).DeliveriesPerS },
				func() float64 { return plainSaturated(tb, s, open, users) })
		})
		add("joins", func(tb testing.TB) figures {
			return s.interleave("join-time/plain", "ms", "ours", "plain",
				func() float64 { return joinTime(tb, open, users) },
				func() float64 { return plainJoins(tb, open, users) })
		})
	}
	return out
}

// againstPlain compares the p99 of the deliveries at a rate; the lags are how
// late each of the two has sent.
func againstPlain(tb testing.TB, s scale, open opener, users, rate int) figures {
	var lags [2][]float64
	f := s.interleave("p99/plain", "p99-ms", "ours", "plain",
		func() float64 {
			rep := paced(tb, s, open, users, rate)
			lags[0] = append(lags[0], ms(rep.Generator.ScheduleLagP99))
			return p99Of(tb, rep)
		},
		func() float64 {
			p99, lag := plainPaced(tb, s, open, users, rate)
			lags[1] = append(lags[1], lag)
			return p99
		})
	f["ours-lag-p99-ms"], f["plain-lag-p99-ms"] = median(lags[0]), median(lags[1])
	return f
}

func plainPaced(tb testing.TB, s scale, open opener, users, rate int) (p99, lag float64) {
	addr, stop := open(tb)
	defer stop()
	p, _ := newPlain(tb, addr, users)
	defer p.close()
	p.paced(tb, rate, s.paced)
	return ms(p.took.ValueAtQuantile(99)), ms(p.lag.ValueAtQuantile(99))
}

func plainSaturated(tb testing.TB, s scale, open opener, users int) float64 {
	addr, stop := open(tb)
	defer stop()
	p, _ := newPlain(tb, addr, users)
	defer p.close()
	return p.saturated(tb, inflight, s.room)
}

func plainJoins(tb testing.TB, open opener, users int) float64 {
	addr, stop := open(tb)
	defer stop()
	p, took := newPlain(tb, addr, users)
	defer p.close()
	return ms(int64(took))
}

// joinTime is how long it takes until a crowd of our own clients is in, in ms.
func joinTime(tb testing.TB, open opener, users int) float64 {
	addr, stop := open(tb)
	defer stop()
	begin := time.Now()
	c := mustGather(tb, addr, users, func(i int) string { return fmt.Sprintf("p%d", i) })
	took := time.Since(begin)
	c.close()
	return ms(int64(took))
}

// openElsewhere opens our room in a process of its own.
func openElsewhere(tb testing.TB) (addr string, stop func()) {
	c := startChild(tb, asManager)
	return ask[string](tb, c), func() { c.end(tb) }
}
