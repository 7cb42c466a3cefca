package measure

import (
	"sync"
	"time"
)

// shard is where batches are added, one after the other: there are as many as
// processors.
type shard struct {
	mu sync.Mutex
	// Guarded by mu.
	second   int64 // that the figures are of
	reads          // of it
	observed int64 // deliveries, measured or not
	slowest  time.Duration
	counts   counts
	windows  windowReads
	phases   []phaseReads // nil: no delivery was recorded by phase
	phase    int          // of the last delivery
}

// reads are the latencies of deliveries.
type reads struct {
	both     deferred // of lines sent when intended: delivery and actual at once
	delivery deferred // of the others, since intended
	actual   deferred // of the others, since sent
	echo     deferred
}

// time records how long one delivery took since it was sent, which was so late; own: it is
// its sender's echo. Each is an argument of its own: a struct of them was copied from
// memory just written, which the processor waited for.
func (r *reads) time(took, late time.Duration, own bool) {
	if late == 0 { // all of the closed loop
		r.both.record(took)
	} else {
		r.delivery.record(took + late)
		r.actual.record(took)
	}
	if own {
		r.echo.record(took + late)
	}
}

func (sh *shard) add(b *Batch) {
	for i := range b.samples {
		if x := &b.samples[i]; !x.untimed {
			sh.time(x.took, x.late, x.own)
		}
	}
	sh.slowest = max(sh.slowest, b.slowest)
	sh.observed += b.observed
	sh.counts.add(b.counts)
}

// lockShard returns a shard that nobody uses, or waits for one.
func (m *Recorder) lockShard() *shard {
	for i := range m.shards {
		if sh := &m.shards[i]; sh.mu.TryLock() {
			return sh
		}
	}
	m.shards[0].mu.Lock()
	return &m.shards[0]
}

// collect adds what the shards hold to the totals and to their seconds.
func (m *Recorder) collect() {
	m.eachShard(m.collectOne)
}

// eachShard calls f with the shards of batches and of readers.
func (m *Recorder) eachShard(f func(*shard)) {
	for i := range m.shards {
		f(&m.shards[i])
	}
	m.mu.Lock()
	readers := m.readers
	m.mu.Unlock()
	for _, r := range readers {
		f(&r.shard)
	}
}

func (m *Recorder) collectOne(sh *shard) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.collectLocked(sh)
}

// turn begins a second of a shard that is locked, unless it is not after the one
// that goes on: what was long in the making counts there.
func (m *Recorder) turn(sh *shard, second int64) {
	if second <= sh.second {
		return
	}
	m.mu.Lock()
	m.collectLocked(sh)
	m.mu.Unlock()
	sh.second = second
}

// collectLocked adds what a shard holds to the totals and to its second. The
// shard is locked too.
func (m *Recorder) collectLocked(sh *shard) {
	rated := m.timeline.arrived(sh.second, sh.counts.deliveries, sh.observed, sh.slowest)
	sh.slowest, sh.observed = 0, 0
	if sh.counts.deliveries == 0 {
		return
	}
	if !rated && m.recent[sh.second] == nil {
		m.recent[sh.second] = newHistogram()
		m.rateLocked(sh.second - 3)
	}
	second := m.recent[sh.second]
	sh.both.mergeInto(second, m.delivery, m.actual)
	sh.delivery.mergeInto(second, m.delivery)
	sh.actual.mergeInto(m.actual)
	sh.echo.mergeInto(m.echo)
	m.counts.add(sh.counts)
	sh.counts = counts{}
	for _, d := range []deferred{sh.both, sh.delivery, sh.actual, sh.echo} {
		d.reset()
	}
}

// rateLocked takes the percentiles of the seconds up to one and lets their
// histograms go, so that a long run does not grow by one a second.
func (m *Recorder) rateLocked(upTo int64) {
	for n, h := range m.recent {
		if n <= upTo {
			m.timeline.rate(n, percentile(h, 50), percentile(h, 99))
			delete(m.recent, n)
		}
	}
}
