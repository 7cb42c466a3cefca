package loadgen

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"chatsim/loadgen/check"
	"chatsim/loadgen/report"
)

// longest is the highest latency that the histograms tell apart.
const longest = 10 * time.Minute

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(longest), 3) }

// note records a duration, cut to what the histogram can hold.
func note(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(int64(min(max(d, 0), longest)))
}

// recorder is what one batch of deliveries is noted in. In a busy run nearly
// every chatter can be in the middle of a batch, so it has no histograms.
type recorder struct {
	second   int64 // see secondOf
	samples  []sample
	count    int64
	bytes    int64
	observed int64
	slowest  time.Duration
	earliest time.Duration // of the measured deliveries
	latest   time.Duration
}

// sample is how long one delivery took.
type sample struct {
	took time.Duration // since sent
	late time.Duration // from intended to sent
	own  bool          // it is its sender's echo
}

// shard is where batches are recorded, one after the other: there are as many
// as processors.
type shard struct {
	mu sync.Mutex
	// Guarded by mu.
	second   int64    // that the histograms hold
	both     deferred // of lines sent when intended: delivery and actual at once
	delivery deferred // of the others, since intended
	actual   deferred // of the others, since sent
	echo     deferred
	count    int64
	bytes    int64
	observed int64 // deliveries of any line
	slowest  time.Duration
	earliest time.Duration // of the measured deliveries
	latest   time.Duration
}

// deferred is a histogram that is made when it is needed: each is a quarter of
// a megabyte.
type deferred struct{ *hdrhistogram.Histogram }

func (d *deferred) note(took time.Duration) {
	if d.Histogram == nil {
		d.Histogram = newHistogram()
	}
	note(d.Histogram, took)
}

// mergeInto adds what is noted to those of others that there are.
func (d deferred) mergeInto(hs ...*hdrhistogram.Histogram) {
	for _, h := range hs {
		if d.Histogram != nil && h != nil {
			h.Merge(d.Histogram)
		}
	}
}

func (d deferred) reset() {
	if d.Histogram != nil {
		d.Reset()
	}
}

// lineOverhead is what a chat line has beside two senders, a text and a
// target: " sender:text@sender@target\n".
const lineOverhead = len(" :@@\n")

// deliver notes one delivery of a line of the run. With timed false, how long
// it took is the receiver's own doing.
func (rec *recorder) deliver(l *check.Line, f *Frame, at time.Duration, own, timed bool) {
	rec.observed++
	took := at - l.Actual
	if timed {
		rec.slowest = max(rec.slowest, took)
	}
	if !l.Measured {
		return
	}
	if rec.count == 0 {
		rec.earliest = at
	}
	rec.latest = at
	rec.count++
	if n := len(f.Raw); n > 0 {
		rec.bytes += int64(n + len("\n"))
	} else {
		rec.bytes += int64(lineOverhead + 2*len(f.Sender) + len(f.Text) + len(f.Target))
	}
	if !timed {
		return
	}
	rec.samples = append(rec.samples, sample{took: took, late: l.Actual - l.Intended, own: own})
}

// add records a batch.
func (sh *shard) add(rec *recorder) {
	for i := range rec.samples {
		x := &rec.samples[i]
		if x.late == 0 { // all of the closed model
			sh.both.note(x.took)
		} else {
			sh.delivery.note(x.took + x.late)
			sh.actual.note(x.took)
		}
		if x.own {
			sh.echo.note(x.took + x.late)
		}
	}
	sh.slowest = max(sh.slowest, rec.slowest)
	sh.observed += rec.observed
	if rec.count == 0 {
		return
	}
	if sh.count == 0 {
		sh.earliest = rec.earliest
	}
	sh.earliest, sh.latest = min(sh.earliest, rec.earliest), max(sh.latest, rec.latest)
	sh.count += rec.count
	sh.bytes += rec.bytes
}

// measure collects the figures of a run.
type measure struct {
	observed atomic.Int64 // deliveries of any line
	shift    atomic.Int64 // ns; seconds begin so much after whole seconds of the run
	shards   []shard      // static

	mu sync.Mutex
	// Guarded by mu.
	delivery *hdrhistogram.Histogram
	actual   *hdrhistogram.Histogram
	echo     *hdrhistogram.Histogram
	count    int64
	bytes    int64
	earliest time.Duration // of the measured deliveries
	latest   time.Duration
	seconds  map[int64]*second
	// of a scenario with a stalled reader
	windowS, windowFrom int64 // how long they are, and the first one's first second
	windows             map[int64]*hdrhistogram.Histogram

	lineMu sync.Mutex
	// Guarded by lineMu.
	last, skew, lag, join, leave *hdrhistogram.Histogram
	sent                         int64
	sentIn                       map[int64]int64    // measured lines by second
	movements                    map[int64]movement // by step
	present                      int64              // who is in the room

	usage usage
}

