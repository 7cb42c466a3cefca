package bench

import (
	"fmt"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"chatsim/loadgen/check"
)

// BenchmarkInstrument is what the instrument adds to what it measures: the
// figures of verified runs as ratios to those of a plain client at the same
// server, which reads and splits and verifies nothing. The server is in this
// process (processes=1) or in another (processes=2), whose processor time does
// not count then.
func BenchmarkInstrument(b *testing.B) { run(b, instrumentTrials) }

func init() { suite["BenchmarkInstrument"] = instrumentTrials }

// inflight is the number of lines under way at saturation, as by default in a run.
const inflight = 1024

func instrumentTrials(s scale) []trial {
	users := min(500, s.most)
	var out []trial
	for processes, open := range []opener{openRoom, openElsewhere} {
		add := func(users int, name string, measure func(testing.TB) figures) {
			out = append(out, trial{fmt.Sprintf("processes=%d/users=%d/%s", processes+1, users, name), measure})
		}
		for _, rate := range []int{100, 5000, 10_000, 20_000} {
			add(users, fmt.Sprintf("rate=%d", rate), func(tb testing.TB) figures { return pacedAgainstPlain(tb, s, open, users, rate) })
		}
		add(users, "rate=max", func(tb testing.TB) figures { return saturatedAgainstPlain(tb, s, open, users) })
		joins := []int{500}
		if processes > 0 {
			joins = append(joins, 19_000) // whose two ends are more descriptors than a process may have
		}
		for _, users := range s.users(joins...) {
			add(users, "joins", func(tb testing.TB) figures {
				return s.interleave("join-time/plain", "ms", "ours", "plain",
					func() float64 { return joinTime(tb, open, users) },
					func() float64 { return plainJoins(tb, open, users) })
			})
		}
	}
	return out
}

// pacedAgainstPlain compares the p99 of the deliveries at a rate; the lags are
// how late each of the two has sent.
func pacedAgainstPlain(tb testing.TB, s scale, open opener, users, rate int) figures {
	var ours, plain []float64 // lags
	f := s.interleave("p99/plain", "p99-ms", "ours", "plain",
		func() float64 {
			rep := paced(tb, s, open, users, rate)
			ours = append(ours, ms(rep.Generator.ScheduleLagP99))
			return p99Of(tb, rep)
		},
		func() float64 {
			p99, lag := plainPaced(tb, s, speeches["line"], open, users, rate)
			plain = append(plain, lag)
			return p99
		})
	f["ours-lag-p99-ms"], f["plain-lag-p99-ms"] = median(ours), median(plain)
	return f
}

// saturatedAgainstPlain compares the deliveries/s, and the processor time of a
// delivery in nanoseconds.
func saturatedAgainstPlain(tb testing.TB, s scale, open opener, users int) figures {
	var ours, plain, ratios []float64 // processor times
	f := s.interleave("deliveries/plain", "deliveries/s", "ours", "plain",
		func() float64 {
			rep := saturate(tb, s, open, users, defaultSize, check.Full)
			ns, _ := cpuPerDelivery(rep)
			ours = append(ours, ns)
			return rep.DeliveriesPerS
		},
		func() float64 {
			rate, ns := plainSaturated(tb, s, speeches["line"], open, users, inflight)
			plain = append(plain, ns)
			return rate
		})
	for i := range ours {
		ratios = append(ratios, ours[i]/plain[i])
	}
	f["cpu/plain"] = median(ratios)
	f["ours-cpu-ns/delivery"], f["plain-cpu-ns/delivery"] = median(ours), median(plain)
	return f
}

func plainPaced(tb testing.TB, s scale, sp speech, open opener, users, rate int) (p99, lag float64) {
	addr, stop := open(tb)
	defer stop()
	p, _ := newPlain(tb, sp, addr, users)
	defer p.close()
	p.paced(tb, rate, s.paced)
	return ms(p.took.ValueAtQuantile(99)), ms(p.lag.ValueAtQuantile(99))
}

// paced sends lines on a schedule for a time, from each user in turn, and reads
// until all of them have come to everybody.
func (p *plain) paced(tb testing.TB, rate int, d time.Duration) {
	tb.Helper()
	begin := time.Since(p.start)
	lines := int(d.Seconds() * float64(rate))
	due := func(line int) time.Duration { return begin + time.Duration(line)*time.Second/time.Duration(rate) }
	for limit := begin + d + 30*time.Second; p.got < p.heard(lines); {
		now := time.Since(p.start)
		if now > limit {
			tb.Fatalf("%d of %d deliveries", p.got, p.heard(lines))
		}
		for ; p.sent < lines && due(p.sent) <= now; now = time.Since(p.start) {
			must(tb, p.lag.RecordValue(max(int64(now-due(p.sent)), 1)))
			must(tb, p.say(p.sent%len(p.users), due(p.sent)))
		}
		wait := time.Second
		if p.sent < lines {
			wait = due(p.sent) - now
		}
		must(tb, p.round(wait))
	}
}

func plainSaturated(tb testing.TB, s scale, sp speech, open opener, users, inflight int) (deliveriesPerS, cpuNS float64) {
	addr, stop := open(tb)
	defer stop()
	p, _ := newPlain(tb, sp, addr, users)
	defer p.close()
	for i := range inflight {
		p.back = append(p.back, i%users)
	}
	p.topUp(tb, s.room/4) // until it is under way
	begin, before, cpu := time.Now(), p.got, cpuTime(tb)
	p.topUp(tb, s.room)
	n := float64(p.got - before)
	return n / time.Since(begin).Seconds(), float64(cpuTime(tb)-cpu) / n
}

// topUp keeps for a time as many lines under way as there are: those that have
// come back in a round are followed by as many others.
func (p *plain) topUp(tb testing.TB, d time.Duration) {
	tb.Helper()
	for begin := time.Now(); time.Since(begin) < d; {
		for _, user := range p.back {
			must(tb, p.say(user, time.Since(p.start)))
		}
		must(tb, p.round(time.Second))
	}
}

// cpuTime returns what this process has used of all processors.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u unix.Rusage
	must(tb, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func plainJoins(tb testing.TB, open opener, users int) float64 {
	addr, stop := open(tb)
	defer stop()
	p, took := newPlain(tb, speeches["line"], addr, users)
	defer p.close()
	return ms(int64(took))
}

// joinTime returns how long it takes until a crowd of our own clients is in, in ms.
func joinTime(tb testing.TB, open opener, users int) float64 {
	addr, stop := open(tb)
	defer stop()
	begin := time.Now()
	c := mustGather(tb, addr, users, func(i int) string { return fmt.Sprintf("user%d", i) })
	took := time.Since(begin)
	c.close()
	return ms(int64(took))
}

// openElsewhere opens our room in a process of its own.
func openElsewhere(tb testing.TB) (addr string, stop func()) {
	c := startChild(tb, asManager)
	return ask[string](tb, c), func() { c.end(tb) }
}
