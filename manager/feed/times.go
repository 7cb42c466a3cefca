package feed

import (
	"sort"
	"time"
)

// WaitBounds are the upper bounds of a Histogram's buckets; the last bucket has
// none.
var WaitBounds = [...]time.Duration{
	50 * time.Microsecond, 100 * time.Microsecond, 200 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond,
	20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond,
	500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second,
}

// Histogram counts durations by WaitBounds.
type Histogram struct {
	Counts [len(WaitBounds) + 1]uint64 // not cumulative
	Sum    time.Duration
}

func (h *Histogram) add(d time.Duration) {
	h.Counts[sort.Search(len(WaitBounds), func(i int) bool { return d <= WaitBounds[i] })]++
	h.Sum += d
}

// maxTimes is how many appends are remembered by their time; of more, every
// other one is forgotten, so that a time is a little too late rather than that
// memory grows.
const maxTimes = 8192

// times remembers when which part of the log was appended.
type times struct {
	marks []mark // by pos and at
	waits Histogram
}

// mark says that the bytes from pos on were appended at this instant.
type mark struct {
	pos int64
	at  time.Duration
}

// note notes an append at the log's end; nobody reads before oldest any more.
func (t *times) note(end, oldest int64, now time.Duration) {
	if len(t.marks) >= maxTimes {
		t.forget(oldest)
	}
	t.marks = append(t.marks, mark{end, now})
}

func (t *times) forget(oldest int64) {
	t.marks = append(t.marks[:0], t.marks[max(0, t.find(oldest)):]...)
	if len(t.marks) <= maxTimes/2 {
		return
	}
	half := t.marks[:0]
	for i := 0; i < len(t.marks); i += 2 {
		half = append(half, t.marks[i])
	}
	t.marks = half
}

// find gives the mark of the byte at pos, -1 if it is older than all.
func (t *times) find(pos int64) int {
	return sort.Search(len(t.marks), func(i int) bool { return t.marks[i].pos > pos }) - 1
}

// since is how long the byte at pos has been there; 0 if there is none yet.
func (t *times) since(pos, end int64, now time.Duration) time.Duration {
	if pos >= end || len(t.marks) == 0 {
		return 0
	}
	return now - t.marks[max(0, t.find(pos))].at
}

// waited counts a write whose first byte is at pos. One that brings private
// entries alone is not counted: they have no time.
func (t *times) waited(pos, end int64, now time.Duration) {
	if pos < end {
		t.waits.add(t.since(pos, end, now))
	}
}

// slowestLocked is how far the subscriber is behind that is so most.
func (f *Feed) slowestLocked() (bytes int, lagging time.Duration) {
	oldest := f.log.end
	for _, l := range []*list{&f.idle, &f.ready, &f.busy} {
		for s := range l.all() {
			bytes = max(bytes, f.log.Pending(&s.cursor))
			oldest = min(oldest, s.cursor.pos)
		}
	}
	return bytes, f.times.since(oldest, f.log.end, f.now())
}
