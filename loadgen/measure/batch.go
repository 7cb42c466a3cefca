package measure

import (
	"sync"
	"time"
)

// Delivery is one line that one receiver has read.
type Delivery struct {
	Intended, Sent, At time.Duration // when it was due, when it was written, when it was read
	Bytes              int           // on the wire
	Measured           bool          // its line counts
	Own                bool          // it is its sender's echo
	Untimed            bool          // how long it took is its receiver's own doing
	Unobserved         bool          // it is no sign that what was sent before still arrives
}

// Batch is what one read's deliveries are recorded in, by one goroutine. In a
// busy run nearly every chatter can be in the middle of a batch, so it has no
// histograms.
type Batch struct {
	at       time.Duration
	second   int64 // see timeline.secondOf
	samples  []sample
	observed int64
	slowest  time.Duration
	counts   counts
}

// sample is how long one delivery took.
type sample struct {
	took time.Duration // since sent
	late time.Duration // from intended to sent
	own  bool          // it is its sender's echo

	untimed bool // it is counted by phase, and no more
	bytes   int32
}

func sampleOf(d *Delivery) sample {
	return sample{took: d.At - d.Sent, late: d.Sent - d.Intended, own: d.Own, untimed: d.Untimed, bytes: int32(d.Bytes)}
}

// counts are measured deliveries.
type counts struct {
	deliveries, bytes int64
	earliest, latest  time.Duration
}

// one counts a delivery, which is not before those that were counted.
func (c *counts) one(d *Delivery) {
	if c.deliveries == 0 {
		c.earliest = d.At
	}
	c.latest = max(c.latest, d.At)
	c.deliveries++
	c.bytes += int64(d.Bytes)
}

func (c *counts) add(d counts) {
	if d.deliveries == 0 {
		return
	}
	if c.deliveries == 0 {
		c.earliest = d.earliest
	}
	c.earliest, c.latest = min(c.earliest, d.earliest), max(c.latest, d.latest)
	c.deliveries += d.deliveries
	c.bytes += d.bytes
}

var batches = sync.Pool{New: func() any { return new(Batch) }}

// Begin returns an empty batch for what was read at at.
func (m *Recorder) Begin(at time.Duration) *Batch {
	b := batches.Get().(*Batch)
	*b = Batch{at: at, second: m.timeline.secondOf(at), samples: b.samples[:0]}
	return b
}

// Deliver records a delivery.
func (b *Batch) Deliver(d *Delivery) {
	if !d.Unobserved {
		b.observed++
	}
	took := d.At - d.Sent
	if !d.Untimed {
		b.slowest = max(b.slowest, took)
	}
	if !d.Measured {
		return
	}
	b.counts.one(d)
	b.samples = append(b.samples, sampleOf(d))
}

// Add records the batch, which is not used after that. One that was long in the
// making counts for the second in which it began, or for that of a later one
// that was added before it.
func (m *Recorder) Add(b *Batch) {
	m.observed.Add(b.observed)
	sh := m.lockShard()
	m.turn(sh, b.second)
	sh.add(b)
	if m.windowed() {
		for i := range b.samples {
			x := &b.samples[i]
			sh.recordWindow(m, b.at-x.took, x)
		}
	}
	sh.mu.Unlock()
	batches.Put(b)
}
