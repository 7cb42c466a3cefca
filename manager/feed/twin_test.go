package feed

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// twin is the naive model of one cursor: a queue of its own with everything
// that it shall get.
type twin struct {
	cursor   Cursor
	form     Form
	owed     []byte
	kinds    []kind // of each of them
	finished bool
	stalled  time.Duration // since when it is blocked without progress, -1: not blocked
}

// kind is what a byte is to a cursor.
type kind uint8

const (
	inEntry kind = iota // of a public entry
	atEnd               // the last one of a public entry
	private
)

func (w *twin) owes(b []byte, public bool) {
	w.owed = append(w.owed, b...)
	for i := range b {
		k := inEntry
		if !public {
			k = private
		} else if i == len(b)-1 {
			k = atEnd
		}
		w.kinds = append(w.kinds, k)
	}
}

// cut has the Log cut what it offers, and checks what it says of that.
func (m *twins) cut(t *rapid.T, w *twin, b []byte) []byte {
	cut, whole := w.cursor.whole(b, m.log.apart)
	kinds := w.kinds[:len(cut)]
	if !bytes.HasPrefix(b, cut) || len(cut) == 0 || whole && (kinds[len(cut)-1] != atEnd || slices.Contains(kinds, private)) {
		t.Fatalf("of %q is cut %q, whole: %v, which is %v", b, cut, whole, kinds)
	}
	return cut
}

// twins steps a Log and the models of its cursors side by side.
type twins struct {
	log     *Log
	all     []*twin
	now     time.Duration
	moved   time.Duration // when anybody last took something
	scratch []byte
	serial  byte
}

func (m *twins) bytes(t *rapid.T) []byte {
	b := make([]byte, rapid.IntRange(0, 60).Draw(t, "bytes"))
	for i := range b {
		m.serial++
		b[i] = m.serial
	}
	return b
}

func (m *twins) pick(t *rapid.T) *twin {
	if len(m.all) == 0 {
		t.Skip("nobody there")
	}
	return m.all[rapid.IntRange(0, len(m.all)-1).Draw(t, "cursor")]
}

func (m *twins) remove(w *twin) {
	for i := range m.all {
		if m.all[i] == w {
			m.all = append(m.all[:i], m.all[i+1:]...)
			return
		}
	}
}

func (m *twins) subscribe(t *rapid.T) {
	w := &twin{stalled: -1, form: Form(rapid.IntRange(0, 1).Draw(t, "form"))}
	m.log.SubscribeForm(&w.cursor, w.form)
	m.all = append(m.all, w)
}

func (m *twins) append(t *rapid.T) {
	if m.log.Full() {
		t.Skip("full")
	}
	b, other := m.bytes(t), m.bytes(t) // of the two forms
	m.log.AppendForm(0, b)
	m.log.AppendForm(1, other)
	kept := len(b)
	if m.log.Read(1) {
		kept += len(other)
	}
	except := rapid.IntRange(-2, len(m.all)-1).Draw(t, "omitted for")
	for i, w := range m.all {
		mine := b
		if w.form == 1 {
			mine = other
		}
		switch {
		case w.finished:
		case i == except:
			m.log.Omit(&w.cursor, len(mine))
		default:
			w.owes(mine, true)
		}
	}
	if m.log.Retained() > 1024+kept+2*m.log.chunkSize+entryOverhead {
		t.Fatalf("%d bytes kept in a window of 1024 after an append of %d", m.log.Retained(), kept)
	}
}

func (m *twins) appendPrivate(t *rapid.T) {
	w, b := m.pick(t), m.bytes(t)
	if m.log.Full() || w.finished {
		t.Skip("full, or its stay is over")
	}
	m.log.AppendPrivate(&w.cursor, b)
	w.owes(b, false)
}

func (m *twins) finish(t *rapid.T) {
	w := m.pick(t)
	m.log.Finish(&w.cursor)
	w.finished = true
}

func (m *twins) drop(t *rapid.T) {
	w := m.pick(t)
	m.log.Drop(&w.cursor)
	m.remove(w)
}

// write takes what Next offers, appends something in the middle of the write,
// and consumes a part.
func (m *twins) write(t *rapid.T) {
	w := m.pick(t)
	b := m.log.Next(&w.cursor, m.scratch[:rapid.IntRange(1, len(m.scratch)).Draw(t, "scratch")])
	if len(b) == 0 && len(w.owed) > 0 {
		t.Fatalf("nothing to write with %d bytes owed", len(w.owed))
	}
	if !bytes.HasPrefix(w.owed, b) {
		t.Fatalf("next is %q, owed %q", b, w.owed)
	}
	if len(b) > 0 && w.form > 0 {
		b = m.cut(t, w, b)
	}
	before := bytes.Clone(b)
	if rapid.Bool().Draw(t, "append meanwhile") && !m.log.Full() {
		m.append(t)
	}
	if !bytes.Equal(b, before) {
		t.Fatalf("%q has changed to %q while it was written", before, b)
	}
	n := rapid.IntRange(0, len(b)).Draw(t, "written")
	m.log.Advance(&w.cursor, n, m.now)
	w.owed, w.kinds = w.owed[n:], w.kinds[n:]
	if n > 0 {
		m.moved = m.now
	}
	if n > 0 && w.stalled >= 0 {
		w.stalled = m.now
	}
}

