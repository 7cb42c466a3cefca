package wire

import (
	"slices"
	"strings"
	"testing"
)

// A line of the default size.
var (
	speedText  = []byte(strings.Repeat("0123456789abcdef", 4))
	speedFrame = AppendLine(nil, "user0042", speedText, Group)
)

func TestNoAllocation(t *testing.T) {
	var f Frame
	buf := make([]byte, 0, 4096)
	parse := func(frame []byte) func() {
		frame = frame[:len(frame)-1]
		return func() {
			if err := f.Parse(frame); err != nil {
				t.Error(err)
			}
		}
	}
	request := []byte("/msg amy hello@bob@amy")
	for name, run := range map[string]func(){
		"line":           parse(speedFrame),
		"private line":   parse(AppendLine(nil, "bob", speedText, "amy")),
		"join":           parse(AppendJoin(nil, "bob")),
		"leave":          parse(AppendLeave(nil, `b"o"b`)),
		"welcome":        parse(AppendWelcome(nil, "李雷")),
		"error":          parse(AppendError(nil, "why")),
		"roster":         parse(AppendRoster(nil, slices.Values([]string{"bob", "bob2", `a\b`}))),
		"AppendLine":     func() { buf = AppendLine(buf[:0], "bob", speedText, Group) },
		"AppendMessage":  func() { buf = AppendMessage(buf[:0], speedText, "bob", Group) },
		"AppendJoin":     func() { buf = AppendJoin(buf[:0], `"bob"`) },
		"AppendText":     func() { buf = AppendText(buf[:0], speedText) },
		"ParseRequest":   func() { ParseRequest(request, "bob", "bob2") },
		"request of who": func() { ParseRequest([]byte("/who"), "bob", "bob2") },
	} {
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

func BenchmarkParseLine(b *testing.B) {
	var f Frame
	frame := speedFrame[:len(speedFrame)-1]
	b.SetBytes(int64(len(speedFrame)))
	b.ReportAllocs()
	for b.Loop() {
		if f.Parse(frame) != nil {
			b.Fatal("does not parse")
		}
	}
}

func BenchmarkAppendLine(b *testing.B) {
	buf := make([]byte, 0, 256)
	b.SetBytes(int64(len(speedFrame)))
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendLine(buf[:0], "user0042", speedText, Group)
	}
}

func BenchmarkAppendText(b *testing.B) {
	for name, text := range map[string][]byte{
		"ascii": speedText,
		"mixed": []byte("Grüße aus Köln, " + strings.Repeat("你好", 8)),
	} {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 0, 256)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				buf = AppendText(buf[:0], text)
			}
		})
	}
}

func BenchmarkParseRequest(b *testing.B) {
	line := AppendMessage(nil, speedText, "user0042", Group)
	line = line[:len(line)-1]
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if ParseRequest(line, "user0042", "user0042").Kind != Say {
			b.Fatal("not a line for the group")
		}
	}
}

func BenchmarkParseRoster(b *testing.B) {
	frame := AppendRoster(nil, slices.Values(slices.Repeat([]string{"user0042"}, 1000)))
	frame = frame[:len(frame)-1]
	var f Frame
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		if f.Parse(frame) != nil {
			b.Fatal("does not parse")
		}
	}
}

// BenchmarkParseFirstRoster is the roster of one who has come, into memory of its own.
func BenchmarkParseFirstRoster(b *testing.B) {
	frame := AppendRoster(nil, slices.Values(slices.Repeat([]string{"user0042"}, 1000)))
	frame = frame[:len(frame)-1]
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		var f Frame
		if f.Parse(frame) != nil {
			b.Fatal("does not parse")
		}
	}
}
