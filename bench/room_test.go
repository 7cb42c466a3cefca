package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/manager"
)

// defaultSize is the bytes of text in a line where nothing else is said; a line
// has about 40 more.
const defaultSize = 64

// BenchmarkRoom is the whole at saturation: Manager, N chatters over loopback,
// the judge and the latencies in one process, 1,024 lines under way; by users,
// bytes of a text, and how much is verified. Deliveries/s and MB/s at the
// receivers, and MB/s as a share of the loopback's limit, of-ceiling, which is
// measured before and after each run with as many sockets. cpu-ns/delivery is
// the processor time of all of it, kernel included: that other work on the
// machine changes least.
func BenchmarkRoom(b *testing.B) { run(b, roomTrials) }

func roomTrials(s scale) []trial {
	var out []trial
	add := func(users, size int, level check.Level) {
		name := fmt.Sprintf("users=%d/size=%d/verify=%s", users, size, level)
		out = append(out, trial{name, func(tb testing.TB) figures {
			before := measureCeiling(tb, s, users, ceilingWrite)
			rep := saturate(tb, s, openRoom, users, size, level)
			after := measureCeiling(tb, s, users, ceilingWrite)
			f := figures{
				"deliveries/s": rep.DeliveriesPerS,
				"MB/s":         rep.BytesPerS / 1e6,
				"of-ceiling":   rep.BytesPerS / ((before + after) / 2),
			}
			if ns, ok := cpuPerDelivery(rep); ok {
				f["cpu-ns/delivery"] = ns
			}
			return f
		}})
	}
	users := s.users(100, 500, 2000, 8000)
	for _, n := range users {
		add(n, defaultSize, check.Full)
		add(n, defaultSize, check.Off)
	}
	usual := min(500, s.most)
	add(usual, 256, check.Full)
	add(usual, 1024, check.Full)
	add(usual, defaultSize, check.Order)
	add(usual, defaultSize, check.Count)
	return out
}

// BenchmarkVerification is what it costs to check everything: the deliveries/s
// of runs with full verification as a ratio to those of runs without any,
// measured in turn. 1 is for nothing, 0.85 costs 15 %. Without verification each
// line is parsed to find its stamp, with it most are only compared: it can be
// more than 1.
func BenchmarkVerification(b *testing.B) { run(b, verificationTrials) }

func verificationTrials(s scale) []trial {
	var out []trial
	for _, users := range s.users(500, 2000) {
		out = append(out, trial{fmt.Sprintf("users=%d", users), func(tb testing.TB) figures {
			at := func(level check.Level) func() *report.Report {
				return func() *report.Report { return saturate(tb, s, openRoom, users, defaultSize, level) }
			}
			return s.compare("full/off", "full", "off", at(check.Full), at(check.Off))
		}})
	}
	return out
}

// compare interleaves two kinds of runs at saturation.
func (s scale) compare(ratio, nameA, nameB string, a, b func() *report.Report) figures {
	cpu := make(map[string][]float64)
	side := func(name string, run func() *report.Report) func() float64 {
		return func() float64 {
			rep := run()
			if ns, ok := cpuPerDelivery(rep); ok {
				cpu[name] = append(cpu[name], ns)
			}
			return rep.DeliveriesPerS
		}
	}
	f := s.interleave(ratio, "deliveries/s", nameA, nameB, side(nameA, a), side(nameB, b))
	for name, ns := range cpu {
		f[name+"-cpu-ns/delivery"] = median(ns)
	}
	return f
}

// cpuPerDelivery returns the process's time on all processors in nanoseconds, where
// the system tells it.
func cpuPerDelivery(rep *report.Report) (ns float64, ok bool) {
	return rep.Resources.CoresUsed / rep.DeliveriesPerS * 1e9, rep.Resources.CoresUsed > 0
}

// opener opens a server on loopback that speaks the line protocol; stop waits
// until nothing of it is left.
type opener func(tb testing.TB) (addr string, stop func())

// openRoom opens the room that is measured here.
func openRoom(tb testing.TB) (addr string, stop func()) {
	ln := listen(tb)
	return ln.Addr().String(), serve(tb, ln, manager.Config{})
}

func listen(tb testing.TB) net.Listener {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	return ln
}

// serve serves a fresh room at ln.
func serve(tb testing.TB, ln net.Listener, cfg manager.Config) (stop func()) {
	return serveWith(tb, ln, cfg, func(*manager.Manager) {})
}

// serveWith is serve after a room was set up further.
func serveWith(tb testing.TB, ln net.Listener, cfg manager.Config, set func(*manager.Manager)) (stop func()) {
	room := manager.New(cfg)
	set(room)
	var g errgroup.Group
	g.Go(func() error { return room.Serve(ln) })
	return func() {
		tb.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := room.Shutdown(ctx); err != nil {
			tb.Error(err)
		}
		if err := g.Wait(); !errors.Is(err, manager.ErrShutdown) {
			tb.Error(err)
		}
	}
}

// saturate runs a fresh server as fast as it goes.
func saturate(tb testing.TB, s scale, open opener, users, size int, level check.Level) *report.Report {
	tb.Helper()
	rep := drive(tb, open, loadgen.Config{Users: users, Size: size, Verify: level, Duration: s.room, Warmup: s.room / 4, Rate: report.Max})
	if rep.Verdict == report.Inconclusive {
		tb.Fatalf("the run is inconclusive: %s", doubts(rep))
	}
	return rep
}

// drive runs a fresh server under a load of lines for everybody. One that is
// wrong fails tb; one that falls so far behind that it is cut does not.
func drive(tb testing.TB, open opener, cfg loadgen.Config) *report.Report {
	tb.Helper()
	return driveBy(tb, open, loadgen.Dial, cfg)
}

// driveBy is drive with chatters who come by another way.
func driveBy(tb testing.TB, open opener, dial func(addr string) loadgen.Joiner, cfg loadgen.Config) *report.Report {
	tb.Helper()
	needDescriptors(tb, cfg.Users, 2)
	addr, closeServer := open(tb)
	defer closeServer()
	cfg.Join, cfg.Where = dial(addr), addr
	return driveLoad(tb, cfg)
}

// driveLoad is drive at a server that is there.
func driveLoad(tb testing.TB, cfg loadgen.Config) *report.Report {
	tb.Helper()
	needDescriptors(tb, cfg.Users, 2)
	steady, err := scenario.Find("steady")
	if err != nil {
		tb.Fatal(err)
	}
	cfg.Seed, cfg.Scenario = 1, steady
	runtime.GC() // of what the run before has left
	rep, err := loadgen.Run(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	rep.Conclude(nil)
	if rep.Verdict == report.Failed {
		tb.Fatalf("the run has failed: %s", doubts(rep))
	}
	return rep
}

// doubts returns the checks that have not passed, and why.
func doubts(rep *report.Report) string {
	text := fmt.Sprintf("cut by %q, evicted %v", rep.CutBy, rep.Evicted)
	for _, c := range rep.Checks {
		if c.Verdict == report.Failed || c.Verdict == report.Inconclusive {
			text += fmt.Sprintf("; %s: %s %s", c.Name, c.Verdict, c.Reason)
		}
		if len(c.Witnesses) > 0 {
			text += c.Witnesses[0].Sentence
		}
	}
	return text
}
