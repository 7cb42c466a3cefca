package feed

import "time"

const (
	entryOverhead = 64       // counted for an entry beside its bytes
	maxGlued      = 4 << 10  // neighbouring private entries are glued up to here
	maxEntry      = 8 << 10  // larger ones are not kept for reuse
	maxFreeEntry  = 1 << 20  // bytes of entries kept for reuse
	directEnough  = 32 << 10 // a slice of this size is written as it is rather than gathered
)

// entry is one private entry, or several neighbours of one place, and how many
// public bytes behind it are not for its reader.
type entry struct {
	place int64 // log offset of the public byte that it comes before
	bytes []byte
	hole  int64
	next  *entry
}

// Cursor is the place of one reader in a Log, with the private entries that are
// for it alone. Its zero value is not subscribed.
type Cursor struct {
	spot
	track   *track
	owner   *Subscriber // whose cursor it is in a Feed
	start   int64       // log offset where its stay begins
	limit   int64       // and ends
	newest  *entry
	private int   // bytes of its private entries not yet consumed, with overhead
	holes   int64 // public bytes not yet passed that are not for it

	owed      int64 // bytes of private entries ever appended, less those of all holes
	delivered int64 // bytes ever consumed

	aside       bool
	behind      bool          // more than half the window, since behindSince
	blockedAt   int32         // place in Log.blocked counted from 1, 0: not there
	progress    time.Duration // of a blocked one: when it was last seen to take something
	behindSince time.Duration
	behindFrom  int64 // delivered at that time
}

// spot is a position among a cursor's bytes: at byte pos of the log, in chunk,
// or before it in the private entry at that place.
type spot struct {
	chunk *chunk
	pos   int64
	entry *entry // oldest private entry not yet consumed
	off   int    // consumed bytes of entry
}

// run returns the bytes at the spot that lie together in memory, up to the log
// offset end; empty if there are none.
func (s *spot) run(end int64) []byte {
	if s.entry != nil {
		if s.entry.place == s.pos {
			return s.entry.bytes[s.off:]
		}
		end = min(end, s.entry.place)
	}
	if s.pos >= end {
		return nil
	}
	k := s.chunk
	for s.pos == k.end() {
		k = k.next
	}
	return k.bytes[s.pos-k.base : min(end, k.end())-k.base]
}

// skip moves the spot by n bytes, at most len(run), and past what is not for its
// reader. The entries from the old one to the new one are used up.
func (s *spot) skip(n int) {
	if e := s.entry; e != nil && e.place == s.pos {
		s.off += n
	} else {
		s.forward(int64(n))
	}
	s.leap()
}

// leap moves the spot past entries of which nothing is left, and the holes
// behind them.
func (s *spot) leap() {
	for e := s.entry; e != nil && e.place == s.pos && s.off == len(e.bytes); e = s.entry {
		s.forward(e.hole)
		s.entry, s.off = e.next, 0
	}
}

// forward moves the spot by n public bytes.
func (s *spot) forward(n int64) {
	s.pos += n
	for s.pos >= s.chunk.end() && s.chunk.next != nil {
		s.chunk = s.chunk.next
	}
}

// AppendPrivate puts a copy of b at the present end, for c only. It does
// nothing where the stay of c has ended.
func (l *Log) AppendPrivate(c *Cursor, b []byte) {
	if c.chunk == nil || c.limit < c.track.end || len(b) == 0 {
		return
	}
	c.owed += int64(len(b))
	c.private += len(b)
	l.private += len(b)
	if e := c.newest; c.entry != nil && e.place == c.track.end && len(e.bytes)+len(b) <= maxGlued {
		e.bytes = append(e.bytes, b...)
		return
	}
	e := l.addEntry(c, c.track.end)
	e.bytes = append(e.bytes, b...)
}

// Omit has c pass over the newest n public bytes of its form, of which it has
// consumed none. It does nothing where the stay of c has ended.
func (l *Log) Omit(c *Cursor, n int) {
	if c.chunk == nil || c.limit < c.track.end || n == 0 {
		return
	}
	place := c.track.end - int64(n)
	c.owed -= int64(n)
	c.holes += int64(n)
	e := c.newest
	if c.entry == nil || e.place+e.hole != place {
		e = l.addEntry(c, place)
	}
	e.hole += int64(n)
	l.leap(c)
}

// addEntry adds an empty entry of c.
func (l *Log) addEntry(c *Cursor, place int64) *entry {
	e := l.spare.take()
	e.place, e.bytes = place, e.bytes[:0]
	c.private += entryOverhead
	l.private += entryOverhead
	if c.entry == nil {
		c.entry = e
	} else {
		c.newest.next = e
	}
	c.newest = e
	return e
}

