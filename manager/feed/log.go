package feed

import (
	"math"
	"time"
)

const (
	// DefaultWindow is how many bytes a Log keeps for all its cursors together
	// before those who append have to wait.
	DefaultWindow = 16 << 20

	maxChunk = 256 << 10 // of the log; larger ones would make small rooms large
	minChunk = 16        // in tests with tiny windows
	maxFree  = 8         // chunks kept for reuse
)

// Log is the deterministic core of a Feed: one contiguous log of public bytes
// and any number of cursors on it. A private entry does not lie in the log but
// hangs on the one cursor that may see it, with the log offset where it belongs
// (its place), so no other cursor has to step over anything and public bytes
// are written straight from the log.
//
// A Log knows no goroutine, socket or clock; instants are durations since a
// moment of the caller's choice. It is not safe for concurrent use.
type Log struct {
	window    int // bytes; Full from here on
	chunkSize int

	first, last *chunk
	end         int64 // offset after the newest byte; offsets count from the Log's birth
	chunks      int   // from first to last
	free        *chunk
	freeChunks  int

	private     int // bytes of private entries not yet consumed, with their overhead
	freeEntry   *entry
	freeEntries int // bytes

	cursors int           // subscribed
	guests  int           // outsiders kept waiting by a full window
	asides  int           // of the cursors, see Aside
	blocked []*Cursor     // whose connections take no more for now
	moved   time.Duration // when any cursor last took something
	evicted []Evicted     // memory of Evict's answer
	silent  []*Cursor     // memory of makeRoom
}

// chunk is a part of the log. Its bytes never move, so a slice of them may be
// written to a socket while more is appended behind it.
type chunk struct {
	base    int64 // log offset of its first byte
	bytes   []byte
	next    *chunk
	cursors int  // that stand in it: it is kept until they have left
	shared  bool // someone may still hold a slice of it: left to the garbage collector
}

func (k *chunk) end() int64 { return k.base + int64(len(k.bytes)) }

// NewLog returns an empty log that keeps about window bytes; 0 means
// [DefaultWindow].
func NewLog(window int) *Log {
	if window <= 0 {
		window = DefaultWindow
	}
	l := &Log{window: window, chunkSize: min(max(window/8, minChunk), maxChunk)}
	l.grow()
	return l
}

// Append puts a copy of a public entry at the end, for every cursor that is
// subscribed and has not finished.
func (l *Log) Append(b []byte) {
	for len(b) > 0 {
		k := l.last
		if len(k.bytes) == cap(k.bytes) {
			l.grow()
			k = l.last
		}
		n := min(len(b), cap(k.bytes)-len(k.bytes))
		k.bytes = append(k.bytes, b[:n]...)
		l.end += int64(n)
		b = b[n:]
	}
}

// grow adds an empty chunk at the end.
func (l *Log) grow() {
	k := l.free
	if k != nil {
		l.free, k.next = k.next, nil
		l.freeChunks--
	} else {
		k = &chunk{bytes: make([]byte, 0, l.chunkSize)}
	}
	k.base, k.bytes = l.end, k.bytes[:0]
	l.chunks++
	if l.last == nil {
		l.first, l.last = k, k
		return
	}
	l.last.next = k
	l.last = k
	l.trim()
}

// trim lets go of the oldest chunks as far as no cursor stands in them.
func (l *Log) trim() {
	for l.first.cursors == 0 && l.first != l.last {
		k := l.first
		l.first = k.next
		l.chunks--
		if !k.shared && l.freeChunks < maxFree {
			k.next, l.free = l.free, k
			l.freeChunks++
		}
	}
}

// Retained is the memory in use for cursors, in bytes: whole chunks, and
// private entries with their overhead.
func (l *Log) Retained() int { return l.chunks*l.chunkSize + l.private }

// Full says that who appends must wait until cursors have moved on.
func (l *Log) Full() bool { return l.Retained() >= l.window }

// Roomy says that those who wait may go on. It is false for a while after Full
// has become so, that they are not woken one by one for a chunk each.
func (l *Log) Roomy() bool { return l.Retained() <= l.window-l.window/4 }

// Subscribe puts c, which is new or was dropped, at the present end.
func (l *Log) Subscribe(c *Cursor) {
	l.cursors++
	l.last.cursors++
	*c = Cursor{spot: spot{chunk: l.last, pos: l.end}, owner: c.owner, start: l.end, limit: math.MaxInt64}
}

// Aside has c, which is subscribed, stand aside: nobody is evicted because c
// would have to wait, nor is c before the grace. That is for one that reads
// along, such as a record: a room in which all others stall shall not lose them.
func (l *Log) Aside(c *Cursor) {
	if c.chunk != nil && !c.aside {
		c.aside = true
		l.asides++
	}
}

// Finish ends the stay of c at the present end: later entries are not for it.
func (l *Log) Finish(c *Cursor) { c.limit = min(c.limit, l.end) }

// Drop takes c out at once; a second Drop does nothing. What Next last returned
// for it stays unchanged: a write of it may still be under way.
func (l *Log) Drop(c *Cursor) {
	k := c.chunk
	if k == nil {
		return
	}
	l.Unblock(c)
	l.cursors--
	if c.aside {
		l.asides--
	}
	l.private -= c.private
	k.cursors--
	k.shared = true
	if k.next != nil { // at the end of k, Next has returned bytes of its successor
		k.next.shared = true
	}
	*c = Cursor{owner: c.owner}
	l.trim()
}
