package measure

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"

	"chatsim/loadgen/report"
)

// Usage is what the process used in the measured part of a run, and what its
// machine did meanwhile.
type Usage struct {
	cpu, wall     time.Duration
	clock         time.Duration // what the wall clock made of wall
	maxRSS        int64
	gcPauseMax    time.Duration
	goroutinesMax int
	before, after machine
}

// Watch watches the process, for a measured part that begins after a while,
// until the returned function is called.
func Watch(begin time.Duration) (stop func() Usage) {
	done, out := make(chan struct{}), make(chan Usage)
	go func() { out <- watch(begin, done) }()
	return func() Usage { close(done); return <-out }
}

func watch(begin time.Duration, done <-chan struct{}) Usage {
	var u Usage
	warm := time.NewTimer(begin)
	defer warm.Stop()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	from := takeMark()
	for {
		u.goroutinesMax = max(u.goroutinesMax, runtime.NumGoroutine())
		select {
		case <-warm.C:
			from = takeMark()
		case <-tick.C:
		case <-done:
			u.since(from)
			return u
		}
	}
}

// mark is a moment, and what the process and the machine had used until then.
type mark struct {
	at      time.Time
	cpu     time.Duration
	pauses  *metrics.Float64Histogram
	machine machine
}

func takeMark() mark {
	cpu, _ := cpuTime()
	return mark{at: time.Now(), cpu: cpu, pauses: gcPauses(), machine: readMachine()}
}

// since sets what was used since a mark.
func (u *Usage) since(from mark) {
	now, rss := cpuTime()
	u.cpu, u.wall, u.maxRSS = now-from.cpu, time.Since(from.at), rss
	u.clock = time.Now().Round(0).Sub(from.at.Round(0))
	u.before, u.after = from.machine, readMachine()
	u.gcPauseMax = longestPause(from.pauses, gcPauses())
}

// Resources returns the usage in the report's form.
func (u *Usage) Resources() report.Resources {
	res := report.Resources{CPUS: u.cpu.Seconds(), MaxRSSBytes: u.maxRSS, GCPauseMax: int64(u.gcPauseMax), GoroutinesMax: u.goroutinesMax}
	if u.wall > 0 {
		res.CoresUsed = u.cpu.Seconds() / u.wall.Seconds()
	}
	return res
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

// longestPause returns the upper bound of the highest bucket that has grown.
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
