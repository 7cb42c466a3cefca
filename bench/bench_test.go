// Package bench measures what the parts and the whole cost:
//
//	go test -run '^$' -bench . ./bench
//
// To compare two commits, run each with -count 10, in turn if the machine is
// shared, and give both outputs to benchstat (golang.org/x/perf/cmd/benchstat).
// On a machine with other work compare shares of the floor, not MB/s: both are
// taken in one run.
package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/loadgen"
	"chatsim/loadgen/check"
	"chatsim/loadgen/floor"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
	"chatsim/manager"
)

// floorWrite is the size of the floor's writes: those of a busy room are as large.
const floorWrite = 64 << 10

// How long one measurement lasts. The floor needs less: nothing has to warm up.
const (
	floorTime = 500 * time.Millisecond
	roomTime  = 1500 * time.Millisecond
)

// BenchmarkFloor is the loopback's limit: one goroutine writes one 64 KiB
// buffer to N sockets without blocking, read and thrown away. MB/s at the
// receivers.
func BenchmarkFloor(b *testing.B) {
	for _, users := range []int{100, 500, 2000} {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			var bytes int64
			var took time.Duration
			for b.Loop() {
				r, err := floor.Measure(b.Context(), users, floorWrite, floorTime)
				if err != nil {
					b.Fatal(err)
				}
				bytes, took = bytes+r.Bytes, took+r.Elapsed
			}
			b.ReportMetric(float64(bytes)/took.Seconds()/1e6, "MB/s")
		})
	}
}

// BenchmarkRoom is the whole at saturation: Manager, N chatters over loopback,
// the judge and the latencies in one process, 1,024 lines of 64 bytes under
// way. Deliveries/s and MB/s at the receivers, and MB/s as a share of the
// loopback's limit, which is measured around each run.
func BenchmarkRoom(b *testing.B) {
	for _, users := range []int{100, 500, 2000} {
		for _, level := range []check.Level{check.Full, check.Off} {
			b.Run(fmt.Sprintf("users=%d/verify=%s", users, level), func(b *testing.B) { benchRoom(b, users, level) })
		}
	}
}

func benchRoom(b *testing.B, users int, level check.Level) {
	var deliveries, bytes, share float64
	runs := 0
	for b.Loop() {
		before := measureFloor(b, users)
		rep := saturate(b, users, level)
		after := measureFloor(b, users)
		deliveries += rep.DeliveriesPerS
		bytes += rep.BytesPerS
		share += rep.BytesPerS / ((before + after) / 2)
		runs++
	}
	b.ReportMetric(deliveries/float64(runs), "deliveries/s")
	b.ReportMetric(bytes/float64(runs)/1e6, "MB/s")
	b.ReportMetric(share/float64(runs), "of-floor")
	b.ReportMetric(0, "ns/op") // the time is set, not measured
}

func measureFloor(b *testing.B, users int) float64 {
	r, err := floor.Measure(b.Context(), users, floorWrite, floorTime)
	if err != nil {
		b.Fatal(err)
	}
	return r.BytesPerSecond()
}

// saturate runs a fresh room as fast as it goes. A run that is not right is
// not a result.
func saturate(b *testing.B, users int, level check.Level) *report.Report {
	steady, err := scenario.Find("steady")
	if err != nil {
		b.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	room := manager.New(manager.Config{})
	var g errgroup.Group
	g.Go(func() error { return room.Serve(ln) })
	addr := ln.Addr().String()
	rep, err := loadgen.Run(b.Context(), loadgen.Config{Join: loadgen.Dial(addr), Where: addr, Users: users, Duration: roomTime,
		Warmup: roomTime / 3, Rate: report.Max, Seed: 1, Scenario: steady, Verify: level})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := room.Shutdown(ctx); err != nil {
		b.Fatal(err)
	}
	if err := g.Wait(); !errors.Is(err, manager.ErrShutdown) {
		b.Fatal(err)
	}
	rep.Conclude(nil)
	if want := map[bool]report.Verdict{true: report.Measured, false: report.Passed}[level == check.Off]; rep.Verdict != want {
		b.Fatalf("the run is %s: %+v", rep.Verdict, rep.Checks)
	}
	return rep
}
