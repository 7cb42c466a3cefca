package feed

import (
	"math"
	"slices"
	"time"
)

const (
	// DefaultWindow is how many bytes a Log keeps for all its cursors together
	// before those who append have to wait.
	DefaultWindow = 16 << 20

	// EntrySize is the size in bytes from which on many entries of another form than the
	// first are better appended as several: where one ends is known only then.
	EntrySize = 4 << 10

	maxChunk = 256 << 10 // of the log; larger ones would make small rooms large
	minChunk = 16        // in tests with tiny windows
	maxFree  = 8         // chunks kept for reuse
)

// Form is one of the forms in which public entries are kept. Each form is a log
// of its own; its cursors read the same entries in the same order as those of
// any other, in other bytes.
type Form uint8

// Forms is how many there are. The first is kept always, each other one only
// while a cursor reads it.
const Forms = 4

// Log is the deterministic core of a Feed: one contiguous log of public bytes
// for each form, and any number of cursors on them. A private entry does not lie in the log but
// hangs on the one cursor that may see it, with the log offset where it belongs
// (its place), so no other cursor has to step over anything and public bytes
// are written straight from the log.
//
// A Log knows no goroutine, socket or clock; instants are durations since a
// moment of the caller's choice. It is not safe for concurrent use.
type Log struct {
	window    int // bytes; Full from here on
	chunkSize int
	apart     int // bytes that lie at least between two places of chunk.ends

	tracks     [Forms]track
	chunks     int // of all tracks
	free       *chunk
	freeChunks int

	private int     // bytes of private entries not yet consumed, with their overhead
	spare   entries // free ones

	cursors int           // subscribed
	guests  int           // outsiders kept waiting by a full window
	asides  int           // of the cursors, see Aside
	blocked []*Cursor     // whose connections take no more for now
	moved   time.Duration // when any cursor last took something
	evicted []Evicted     // memory of Evict's answer
	silents []*Cursor     // memory of makeRoom
}

// track is the log of one form.
type track struct {
	first, last *chunk
	end         int64 // offset after the newest byte; offsets count from the Log's birth
	cursors     int   // subscribed
}

// chunk is a part of a track. Its bytes never move, so a slice of them may be
// written to a socket while more is appended behind it.
type chunk struct {
	base    int64 // log offset of its first byte
	bytes   []byte
	ends    []int32 // places in bytes where an entry ends, some of them; of a form beside the first
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
	l.apart = min(EntrySize, l.chunkSize/64)
	l.grow(&l.tracks[0])
	return l
}

// Append is AppendForm for the first form.
func (l *Log) Append(b []byte) { l.AppendForm(0, b) }

// AppendForm puts a copy of a public entry at the end of a form, for every cursor
// of it that is subscribed and has not finished.
func (l *Log) AppendForm(form Form, b []byte) {
	t := &l.tracks[form]
	if form > 0 && t.cursors == 0 {
		return
	}
	for len(b) > 0 {
		k := t.last
		if len(k.bytes) == cap(k.bytes) {
			l.grow(t)
			k = t.last
		}
		n := min(len(b), cap(k.bytes)-len(k.bytes))
		k.bytes = append(k.bytes, b[:n]...)
		t.end += int64(n)
		b = b[n:]
	}
	if form > 0 {
		t.last.markEnd(l.apart)
	}
}

// markEnd records that an entry ends at the end of the chunk, unless that is little
// behind the last such place.
func (k *chunk) markEnd(apart int) {
	if n := len(k.ends); n == 0 || len(k.bytes)-int(k.ends[n-1]) >= apart {
		k.ends = append(k.ends, int32(len(k.bytes)))
	}
}

// lastEnd returns the last known place up to a log offset where an entry ends, 0 if
// none is known.
func (k *chunk) lastEnd(end int64) int64 {
	i, found := slices.BinarySearch(k.ends, int32(end-k.base))
	if found {
		return end
	}
	if i == 0 {
		return 0
	}
	return k.base + int64(k.ends[i-1])
}

// Read reports whether a cursor reads a form.
func (l *Log) Read(form Form) bool { return l.tracks[form].cursors > 0 }

// grow adds an empty chunk at the end of a track.
func (l *Log) grow(t *track) {
	k := l.free
	if k != nil {
		l.free, k.next = k.next, nil
		l.freeChunks--
	} else {
		k = &chunk{bytes: make([]byte, 0, l.chunkSize)}
	}
	k.base, k.bytes, k.ends = t.end, k.bytes[:0], k.ends[:0]
	l.chunks++
	if t.last == nil {
		t.first, t.last = k, k
		return
	}
	t.last.next = k
	t.last = k
	l.trim(t)
}

// trim lets go of the oldest chunks of a track as far as no cursor stands in
// them.
func (l *Log) trim(t *track) {
	for t.first.cursors == 0 && t.first != t.last {
		k := t.first
		t.first = k.next
		l.chunks--
		if !k.shared && l.freeChunks < maxFree {
			k.next, l.free = l.free, k
			l.freeChunks++
		}
	}
}

// Retained returns the memory in use for cursors, in bytes: whole chunks, and
// private entries with their overhead.
func (l *Log) Retained() int { return l.chunks*l.chunkSize + l.private }

// Full reports whether who appends must wait until cursors have moved on.
func (l *Log) Full() bool { return l.Retained() >= l.window }

// Roomy reports whether those who wait may go on. It is false for a while after Full
// has become so, that they are not woken one by one for a chunk each.
func (l *Log) Roomy() bool { return l.Retained() <= l.window-l.window/4 }

// Subscribe is SubscribeForm for the first form.
func (l *Log) Subscribe(c *Cursor) { l.SubscribeForm(c, 0) }

// SubscribeForm puts c, which is new or was dropped, at the present end of a form.
func (l *Log) SubscribeForm(c *Cursor, form Form) {
	t := &l.tracks[form]
	if t.last == nil {
		l.grow(t)
	}
	l.cursors++
	t.cursors++
	t.last.cursors++
	*c = Cursor{track: t, spot: spot{chunk: t.last, pos: t.end}, owner: c.owner, start: t.end, limit: math.MaxInt64}
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
func (l *Log) Finish(c *Cursor) {
	if c.chunk != nil {
		c.limit = min(c.limit, c.track.end)
	}
}

// Drop takes c out at once; a second Drop does nothing. What Next last returned
// for it stays unchanged: a write of it may still be under way.
func (l *Log) Drop(c *Cursor) {
	k := c.chunk
	if k == nil {
		return
	}
	l.Unblock(c)
	t := c.track
	l.cursors--
	t.cursors--
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
	l.trim(t)
}
