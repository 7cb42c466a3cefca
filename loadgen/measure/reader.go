package measure

import "time"

// Reader records what one goroutine reads, read after read, of any number of
// receivers. It has figures of its own, so that recording waits for nobody but
// those who look once a second.
type Reader struct {
	recorder *Recorder
	shard    shard
	observed int64 // by the read that goes on
}

// Reader returns a reader of the run.
func (m *Recorder) Reader() *Reader {
	r := &Reader{recorder: m}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.readers = append(m.readers[:len(m.readers):len(m.readers)], r)
	return r
}

// Begin begins to record what was read at a time of the run, until End.
func (r *Reader) Begin(at time.Duration) {
	r.shard.mu.Lock()
	r.recorder.turn(&r.shard, r.recorder.timeline.secondOf(at))
}

// Deliver records a delivery, between Begin and End.
func (r *Reader) Deliver(d *Delivery) {
	sh := &r.shard
	if !d.Unobserved {
		r.observed++
	}
	took := d.At - d.Sent
	if !d.Untimed {
		sh.slowest = max(sh.slowest, took)
	}
	if !d.Measured {
		return
	}
	sh.counts.one(d)
	if !d.Untimed {
		sh.time(took, d.Sent-d.Intended, d.Own)
	}
	if r.recorder.windowed() {
		x := sampleOf(d)
		sh.recordWindow(r.recorder, d.Sent, &x)
	}
}

// End ends what Begin has begun.
func (r *Reader) End() {
	r.shard.observed += r.observed
	r.shard.mu.Unlock()
	r.recorder.observed.Add(r.observed)
	r.observed = 0
}