func newMeasure() *measure {
	m := &measure{shards: make([]shard, runtime.GOMAXPROCS(0)), seconds: make(map[int64]*second), windows: make(map[int64]*hdrhistogram.Histogram), sentIn: make(map[int64]int64),
		movements: make(map[int64]movement)}
	for _, h := range []**hdrhistogram.Histogram{&m.delivery, &m.actual, &m.echo, &m.last, &m.skew, &m.lag, &m.join, &m.leave} {
		*h = newHistogram()
	}
	return m
}

var recorders = sync.Pool{New: func() any { return new(recorder) }}

// take gives a recorder for a batch that was read at at.
func (m *measure) take(at time.Duration) *recorder {
	rec := recorders.Get().(*recorder)
	*rec = recorder{second: m.secondOf(at), samples: rec.samples[:0]}
	return rec
}

// give records the batch. One that was long in the making counts for the second
// in which it ended.
func (m *measure) give(rec *recorder) {
	m.observed.Add(rec.observed)
	sh := m.lockShard()
	if rec.second > sh.second {
		m.mu.Lock()
		m.collectLocked(sh)
		m.mu.Unlock()
		sh.second = rec.second
	}
	sh.add(rec)
	sh.mu.Unlock()
	recorders.Put(rec)
}

// lockShard gives a shard that nobody uses, or waits for one.
func (m *measure) lockShard() *shard {
	for i := range m.shards {
		if sh := &m.shards[i]; sh.mu.TryLock() {
			return sh
		}
	}
	m.shards[0].mu.Lock()
	return &m.shards[0]
}

// collectLocked adds what a shard holds to the totals and to its second. The
// shard is locked too.
func (m *measure) collectLocked(sh *shard) {
	s := m.seconds[sh.second]
	if s == nil {
		s = &second{}
		m.seconds[sh.second] = s
	}
	s.slowest = max(s.slowest, sh.slowest)
	s.observed += sh.observed
	sh.slowest, sh.observed = 0, 0
	if sh.count == 0 {
		return
	}
	s.deliveries += sh.count
	if s.hist == nil && s.p50 == nil {
		s.hist = newHistogram()
		m.finishSecondsLocked(sh.second - 3)
	}
	var window *hdrhistogram.Histogram
	if m.windowS > 0 && sh.second >= m.windowFrom {
		n := (sh.second - m.windowFrom) / m.windowS
		if m.windows[n] == nil {
			m.windows[n] = newHistogram()
		}
		window = m.windows[n]
	}
	sh.both.mergeInto(s.hist, window, m.delivery, m.actual)
	sh.delivery.mergeInto(s.hist, window, m.delivery)
	sh.actual.mergeInto(m.actual)
	sh.echo.mergeInto(m.echo)
	if m.count == 0 {
		m.earliest = sh.earliest
	}
	m.earliest = min(m.earliest, sh.earliest)
	m.latest = max(m.latest, sh.latest)
	m.count += sh.count
	m.bytes += sh.bytes
	sh.count, sh.bytes = 0, 0
	for _, d := range []deferred{sh.both, sh.delivery, sh.actual, sh.echo} {
		d.reset()
	}
}

// finish collects all that is left; no batch is under way any more.
func (m *measure) finish() {
	m.collect()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.finishSecondsLocked(1 << 62)
}

// collect adds what the shards hold to the totals and to their seconds.
func (m *measure) collect() {
	for i := range m.shards {
		sh := &m.shards[i]
		sh.mu.Lock()
		m.mu.Lock()
		m.collectLocked(sh)
		m.mu.Unlock()
		sh.mu.Unlock()
	}
}

// sentLine notes a line that is about to be written. If it was queued behind
// other lines of its sender, at behind, then the schedule's lag is what it was
// late by then: how long the lines before it took to write is the server's.
func (m *measure) sentLine(l *check.Line, behind time.Duration) {
	if !l.Measured {
		return
	}
	started := l.Actual
	if behind != 0 {
		started = behind
	}
	m.lineMu.Lock()
	defer m.lineMu.Unlock()
	m.sent++
	m.sentIn[m.secondOf(l.Actual)]++
	note(m.lag, started-l.Intended)
}

// retired notes a line that all have read.
func (m *measure) retired(l *check.Line, first, last time.Duration) {
	m.lineMu.Lock()
	defer m.lineMu.Unlock()
	note(m.last, last-l.Intended)
	note(m.skew, last-first)
}

func (m *measure) joins(took time.Duration) {
	m.lineMu.Lock()
	defer m.lineMu.Unlock()
	note(m.join, took)
}

func (m *measure) leaves(took time.Duration) {
	m.lineMu.Lock()
	defer m.lineMu.Unlock()
	note(m.leave, took)
}

// latency puts a histogram's figures into the report's form.
func latency(h *hdrhistogram.Histogram) *report.Latency {
	return report.NewLatency(h.TotalCount(), h.Min(), int64(h.Mean()), h.Max(), h.ValueAtPercentile)
}

// summary is latency without the curve.
func summary(h *hdrhistogram.Histogram) *report.Latency {
	return report.NewSummary(h.TotalCount(), h.Min(), int64(h.Mean()), h.Max(), h.ValueAtPercentile)
}
