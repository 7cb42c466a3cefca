package wire

import (
	"strings"
	"testing"
	"time"
)

// A history is read back as it was written; any other reader takes it for an
// object without a known key.
func TestHistoryBothWays(t *testing.T) {
	at := time.Date(2026, 1, 2, 15, 4, 5, 6e6, time.UTC)
	var encoded [][]byte
	var lines []Said
	for i, text := range []string{"hello", "\"quoted\" \\ <b>&amp;", "two\u2028lines", "a@b@" + Group, ""} {
		line := strings.TrimSuffix(string(AppendLine(nil, "李 雷", []byte(text), Group)), "\n")
		lines = append(lines, Said{uint64(i + 7), at, line})
		encoded = append(encoded, AppendSaid(nil, uint64(i+7), at, []byte(line)))
	}
	for _, last := range []bool{true, false} {
		for _, missing := range []bool{false, last} {
			frame := AppendHistory(nil, encoded...)
			if last {
				frame = AppendHistoryEnd(AppendHistoryStart(nil, encoded...), Mark{12, 3}, missing)
			}
			frame = frame[:len(frame)-1]
			h, ok := ParseHistory(frame)
			if !ok || h.Last != last || h.Missing != missing || last && h.Mark != (Mark{12, 3}) || len(h.Lines) != len(lines) {
				t.Fatalf("%s is read as %v, %v", frame, h, ok)
			}
			for i, s := range h.Lines {
				if s != lines[i] {
					t.Errorf("line %d is read as %v, want %v", i, s, lines[i])
				}
			}
			var f Frame
			if err := f.Parse(frame); err != nil || f.Kind != Unknown {
				t.Errorf("a history is %v to others, %v", f.Kind, err)
			}
		}
	}
}

func TestNoHistory(t *testing.T) {
	for _, raw := range []string{"", "x", "{", `{"welcome":"bob"}`, `{"history":null}`, `{"history":7}`, `{"history":[7]}`, `["history"]`, ` bob:x@bob@` + Group} {
		if h, ok := ParseHistory([]byte(raw)); ok {
			t.Errorf("%q is read as %v", raw, h)
		}
	}
	h, ok := ParseHistory([]byte(`{"history":[{"place":1,"line":"no line"},{"place":2,"line":"{}"},{"place":3,"line":" bob:x@bob@y"}],"mark":"x","missing":true}`))
	if !ok || len(h.Lines) != 1 || h.Last || h.Missing {
		t.Errorf("read as %v, %v", h, ok)
	}
}
