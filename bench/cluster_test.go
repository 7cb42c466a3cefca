//go:build !nocluster

package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/measure"
	"chatsim/loadgen/report"
	"chatsim/manager/several"
)

// BenchmarkCluster is what it costs that requests travel through a stream: the
// figures of one Manager, and of three, over embedded NATS servers as ratios to those
// of one Manager alone, measured in turn and verified fully.
func BenchmarkCluster(b *testing.B) { run(b, clusterTrials) }

// BenchmarkOrdered is how many lines of 100 bytes a second three Managers get an order
// for and apply, all three the same, over one NATS server and over three. At each
// Manager four users talk as fast as they can.
func BenchmarkOrdered(b *testing.B) { run(b, orderedTrials) }

func init() {
	suite["BenchmarkCluster"], suite["BenchmarkOrdered"] = clusterTrials, orderedTrials
}

func clusterTrials(s scale) []trial {
	var out []trial
	alone := several.Config{Managers: 1}
	add := func(cfg several.Config, users int, what string, measure func(tb testing.TB, cfg several.Config, users int) figures) {
		users = min(users, s.most)
		name := fmt.Sprintf("managers=%d/nodes=%d/users=%d/%s", cfg.Managers, cfg.Nodes, users, what)
		out = append(out, trial{name, func(tb testing.TB) figures { return measure(tb, cfg, users) }})
	}
	saturated := func(inflight int) func(tb testing.TB, cfg several.Config, users int) figures {
		return func(tb testing.TB, cfg several.Config, users int) figures {
			at := func(cfg several.Config) func() *report.Report {
				return func() *report.Report {
					return driveSeveral(tb, cfg, loadgen.Config{Users: users, Duration: s.room, Warmup: s.room / 4, Rate: report.Max, Inflight: inflight})
				}
			}
			return s.compare("cluster/alone", "cluster", "alone", at(cfg), at(alone))
		}
	}
	paced := func(rate int) func(tb testing.TB, cfg several.Config, users int) figures {
		return func(tb testing.TB, cfg several.Config, users int) figures {
			at := func(cfg several.Config) func() float64 {
				return func() float64 {
					return p99Of(tb, driveSeveral(tb, cfg, loadgen.Config{Users: users, Duration: s.paced, Warmup: s.paced / 3, Rate: report.Rate(rate), Drain: 30 * time.Second}))
				}
			}
			return s.interleave("p99/alone", "p99-ms", "cluster", "alone", at(cfg), at(alone))
		}
	}
	one, three := several.Config{Managers: 1, Nodes: 1}, several.Config{Managers: 3, Nodes: 1}
	for _, inflight := range []int{1024, 4096} {
		add(one, 500, fmt.Sprintf("rate=max/inflight=%d", inflight), saturated(inflight))
	}
	for _, rate := range []int{100, 5000} {
		add(one, 500, fmt.Sprintf("rate=%d", rate), paced(rate))
	}
	for _, users := range s.users(200, 600) {
		add(three, users, "rate=max/inflight=1024", saturated(1024))
	}
	if s.nodes == 3 {
		add(several.Config{Managers: 3, Nodes: 3}, 600, "rate=max/inflight=1024", saturated(1024))
	}
	return out
}

// driveSeveral runs a load of lines for everybody in a room of its own.
func driveSeveral(tb testing.TB, cfg several.Config, load loadgen.Config) *report.Report {
	tb.Helper()
	load.Size, load.Verify = defaultSize, check.Full
	room := openSeveral(tb, cfg)
	defer closeSeveral(tb, room)
	for _, addr := range room.Addrs {
		load.Doors = append(load.Doors, loadgen.Door{Addr: addr, Join: loadgen.Dial(addr)})
	}
	return driveLoad(tb, load)
}

func openSeveral(tb testing.TB, cfg several.Config) *several.Room {
	tb.Helper()
	room, err := several.Open(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return room
}

func closeSeveral(tb testing.TB, room *several.Room) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := room.Close(ctx); err != nil {
		tb.Error(err)
	}
}

func orderedTrials(s scale) []trial {
	var out []trial
	for _, nodes := range slices.Compact([]int{1, s.nodes}) {
		out = append(out, trial{fmt.Sprintf("managers=3/nodes=%d", nodes), func(tb testing.TB) figures {
			room := openSeveral(tb, several.Config{Managers: 3, Nodes: nodes})
			defer closeSeveral(tb, room)
			stop := shout(tb, room.Addrs, 4)
			defer stop()
			time.Sleep(s.room / 4)
			before, begin, used := applied(room), time.Now(), measure.Watch(0)
			time.Sleep(s.room)
			lines := float64(applied(room) - before)
			f := figures{"lines/s": lines / time.Since(begin).Seconds()}
			use := used()
			if cpu := use.Resources().CPUS; cpu > 0 { // else the system does not tell
				f["cpu-ns/line"] = cpu / lines * 1e9
			}
			return f
		}})
	}
	return out
}

// applied returns how many lines all Managers of a room have applied.
func applied(room *several.Room) uint64 {
	least := room.Managers[0].Stats().Lines
	for _, m := range room.Managers[1:] {
		least = min(least, m.Stats().Lines)
	}
	return least
}

// shout has users at each address talk as fast as they can, and read what comes.
func shout(tb testing.TB, addrs []string, each int) (stop func()) {
	tb.Helper()
	var wg sync.WaitGroup
	var conns []net.Conn
	line := append(bytes.Repeat([]byte("x"), 99), '\n')
	lines := bytes.Repeat(line, (32<<10)/len(line))
	for i := range each * len(addrs) {
		conn, err := net.Dial("tcp", addrs[i%len(addrs)])
		if err != nil {
			tb.Fatal(err)
		}
		conns = append(conns, conn)
		fmt.Fprintf(conn, "user%d\n", i)
		wg.Go(func() { _, _ = io.Copy(io.Discard, conn) })
		wg.Go(func() {
			for {
				if _, err := conn.Write(lines); err != nil {
					return
				}
			}
		})
	}
	return func() {
		for _, c := range conns {
			c.Close()
		}
		wg.Wait()
	}
}
