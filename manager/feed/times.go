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

// times remembers when which part of each form's log was appended.
type times struct {
	of    [Forms]marks
	waits Histogram
}

// marks are by pos and at.
type marks []mark

// mark says that the bytes from pos on were appended at this instant.
type mark struct {
	pos int64
	at  time.Duration
}

// note records an append at a log's end; nobody reads before oldest any more.
func (t *times) note(form Form, end, oldest int64, now time.Duration) {
	m := &t.of[form]
	if len(*m) >= maxTimes {
		m.forget(oldest)
	}
	*m = append(*m, mark{end, now})
}

func (m *marks) forget(oldest int64) {
	*m = append((*m)[:0], (*m)[max(0, m.find(oldest)):]...)
	if len(*m) <= maxTimes/2 {
		return
	}
	half := (*m)[:0]
	for i := 0; i < len(*m); i += 2 {
		half = append(half, (*m)[i])
	}
	*m = half
}

// find returns the mark of the byte at pos, -1 if it is older than all.
func (m marks) find(pos int64) int {
	return sort.Search(len(m), func(i int) bool { return m[i].pos > pos }) - 1
}

// since returns how long the byte at pos has been there; 0 if there is none yet.
func (t *times) since(form Form, pos, end int64, now time.Duration) time.Duration {
	m := t.of[form]
	if pos >= end || len(m) == 0 {
		return 0
	}
	return now - m[max(0, m.find(pos))].at
}

// waited counts a write whose first byte is at pos. One that brings private
// entries alone is not counted: they have no time.
func (t *times) waited(form Form, pos, end int64, now time.Duration) {
	if pos < end {
		t.waits.add(t.since(form, pos, end, now))
	}
}

// slowestLocked returns how far the subscriber is behind that is so most.
func (f *Feed) slowestLocked() (bytes int, lagging time.Duration) {
	now := f.now()
	for _, l := range []*list{&f.idle, &f.ready, &f.busy} {
		for s := range l.all() {
			bytes = max(bytes, f.log.Pending(&s.cursor))
			lagging = max(lagging, f.times.since(s.form, s.cursor.pos, s.cursor.track.end, now))
		}
	}
	return bytes, lagging
}
