package check

import (
	"sync"
	"sync/atomic"
	"time"

	"chatsim/manager/wire"
)

// entry is one public entry of the canonical order. It holds what a delivery
// of it must equal, so that the fast path looks at nothing else.
type entry struct {
	kind   wire.Kind // Line, Join or Leave
	name   string    // of the line's sender, or of who joined or left
	text   string    // of a line
	raw    string    // the bytes in which it first came right, of a line of the run or a single name; may be empty
	line   *Line     // nil for a line from someone who is not of the run
	member *member   // whose entry it is
}

func (e *entry) is(w *word) bool {
	if e.line != nil || w.line != nil {
		return e.line == w.line
	}
	return e.kind == w.kind && e.name == w.name && e.text == w.text
}

// leaves says whether the entry is a leave of a name.
func (e *entry) leaves(name string) bool { return e != nil && e.kind == wire.Leave && e.name == name }

// word is a public entry as one receiver saw it.
type word struct {
	kind wire.Kind
	name string
	text string
	line *Line
	raw  []byte // the whole frame, if it came right; holds only until the next frame is read
}

// chunkLen entries share an allocation; a chunk is freed when the slowest
// receiver has left it.
const chunkLen = 1024

type chunk struct {
	base    int64
	n       atomic.Int64 // entries that may be read without a lock
	entries [chunkLen]entry
	lines   [chunkLen]int64 // measured lines before each entry; written before n

	mu sync.Mutex
	// Guarded by mu: when the first and the last receiver read each entry.
	first, last [chunkLen]time.Duration
}

// mark notes that somebody read the entries [from, to) of the chunk at at.
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

// canon is the canonical order, as far as somebody may still need it.
type canon struct {
	chunks []*chunk
	len    int64
	lines  int64 // measured lines so far
}

// at gives the chunk that holds a place, or that will hold it next; nil if it
// is forgotten.
func (c *canon) at(place int64) *chunk {
	if len(c.chunks) == 0 || place == c.chunks[0].base+int64(len(c.chunks))*chunkLen {
		c.grow()
	}
	k := (place - c.chunks[0].base) / chunkLen
	if place < c.chunks[0].base || k >= int64(len(c.chunks)) {
		return nil
	}
	return c.chunks[k]
}

func (c *canon) grow() {
	ch := new(chunk)
	if n := len(c.chunks); n > 0 {
		ch.base = c.chunks[n-1].base + chunkLen
	}
	c.chunks = append(c.chunks, ch)
}

// entry gives the entry at a place, nil if it is not known (any more).
func (c *canon) entry(place int64) *entry {
	if place < 0 || place >= c.len {
		return nil
	}
	if ch := c.at(place); ch != nil {
		return &ch.entries[place-ch.base]
	}
	return nil
}

// linesBefore counts the measured lines before a place.
func (c *canon) linesBefore(place int64) int64 {
	if ch := c.at(place); ch != nil && place < c.len {
		return ch.lines[place-ch.base]
	}
	return c.lines
}

func (c *canon) append(e entry) {
	ch := c.at(c.len)
	i := c.len - ch.base
	ch.entries[i], ch.lines[i] = e, c.lines
	if e.line != nil && e.line.Measured {
		c.lines++
	}
	c.len++
	ch.n.Store(i + 1)
}

// forget drops the chunks before horizon and hands each measured line's first
// and last reading to retired. All but the last chunk may go.
func (c *canon) forget(horizon int64, retired func(*Line, time.Duration, time.Duration)) {
	for len(c.chunks) > 1 && c.chunks[0].base+chunkLen <= horizon {
		ch := c.chunks[0]
		c.chunks = append(c.chunks[:0:0], c.chunks[1:]...)
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
		if l := ch.entries[i].line; l != nil && l.Measured && ch.last[i] != 0 {
			retired(l, ch.first[i], ch.last[i])
		}
	}
}
