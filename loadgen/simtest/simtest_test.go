// Package simtest_test steps the real room, the real log of the feed and the
// real judge by a scheduler that a seed decides, over connections that are no
// more than bytes on their way: no sockets, no clock, no goroutines, so a seed
// is all that it takes to see a run again.
//
//	go test ./loadgen/simtest -args -seeds 100000   (a long run)
//	go test ./loadgen/simtest -args -seed 17        (one run, as a story)
//
// It knows the critical sections of package manager, which has them around
// sockets; what is between those is left to the schedule.
package simtest_test

import (
	"flag"
	"fmt"
	"runtime"
	"testing"
)

var (
	seedFlag  = flag.Int64("seed", -1, "run this seed only, and tell its story")
	seedsFlag = flag.Uint64("seeds", 0, "how many seeds to run; 0: 1000, with -short 500")
)

// The size of a run.
const (
	chatters = 20
	steps    = 2000
)

// TestRightServer: whatever the schedule, the judge finds nothing, the log
// stays within its window, only who stalls is evicted, and nothing is left.
func TestRightServer(t *testing.T) {
	if *seedFlag >= 0 {
		seed := uint64(*seedFlag)
		tale := new(story)
		if draw(seed, chatters, steps, nil).run(tale).failed != nil {
			t.Fatal(explain(seed))
		}
		t.Logf("seed %d:\n%s", seed, &tale.text)
		return
	}
	n := *seedsFlag
	if n == 0 {
		if n = 1000; testing.Short() {
			n = 100
		}
	}
	parts := make(chan seen, runtime.GOMAXPROCS(0))
	t.Run("seeds", func(t *testing.T) {
		for k := range cap(parts) {
			t.Run(fmt.Sprint(k), func(t *testing.T) {
				t.Parallel()
				parts <- rightServer(t, uint64(k), n, uint64(cap(parts)))
			})
		}
	})
	close(parts)
	var total seen
	for s := range parts {
		total.add(&s)
	}
	t.Logf("%d runs: %+v", n, total)
	if n >= 500 {
		total.everything(t)
	}
}

// rightServer runs every so manieth seed up to the first failure.
func rightServer(t *testing.T, first, seeds, every uint64) (total seen) {
	for seed := first; seed < seeds; seed += every {
		w := draw(seed, chatters, steps, nil).run(nil)
		total.add(&w.seen)
		if w.failed != nil {
			t.Error(explain(seed))
			break
		}
	}
	return total
}

// explain tells why a seed fails, by a short story of that.
func explain(seed uint64) string {
	p := draw(seed, chatters, steps, nil)
	f := p.run(nil).failed
	small := p.reduced(f.kinds[0])
	tale := new(story)
	small.run(tale)
	return fmt.Sprintf("seed %d fails: %v\nagain: go test ./loadgen/simtest -run TestRightServer -args -seed %d\nreduced from %d steps to %d:\n%s",
		seed, f, seed, steps, len(small.steps), &tale.text)
}

// seen counts what runs went through.
type seen struct {
	FIN, Resets, HalfCloses int
	Stalled, Slow           int // evictions
	Overlaps                int // dials while the server still has the chatter's last stay
	PartFrames              int // reads that end within a frame
	Full                    int // steps at which those who append have to wait
	Rosters, TooLong        int // answers
	Unknown                 int // private lines to names that nobody has
	Lines, Private          int64
	Deliveries              int64
}

func (s *seen) add(o *seen) {
	s.FIN, s.Resets, s.HalfCloses = s.FIN+o.FIN, s.Resets+o.Resets, s.HalfCloses+o.HalfCloses
	s.Stalled, s.Slow, s.Overlaps = s.Stalled+o.Stalled, s.Slow+o.Slow, s.Overlaps+o.Overlaps
	s.PartFrames, s.Full = s.PartFrames+o.PartFrames, s.Full+o.Full
	s.Rosters, s.TooLong, s.Unknown = s.Rosters+o.Rosters, s.TooLong+o.TooLong, s.Unknown+o.Unknown
	s.Lines, s.Private, s.Deliveries = s.Lines+o.Lines, s.Private+o.Private, s.Deliveries+o.Deliveries
}

// everything fails the test unless there was something of each.
func (s *seen) everything(t *testing.T) {
	for what, n := range map[string]int{"FIN": s.FIN, "RST": s.Resets, "half-close": s.HalfCloses,
		"eviction of a stalled": s.Stalled, "eviction of a slow": s.Slow, "dial during the last stay": s.Overlaps,
		"read of a part of a frame": s.PartFrames, "full window": s.Full, "answer to /who": s.Rosters,
		"line that is too long": s.TooLong, "private line to nobody": s.Unknown,
		"private line": int(s.Private), "delivery": int(s.Deliveries)} {
		if n == 0 {
			t.Errorf("not one %s in all runs", what)
		}
	}
}
