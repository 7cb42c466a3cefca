package web

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chatsim/manager/wire/ws"
)

// stream is what is written to a peer, and what is known of it.
type stream struct {
	bytes []byte
	ends  []int // of its frames
	last  string
}

// add adds a frame.
func (s *stream) add(first byte, payload string) {
	s.bytes = append(ws.AppendHeader(s.bytes, first, len(payload)), payload...)
	s.ends = append(s.ends, len(s.bytes))
}

// say adds a message of one frame or, cut at some places, of several.
func (s *stream) say(text string, cuts ...int) {
	if strings.HasPrefix(text, string(errorStart)) {
		s.last = text
	}
	kind, from := byte(ws.Text), 0
	for _, cut := range cuts {
		s.add(kind, text[from:cut])
		kind, from = ws.More, cut
	}
	s.add(kind|ws.Final, text[from:])
}

// next returns how far it is from a place to the next one that is between frames.
func (s *stream) next(at int) int {
	i, found := slices.BinarySearch(s.ends, at)
	if found || at == 0 {
		return 0
	}
	return s.ends[i] - at
}

// check walks through the stream in pieces, the first of them up to a place each.
func (s *stream) check(t *testing.T, places ...int) {
	t.Helper()
	var w walk
	at := 0
	for _, place := range append(places, len(s.bytes)) {
		w.pass(s.bytes[at:place])
		at = place
		rest := s.next(at)
		if w.between() != (rest == 0) || w.toBoundary(s.bytes[at:]) != rest {
			t.Fatalf("cut at %v: at %d between frames is %v, and %d bytes are to the end of one, want %d", places, at, w.between(), w.toBoundary(s.bytes[at:]), rest)
		}
		for _, most := range []int{0, 1, 3, 9, 20} {
			if most < len(s.bytes)-at && w.toBoundary(s.bytes[at:at+most]) != min(rest, most) {
				t.Fatalf("cut at %v: of %d bytes more %d are to the end of a frame, want %d", places, most, w.toBoundary(s.bytes[at:at+most]), min(rest, most))
			}
		}
	}
	if string(w.last) != s.last {
		t.Fatalf("cut at %v: the last error is %q, want %q", places, w.last, s.last)
	}
}

// TestWalk: whatever the cuts, it is known where a frame ends and what the last error was.
func TestWalk(t *testing.T) {
	word := string(errorStart) + `"a word"}`
	for _, tc := range []struct {
		name string
		make func(s *stream)
	}{
		{"lines", func(s *stream) {
			s.say(" bob:hi@bob@x")
			s.say(" amy:" + strings.Repeat("x", 200))
			s.say(" bob:ho@bob@x")
		}},
		{"sizes", func(s *stream) {
			for _, size := range []int{0, 1, 124, 125, 126, 127, 128, 1000} {
				s.say(strings.Repeat("x", size))
			}
		}},
		{"no error", func(s *stream) { s.say(`{"join":["x"]}`); s.say(`{"error"`); s.say(" x:" + word); s.say("") }},
		{"an error at the end", func(s *stream) { s.say(" bob:hi@bob@x"); s.say(word) }},
		{"an error among others", func(s *stream) { s.say(word); s.say(`{"join":["x"]}`); s.say(strings.Repeat("x", 130)) }},
		{"two errors", func(s *stream) {
			s.say(word)
			s.say(" bob:hi@bob@x")
			s.say(word[:len(word)-2] + strings.Repeat("y", 150) + `"}`)
		}},
		{"an error in parts", func(s *stream) { s.say(word, 1, 1, 5, 10); s.say(" bob:hi@bob@x", 3) }},
		{"an error in a later part", func(s *stream) { s.say(" "+word, 1); s.say("x") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s stream
			tc.make(&s)
			s.check(t)
			for first := range s.bytes {
				s.check(t, first)
				for second := first + 1; second < min(first+20, len(s.bytes)); second++ {
					s.check(t, first, second)
				}
			}
		})
	}
	var large stream
	for _, size := range []int{1 << 16, 1<<16 - 1, 1 << 17} {
		large.say(strings.Repeat("x", size))
	}
	large.say(word)
	for _, end := range append([]int{0}, large.ends...) {
		for at := max(0, end-20); at < min(end+20, len(large.bytes)); at++ {
			large.check(t, at)
		}
	}
}

// FuzzWalk has messages of any text and parts written in pieces of any size.
func FuzzWalk(f *testing.F) {
	f.Add([]byte("a line\n{\"error\":\"x\"}\n\n"), []byte{1, 9, 3})
	f.Add(bytes.Repeat([]byte("{\"error\":x\n"), 20), []byte{0, 200, 7})
	f.Fuzz(func(t *testing.T, text, sizes []byte) {
		var s stream
		for i, line := range strings.Split(string(text), "\n") {
			if len(sizes) > 0 && len(line) > 0 && i%3 == 1 {
				s.say(line, int(sizes[i%len(sizes)])%len(line))
			} else {
				s.say(line)
			}
		}
		var places []int
		at := 0
		for _, size := range sizes {
			if at += int(size); at < len(s.bytes) {
				places = append(places, at)
			}
		}
		s.check(t, places...)
	})
}

// BenchmarkWalk is the time for a line of the usual size.
func BenchmarkWalk(b *testing.B) {
	var s stream
	for i := range 700 {
		s.say(fmt.Sprintf(" user%03d:%s@user%03d@all", i, strings.Repeat("x", 64), i))
	}
	var w walk
	for b.Loop() {
		w.pass(s.bytes)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(s.ends)), "ns/line")
}
