// Package measure records what deliveries took and the run second by second,
// and what the process and its machine used meanwhile. A goroutine that reads for
// many receivers has a Reader; any other takes a Batch (Recorder.Begin), records
// in it (Batch.Deliver) and hands it in (Recorder.Add). The figures are whole
// after Finish.
//
// It knows no client, judge or phase: a delivery is a few durations, and whether
// it counts is its caller's word. All times count from the beginning of the run.
package measure

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"chatsim/loadgen/report"
)

// Recorder collects the figures of a run. Its methods may be called by any
// goroutine; those that return figures of the whole run only after Finish. Locks
// are taken in the order shard.mu, Recorder.mu, timeline.mu; lineMu is taken alone.
type Recorder struct {
	observed atomic.Int64
	windows  atomic.Pointer[stretches]
	phases   atomic.Pointer[phases]
	shards   []shard // static; of batches
	timeline timeline

	mu sync.Mutex
	// Guarded by mu.
	delivery *hdrhistogram.Histogram
	actual   *hdrhistogram.Histogram
	echo     *hdrhistogram.Histogram
	counts   counts
	recent   map[int64]*hdrhistogram.Histogram // by second, until no more is to come
	readers  []*Reader

	lineMu sync.Mutex
	// Guarded by lineMu.
	last, skew, lag, join, leave *hdrhistogram.Histogram
	sent                         int64
}

// New returns a Recorder for one run.
func New() *Recorder {
	m := &Recorder{shards: make([]shard, runtime.GOMAXPROCS(0)), recent: make(map[int64]*hdrhistogram.Histogram)}
	m.timeline.seconds, m.timeline.early = make(map[int64]*Second), make(map[int64]Moves)
	for _, h := range []**hdrhistogram.Histogram{&m.delivery, &m.actual, &m.echo, &m.last, &m.skew, &m.lag, &m.join, &m.leave} {
		*h = newHistogram()
	}
	return m
}

// Start has seconds begin with the measured part, which begins at begin, so that
// its first second is whole. It is called once, before that.
func (m *Recorder) Start(begin time.Duration) { m.timeline.start(begin) }

// Sent records a measured line that is about to be written: due at intended,
// written from sent on. What it was late for its schedule is counted until
// started, when it was ready to be written: how long the lines before it took
// to write is the server's.
func (m *Recorder) Sent(intended, started, sent time.Duration) {
	m.lineMu.Lock()
	m.sent++
	record(m.lag, started-intended)
	m.phaseAt(intended, func(p *phaseLines) { p.sent++; p.lag.record(started - intended) })
	m.lineMu.Unlock()
	m.timeline.sent(sent)
}

// ReadByAll records a measured line that all its receivers have read, the first
// of them at first and the last at last.
func (m *Recorder) ReadByAll(intended, first, last time.Duration) {
	m.lineMu.Lock()
	defer m.lineMu.Unlock()
	record(m.last, last-intended)
	record(m.skew, last-first)
	m.phaseAt(intended, func(p *phaseLines) { p.last.record(last - intended); p.skew.record(last - first) })
}

// Joined records how long a join took that was at its end at a time of the run.
func (m *Recorder) Joined(at, took time.Duration) {
	m.lineMu.Lock()
	defer m.lineMu.Unlock()
	record(m.join, took)
	m.phaseAt(at-took, func(p *phaseLines) { p.join.record(took) })
}

// Left records how long it took until everybody knew of a leave, which was at a
// time of the run.
func (m *Recorder) Left(at, took time.Duration) {
	m.lineMu.Lock()
	defer m.lineMu.Unlock()
	record(m.leave, took)
	m.phaseAt(at-took, func(p *phaseLines) { p.leave.record(took) })
}

// Moved records who came and went at a time of the run.
func (m *Recorder) Moved(at time.Duration, by Moves) {
	m.timeline.moved(at, by)
	m.lineMu.Lock()
	defer m.lineMu.Unlock()
	m.phaseAt(at, func(p *phaseLines) { p.moves.add(by) })
}

// Observed returns how many deliveries there were so far, measured or not.
func (m *Recorder) Observed() int64 { return m.observed.Load() }

// Slowest returns the slowest delivery of the second around at and its neighbours.
func (m *Recorder) Slowest(at time.Duration) time.Duration { return m.timeline.slowest(at) }

// Finish collects all that is left; no batch is under way any more.
func (m *Recorder) Finish() {
	m.collect()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rateLocked(1 << 62)
}

// Totals are the measured lines and their deliveries.
type Totals struct {
	Sent, Deliveries, Bytes int64
	Span                    time.Duration // between the first delivery and the last
}

// Totals returns the totals of the run.
func (m *Recorder) Totals() Totals {
	c := m.counts
	return Totals{Sent: m.sent, Deliveries: c.deliveries, Bytes: c.bytes, Span: c.latest - c.earliest}
}

// Timeline returns the seconds of the run in which something happened, numbered
// from the first measured one, which is 0.
func (m *Recorder) Timeline() map[int64]Second { return m.timeline.numbered() }

// Lag returns a percentile of how late lines were sent for their schedule, in
// nanoseconds.
func (m *Recorder) Lag(percentile float64) int64 { return m.lag.ValueAtPercentile(percentile) }

// Latencies returns the distributions of the run.
func (m *Recorder) Latencies() report.Latencies {
	return report.Latencies{Delivery: latency(m.delivery), DeliveryActual: latency(m.actual), Last: latency(m.last),
		Echo: latency(m.echo), Skew: latency(m.skew), Join: latency(m.join), Leave: latency(m.leave)}
}