// leap moves c past what is not for it.
func (l *Log) leap(c *Cursor) {
	first, from := c.entry, c.chunk
	c.spot.leap()
	l.passed(c, first, from)
}

// passed books that c has left entries, from first on, and a chunk behind it.
func (l *Log) passed(c *Cursor, first *entry, from *chunk) {
	for e := first; e != c.entry; {
		next := e.next
		c.holes -= e.hole
		c.private -= entryOverhead
		l.private -= entryOverhead
		l.spare.recycle(e)
		e = next
	}
	if c.chunk != from {
		from.cursors--
		c.chunk.cursors++
		l.trim(c.track)
	}
}

// entries are those that are free.
type entries struct {
	first *entry
	bytes int
}

func (f *entries) take() *entry {
	e := f.first
	if e == nil {
		return &entry{}
	}
	f.first, e.next, e.hole = e.next, nil, 0
	f.bytes -= cap(e.bytes) + entryOverhead
	return e
}

func (f *entries) recycle(e *entry) {
	if cap(e.bytes) > maxEntry || f.bytes > maxFreeEntry {
		return
	}
	e.next, f.first = f.first, e
	f.bytes += cap(e.bytes) + entryOverhead
}

// public returns how many bytes of its log are still for c.
func (c *Cursor) public() int64 { return min(c.track.end, c.limit) - c.pos - c.holes }

// Pending returns how many bytes c has still to be given, counting the overhead of
// private entries.
func (l *Log) Pending(c *Cursor) int {
	if c.chunk == nil {
		return 0
	}
	return int(c.public()) + c.private
}

// Done reports whether the stay of c has ended and all of it was consumed.
func (l *Log) Done(c *Cursor) bool {
	return c.chunk != nil && c.limit <= c.track.end && l.Pending(c) == 0
}

// Next returns what to write next for c, at most len(scratch) bytes and empty
// if nothing is pending. It is memory of the Log where that returns all there is
// or enough for an efficient write, else gathered in scratch; it holds until
// the next Advance of c, and after Drop for as long as anyone keeps it.
func (l *Log) Next(c *Cursor, scratch []byte) []byte {
	if c.chunk == nil {
		return nil
	}
	end := min(c.track.end, c.limit)
	p := c.spot
	b := p.run(end)
	if len(b) > len(scratch) {
		b = b[:len(scratch)]
	}
	if len(b) >= min(directEnough, len(scratch)) || (len(b) == int(end-c.pos) && c.private == 0) {
		return b
	}
	n := 0
	for len(b) > 0 && n < len(scratch) {
		k := copy(scratch[n:], b)
		n += k
		p.skip(k)
		b = p.run(end)
	}
	return scratch[:n]
}

// whole cuts what Next has returned where an entry ends, if that costs little of it and
// such a place is known, as places so far apart are. It reports whether all of it are
// whole public entries then.
func (c *Cursor) whole(b []byte, apart int) (cut []byte, all bool) {
	end := c.pos + int64(len(b))
	if c.chunk == nil || c.entry != nil && c.entry.place < end {
		return b, false
	}
	if end == min(c.track.end, c.limit) {
		return b, true
	}
	k := c.chunk
	for end > k.end() {
		k = k.next
	}
	if last := k.lastEnd(end); last > c.pos && end-last <= int64(2*apart) {
		return b[:last-c.pos], true
	}
	return b, false
}

// Advance consumes n bytes of what Next has returned; now is when they had been
// written.
func (l *Log) Advance(c *Cursor, n int, now time.Duration) {
	if c.chunk == nil || n <= 0 {
		return
	}
	c.delivered += int64(n)
	c.progress, l.moved = now, now
	from := c.chunk
	end := min(c.track.end, c.limit)
	for n > 0 {
		private := c.entry != nil && c.entry.place == c.pos
		k := min(n, len(c.run(end)))
		if k == 0 {
			panic("feed: Advance beyond what Next has returned")
		}
		first := c.entry
		c.skip(k)
		n -= k
		if private {
			c.private -= k
			l.private -= k
		}
		if c.entry != first {
			l.passed(c, first, c.chunk)
		}
	}
	l.passed(c, c.entry, from)
	if c.behind && l.Pending(c) <= l.window/2 {
		c.behind = false
	}
}

// Owed returns how many bytes were meant for c since it was subscribed, consumed or
// not.
func (l *Log) Owed(c *Cursor) int64 {
	if c.chunk == nil {
		return 0
	}
	return min(c.track.end, c.limit) - c.start + c.owed
}
