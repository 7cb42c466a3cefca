package ledger

import (
	"sync"
	"sync/atomic"
	"time"

	"chatsim/manager/wire"
)

// Entry is one public entry of the order: a group line, a join or a leave. It
// holds what a delivery of it must equal, so that the fast path looks at
// nothing else.
type Entry struct {
	// What the fast path looks at stands together.
	Kind wire.Kind // Line, Join or Leave
	late bool      // a line that stands behind a later one of its stay, where only these have an order
	Line *Line     // nil for a line from someone who is not of the run
	raw  string    // the bytes in which it first came right, of a line of the run or a single name; may be empty

	Name   string  // of the line's sender, or of who joined or left
	Text   string  // of a line
	Member *Member // whose entry it is

	By *Session      // who saw it first
	At time.Duration // and when
}

// is reports whether a sighting is of this entry.
func (e *Entry) is(w *sighting) bool {
	if e.Line != nil || w.line != nil {
		return e.Line == w.line
	}
	return e.Kind == w.kind && e.Name == w.name && e.Text == w.text
}

// chunkLen entries share an allocation; a chunk is freed when the slowest
// receiver has left it.
const chunkLen = 1024

type chunk struct {
	base    int64
	n       atomic.Int64 // entries that may be read without a lock
	entries [chunkLen]Entry
	lines   [chunkLen]int64 // measured lines before each entry; written before n
	lacked  []int32         // how many lack each entry, see order.lack; nil: nobody does

	mu sync.Mutex // taken after Ledger.mu, or alone
	// Guarded by mu: when the first and the last receiver read each entry.
	first, last [chunkLen]time.Duration
}

// mark records that a receiver read the entries [from, to) of the chunk at at.
func (ch *chunk) mark(from, to int64, at time.Duration) {
	ch.mu.Lock()
	first, last := ch.first[from:to], ch.last[from:to]
	for i := range last {
		if at > last[i] {
			last[i] = at
		}
		if first[i] == 0 || at < first[i] {
			first[i] = at
		}
	}
	ch.mu.Unlock()
}

// order is the canonical order, as far as a receiver may still need it.
type order struct {
	chunks []*chunk
	len    int64
	lines  int64           // measured lines so far
	kept   map[int64]Entry // entries that a receiver saw out of their turn; they outlive their chunks
	lacked map[int64]lacked
}

// lacked is an entry that outlives its chunk while receivers lack it, and how many do.
type lacked struct {
	Entry
	by int32
}

// maxKept bounds the entries that are kept behind the slowest receiver, of both kinds.
const maxKept = 100_000

// at returns the chunk that holds a place, or that will hold it next; nil if
// it is forgotten.
func (o *order) at(place int64) *chunk {
	if len(o.chunks) == 0 || place == o.chunks[0].base+int64(len(o.chunks))*chunkLen {
		o.grow()
	}
	k := (place - o.chunks[0].base) / chunkLen
	if place < o.chunks[0].base || k >= int64(len(o.chunks)) {
		return nil
	}
	return o.chunks[k]
}

func (o *order) grow() {
	ch := new(chunk)
	if n := len(o.chunks); n > 0 {
		ch.base = o.chunks[n-1].base + chunkLen
	}
	o.chunks = append(o.chunks, ch)
}

// current returns the entry at a place, nil if it is forgotten.
func (o *order) current(place int64) *Entry {
	if place < 0 || place >= o.len {
		return nil
	}
	if ch := o.at(place); ch != nil {
		return &ch.entries[place-ch.base]
	}
	return nil
}

// entry returns the entry at a place if it is still known, or was kept.
func (o *order) entry(place int64) *Entry {
	if e := o.current(place); e != nil {
		return e
	}
	if e, ok := o.kept[place]; ok {
		return &e
	}
	if e, ok := o.lacked[place]; ok {
		return &e.Entry
	}
	return nil
}

// lack counts a receiver who lacks an entry, by 1, or who has got it since, by -1.
func (o *order) lack(place int64, by int32) {
	if o.current(place) != nil {
		ch := o.at(place)
		if ch.lacked == nil {
			ch.lacked = make([]int32, chunkLen)
		}
		ch.lacked[place-ch.base] += by
		return
	}
	e, ok := o.lacked[place]
	if e.by += by; ok {
		o.lacked[place] = e
	}
	if e.by <= 0 {
		delete(o.lacked, place)
	}
}

// outlive keeps the entries of a chunk that somebody lacks.
func (o *order) outlive(ch *chunk) {
	for i, by := range ch.lacked {
		if by > 0 && len(o.lacked) < maxKept {
			if o.lacked == nil {
				o.lacked = make(map[int64]lacked)
			}
			o.lacked[ch.base+int64(i)] = lacked{ch.entries[i], by}
		}
	}
}

// keep keeps an entry until the end.
func (o *order) keep(place int64) {
	if e := o.current(place); e != nil && len(o.kept) < maxKept {
		if o.kept == nil {
			o.kept = make(map[int64]Entry)
		}
		o.kept[place] = *e
	}
}

// next looks for an entry from a place on; -1 if there is none.
func (o *order) next(w *sighting, from int64) int64 {
	for p := from; p < o.len; p++ {
		if e := o.current(p); e != nil && e.is(w) {
			return p
		}
	}
	return -1
}

// last looks for an entry backwards from before a place, as far as the order
// is known; -1 if there is none.
func (o *order) last(w *sighting, before int64) int64 {
	for p := before - 1; ; p-- {
		e := o.current(p)
		if e == nil {
			return -1
		}
		if e.is(w) {
			return p
		}
	}
}

// linesBefore counts the measured lines before a place.
func (o *order) linesBefore(place int64) int64 {
	if ch := o.at(place); ch != nil && place < o.len {
		return ch.lines[place-ch.base]
	}
	return o.lines
}

func (o *order) append(e Entry) {
	ch := o.at(o.len)
	i := o.len - ch.base
	ch.entries[i], ch.lines[i] = e, o.lines
	if e.Line != nil && e.Line.Measured {
		o.lines++
	}
	o.len++
	ch.n.Store(i + 1)
}

// forget drops the chunks before horizon and hands each measured line's first
// and last reading to retired. All but the last chunk may go.
func (o *order) forget(horizon int64, retired func(*Line, time.Duration, time.Duration)) {
	for len(o.chunks) > 1 && o.chunks[0].base+chunkLen <= horizon {
		ch := o.chunks[0]
		o.chunks = append(o.chunks[:0:0], o.chunks[1:]...)
		o.outlive(ch)
		ch.retire(retired) // and never used again: a stay that is over may still point into it
	}
}

func (ch *chunk) retire(retired func(*Line, time.Duration, time.Duration)) {
	if retired == nil {
		return
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	for i := range ch.n.Load() {
		if l := ch.entries[i].Line; l != nil && l.Measured && ch.last[i] != 0 {
			retired(l, ch.first[i], ch.last[i])
		}
	}
}