func (m *twins) block(t *rapid.T) {
	w := m.pick(t)
	m.log.Block(&w.cursor, m.now)
	if w.stalled < 0 {
		w.stalled = m.now
	}
}

func (m *twins) unblock(t *rapid.T) {
	w := m.pick(t)
	m.log.Unblock(&w.cursor)
	w.stalled = -1
}

// evict lets some time pass and compares who is stalled; Slow is left to the
// tables, here only that nobody goes who is not blocked.
func (m *twins) evict(t *rapid.T) {
	m.now += rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond, 150 * time.Millisecond, time.Second, 3 * time.Second}).Draw(t, "passes")
	want := map[*Cursor]bool{}
	for _, w := range m.all {
		if w.stalled >= 0 && m.now-w.stalled >= testGrace {
			want[&w.cursor] = true
		}
	}
	if len(want) == len(m.all) { // nobody goes on: only those who have left
		for _, w := range m.all {
			if !w.finished {
				delete(want, &w.cursor)
			}
		}
	}
	pressed, clear := !m.log.Roomy(), m.clear()
	for _, e := range m.log.Evict(m.now, testGrace) {
		i := slices.IndexFunc(m.all, func(w *twin) bool { return &w.cursor == e.Cursor })
		w := m.all[i]
		early := pressed && w.stalled >= 0 && m.now-w.stalled >= Patience(testGrace)
		if w.stalled < 0 || e.Reason == Stalled && !want[e.Cursor] && !early || e.Reason != Stalled && want[e.Cursor] {
			t.Fatalf("evicted as %v, blocked since %v, now %v, window about to be full: %v", e.Reason, w.stalled, m.now, pressed)
		}
		m.remove(w)
		delete(want, e.Cursor)
	}
	if len(want) > 0 {
		t.Fatalf("%d stalled cursors were not evicted", len(want))
	}
	if clear && !m.log.Roomy() {
		t.Fatalf("%d of %d bytes are kept for those who take nothing", m.log.Retained(), m.log.window)
	}
}

// clear reports whether it is clear that the window is held by a few alone: each
// other cursor, and they are more, has had everything, and for the patience
// nobody has taken anything.
func (m *twins) clear() bool {
	silent, others := 0, 0
	for _, w := range m.all {
		switch {
		case w.stalled >= 0 && m.now-w.stalled >= Patience(testGrace):
			silent++
		case len(w.owed) == 0:
			others++
		default:
			return false
		}
	}
	return others > silent && m.now-m.moved >= Patience(testGrace)
}

func (m *twins) check(t *rapid.T) {
	private := 0
	for _, w := range m.all {
		private += w.cursor.private
		if got := m.log.Pending(&w.cursor); (got == 0) != (len(w.owed) == 0) || got < len(w.owed) {
			t.Fatalf("pending %d with %d bytes owed", got, len(w.owed))
		}
		if got := m.log.Done(&w.cursor); got != (w.finished && len(w.owed) == 0) {
			t.Fatalf("done %v with finished %v and %d bytes owed", got, w.finished, len(w.owed))
		}
	}
	if private != m.log.private || len(m.all) != m.log.cursors {
		t.Fatalf("the log counts %d private bytes of %d cursors, there are %d of %d",
			m.log.private, m.log.cursors, private, len(m.all))
	}
	cursors, chunks := 0, 0
	for i := range m.log.tracks {
		of := 0
		for k := m.log.tracks[i].first; k != nil; k = k.next {
			of += k.cursors
			chunks++
		}
		if of != m.log.tracks[i].cursors {
			t.Fatalf("chunks of form %d hold %d cursors, there are %d", i, of, m.log.tracks[i].cursors)
		}
		cursors += of
	}
	if cursors != m.log.cursors || chunks != m.log.chunks {
		t.Fatalf("chunks hold %d of %d cursors, there are %d of %d chunks", cursors, m.log.cursors, chunks, m.log.chunks)
	}
}

func TestLogAgainstTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &twins{log: NewLog(1024), scratch: make([]byte, 300)}
		t.Repeat(map[string]func(*rapid.T){
			"subscribe": m.subscribe, "append": m.append, "appendPrivate": m.appendPrivate, "finish": m.finish,
			"drop": m.drop, "write": m.write, "block": m.block, "unblock": m.unblock, "evict": m.evict, "": m.check,
		})
	})
}
