// Package bench measures what the whole costs, over real loopback sockets:
//
//	go test -run '^$' -bench . -timeout 30m ./bench
//
// One measurement takes seconds, so each benchmark makes it once unless
// -benchtime asks for more (5x), and reports the medians. To compare two commits
// let each make ten, in turn where the machine is shared, and have benchstat
// (golang.org/x/perf/cmd/benchstat) say which differences are more than noise:
//
//	go test -run '^$' -bench Room -count 10 ./bench > old.txt
//	go test -run '^$' -bench Room -count 10 ./bench > new.txt   # on the other commit
//	benchstat old.txt new.txt
//
// On a machine with other work only the ratios mean anything: of-ceiling, and
// those whose two sides are measured in turn within one iteration. They come
// with the lowest and the highest of their pairs, as -min and -max.
//
// With -short everything is small and brief: it runs, and that is all.
//
// What the parts cost is measured next to them:
//
//	manager/wire      BenchmarkAppendLine, AppendText, ParseRequest, ParseLine, ParseRoster
//	manager/room      BenchmarkJoinNamesakes, JoinLiteral (10,000 users), ChurnNamesakes
//	manager/feed      BenchmarkAppend, Fanout
//	manager           BenchmarkPublish, Echo
//	chatter           BenchmarkNext
//	loadgen/check     BenchmarkObserve, Pass
//	loadgen/scenario  BenchmarkText
package bench

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// scale is how large and long the measurements are.
type scale struct {
	most    int           // users in a room
	nodes   int           // NATS servers of a cluster
	pairs   int           // of measurements behind a ratio
	ceiling time.Duration // of a measurement of the loopback
	room    time.Duration // of a run at saturation
	paced   time.Duration // of a run at a fixed rate
	idle    time.Duration // that an idle room is watched
}

var (
	full  = scale{most: math.MaxInt, nodes: 3, pairs: 5, ceiling: 500 * time.Millisecond, room: 2 * time.Second, paced: 3 * time.Second, idle: 5 * time.Second}
	brief = scale{most: 50, nodes: 1, pairs: 1, ceiling: 20 * time.Millisecond, room: 100 * time.Millisecond, paced: 300 * time.Millisecond, idle: 500 * time.Millisecond}
)

// users cuts rooms to what the scale allows.
func (s scale) users(ns ...int) []int {
	for i := range ns {
		ns[i] = min(ns[i], s.most)
	}
	return slices.Compact(ns)
}

// figures are what one measurement reports, by unit.
type figures map[string]float64

// trial is a measurement that can be repeated. What goes wrong fails tb: a run
// that is not right is not a result.
type trial struct {
	name    string
	measure func(tb testing.TB) figures
}

// run makes a benchmark of each trial.
func run(b *testing.B, trials func(scale) []trial) {
	s := full
	if testing.Short() {
		s = brief
	}
	for _, t := range trials(s) {
		b.Run(t.name, func(b *testing.B) {
			all := make(map[string][]float64)
			for b.Loop() {
				for unit, v := range t.measure(b) {
					all[unit] = append(all[unit], v)
				}
			}
			for unit, vs := range all {
				b.ReportMetric(median(vs), unit)
			}
			b.ReportMetric(0, "ns/op") // how long it takes is set, not measured
		})
	}
}

// interleave measures two sides in turn and returns the medians of both, and that
// of the ratios of the pairs with the lowest and the highest. Which side comes
// first changes, so that a machine that gets slower favours neither.
func (s scale) interleave(ratio, unit, nameA, nameB string, a, b func() float64) figures {
	var as, bs, ratios []float64
	for i := range s.pairs {
		var va, vb float64
		if i%2 == 0 {
			va, vb = a(), b()
		} else {
			vb, va = b(), a()
		}
		as, bs, ratios = append(as, va), append(bs, vb), append(ratios, va/vb)
	}
	return figures{
		ratio:                             median(ratios),
		ratio + "-min":                    slices.Min(ratios),
		ratio + "-max":                    slices.Max(ratios),
		fmt.Sprintf("%s-%s", nameA, unit): median(as),
		fmt.Sprintf("%s-%s", nameB, unit): median(bs),
	}
}

func median(vs []float64) float64 {
	vs = slices.Sorted(slices.Values(vs))
	n := len(vs)
	return (vs[(n-1)/2] + vs[n/2]) / 2
}
