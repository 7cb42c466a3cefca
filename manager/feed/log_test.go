package feed

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// take consumes all that is pending for c, in pieces of at most size bytes.
func take(l *Log, c *Cursor, size int, now time.Duration) string {
	var got []byte
	scratch := make([]byte, size)
	for {
		b := l.Next(c, scratch)
		if len(b) == 0 {
			return string(got)
		}
		got = append(got, b...)
		l.Advance(c, len(b), now)
	}
}

func TestWhoGetsWhat(t *testing.T) {
	for _, window := range []int{128, DefaultWindow} { // chunks of 16 bytes, and of 256 KiB
		for _, size := range []int{1, 7, 64 << 10} {
			t.Run(fmt.Sprintf("window %d, pieces of %d", window, size), func(t *testing.T) {
				l := NewLog(window)
				var early, late, leaver Cursor
				l.Subscribe(&early)
				l.Subscribe(&leaver)
				l.Append([]byte("one "))
				l.AppendPrivate(&early, []byte("(for early) "))
				l.AppendPrivate(&early, []byte("(and again) "))
				l.Subscribe(&late)
				l.AppendPrivate(&late, []byte("(first for late) "))
				l.Append([]byte("two, a little longer "))
				l.Finish(&leaver)
				l.AppendPrivate(&leaver, []byte("(at its end) "))
				l.Append([]byte("three "))
				l.AppendPrivate(&leaver, []byte("(after its end) "))
				l.AppendPrivate(&early, []byte("(last)"))

				check := func(name string, c *Cursor, want string) {
					t.Helper()
					if got := take(l, c, size, 0); got != want {
						t.Errorf("%s got %q, want %q", name, got, want)
					}
					if n := l.Pending(c); n != 0 {
						t.Errorf("%s has %d bytes pending after all was taken", name, n)
					}
				}
				check("early", &early, "one (for early) (and again) two, a little longer three (last)")
				check("late", &late, "(first for late) two, a little longer three ")
				if l.Done(&leaver) {
					t.Error("the leaver is done before anything was written")
				}
				check("leaver", &leaver, "one two, a little longer (at its end) ")
				if !l.Done(&leaver) || l.Done(&early) {
					t.Errorf("done: leaver %v, early %v; want true, false", l.Done(&leaver), l.Done(&early))
				}
				if l.private != 0 {
					t.Errorf("%d bytes of private entries are counted after all were consumed", l.private)
				}
			})
		}
	}
}

func TestNextGivesLogMemoryWhereItCan(t *testing.T) {
	l := NewLog(0)
	var c Cursor
	l.Subscribe(&c)
	scratch := make([]byte, 64<<10)
	inLog := func(b []byte) bool { return &b[0] != &scratch[0] }

	l.Append([]byte("hello"))
	if b := l.Next(&c, scratch); string(b) != "hello" || !inLog(b) {
		t.Errorf("a single public entry: %q, memory of the log: %v", b, inLog(b))
	}
	l.AppendPrivate(&c, []byte(" you"))
	if b := l.Next(&c, scratch); string(b) != "hello you" || inLog(b) {
		t.Errorf("public and private: %q, memory of the log: %v", b, inLog(b))
	}
	l.Append(bytes.Repeat([]byte("x"), 100<<10))
	l.Advance(&c, len("hello you"), 0)
	if b := l.Next(&c, scratch); len(b) != len(scratch) || !inLog(b) {
		t.Errorf("a long run: %d bytes, memory of the log: %v", len(b), inLog(b))
	}
}

func TestDroppedBytesStayUnchanged(t *testing.T) {
	l := NewLog(1024)
	var c Cursor
	l.Subscribe(&c)
	l.Append([]byte("under way"))
	b := l.Next(&c, make([]byte, 64))
	l.Drop(&c)
	l.Drop(&c)
	for range 100 {
		l.Append([]byte(strings.Repeat("y", 16)))
	}
	if string(b) != "under way" {
		t.Errorf("the slice that was being written has become %q", b)
	}
	if l.cursors != 0 || l.chunks > 2 {
		t.Errorf("%d cursors, %d chunks; want none and at most 2", l.cursors, l.chunks)
	}
}

func TestWindow(t *testing.T) {
	l := NewLog(1024)
	var slow, fast Cursor
	l.Subscribe(&slow)
	l.Subscribe(&fast)
	line := []byte("0123456789abcdef")
	for !l.Full() {
		l.Append(line)
		take(l, &fast, 64, 0)
	}
	if got := l.Retained(); got < 1024 || got > 1024+128 {
		t.Errorf("full at %d bytes, want the window of 1024", got)
	}
	for l.Full() || !l.Roomy() {
		l.Advance(&slow, len(l.Next(&slow, make([]byte, 64))), 0)
	}
	if got := l.Retained(); got > 768 || got < 640 {
		t.Errorf("roomy at %d bytes, want about 768", got)
	}
	for range 100 { // private entries count as well
		l.AppendPrivate(&fast, line)
	}
	if !l.Full() {
		t.Errorf("not full with %d bytes", l.Retained())
	}
	l.Drop(&fast)
	if l.Full() {
		t.Errorf("full after its holder was dropped: %d bytes", l.Retained())
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	l := NewLog(0)
	cs := make([]Cursor, 10)
	for i := range cs {
		l.Subscribe(&cs[i])
	}
	line, scratch := bytes.Repeat([]byte("l"), 1000), make([]byte, 64<<10)
	round := func() {
		for range 300 { // more than a chunk, so that recycling is in it
			l.Append(line)
			l.AppendPrivate(&cs[3], line)
			for i := range cs {
				b := l.Next(&cs[i], scratch)
				l.Advance(&cs[i], len(b), 0)
			}
		}
	}
	round()
	if n := testing.AllocsPerRun(5, round); n != 0 {
		t.Errorf("%v allocations in 300 appends to 10 cursors", n)
	}
}

func BenchmarkAppend(b *testing.B) {
	l := NewLog(0)
	var c Cursor
	l.Subscribe(&c)
	line, scratch := bytes.Repeat([]byte("l"), 128), make([]byte, 64<<10)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for i := range b.N {
		l.Append(line)
		if i%256 == 0 {
			for p := l.Next(&c, scratch); len(p) > 0; p = l.Next(&c, scratch) {
				l.Advance(&c, len(p), 0)
			}
		}
	}
}
