package loadgen

import (
	"math"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

// usage is what the process used in the measured part of a run.
type usage struct {
	cpu, cpuWall  time.Duration
	maxRSS        int64
	gcPauseMax    time.Duration
	goroutinesMax int
	before, after machine       // around the load
	clock         time.Duration // what the wall clock made of cpuWall
}

// sample watches the process during the load, until the returned function is
// called; processor time counts from the end of the warm-up.
func (m *measure) sample(r *run) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		warm := time.NewTimer(r.begin - r.now())
		defer warm.Stop()
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		cpu, _ := cpuTime()
		from, pauses := time.Now(), gcPauses()
		m.usage.before = readMachine()
		for {
			m.usage.goroutinesMax = max(m.usage.goroutinesMax, runtime.NumGoroutine())
			select {
			case <-warm.C:
				cpu, _ = cpuTime()
				from, pauses = time.Now(), gcPauses()
				m.usage.before = readMachine()
			case <-tick.C:
			case <-done:
				now, rss := cpuTime()
				m.usage.cpu, m.usage.cpuWall = now-cpu, time.Since(from)
				m.usage.maxRSS = rss
				m.usage.clock = time.Now().Round(0).Sub(from.Round(0))
				m.usage.after = readMachine()
				m.usage.gcPauseMax = longestPause(pauses, gcPauses())
				return
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

const pausesMetric = "/sched/pauses/total/gc:seconds"

func gcPauses() *metrics.Float64Histogram {
	s := []metrics.Sample{{Name: pausesMetric}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindFloat64Histogram {
		return nil
	}
	return s[0].Value.Float64Histogram()
}

// longestPause is the upper bound of the highest bucket that has grown.
func longestPause(before, after *metrics.Float64Histogram) time.Duration {
	if before == nil || after == nil {
		return 0
	}
	for i := len(after.Counts) - 1; i >= 0; i-- {
		if after.Counts[i] > before.Counts[i] {
			sec := after.Buckets[i+1]
			if math.IsInf(sec, 0) {
				sec = after.Buckets[i]
			}
			return time.Duration(sec * float64(time.Second))
		}
	}
	return 0
}
