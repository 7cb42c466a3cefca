//go:build unix

package record

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"chatsim/manager/wire"
)

// said is a message as far as both formats keep it.
type said struct{ text, sender, target string }

// FuzzRecord: whatever bytes come, and wherever they are cut, both records are
// whole lines of printable UTF-8 that read back as the messages in those bytes.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(stream), 7)
	f.Add([]byte(" a@b:x@a@b@amy\n bob:@bob@amy\n :x@@amy\n"), 3)
	f.Add([]byte(" bob:\x1b[2Jred\x07\r\x7f\u0085\x00\xff\xc3@bob@"+wire.Group+"\n"), 12)
	f.Add([]byte(" \x01:x@\x01@\xff\n\n\r\n@@\n bob:no end@bob@amy"), 0)
	f.Add([]byte(" bob:<&>\\\"\u2028\u2029\u202e你好@bob@"+wire.Group+"\n{\"join\":[\"a\"]}\n[\"a\"]\n{\n"), 20)
	f.Add([]byte("{\"history\":[],\"mark\":\"7.0\",\"missing\":true}\n{\"history\":[],\"mark\":\"9.0\"}\n bob:x@bob@"+wire.Group+"\n"), 9)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		for format, parse := range map[Format]func(testing.TB, string) said{Text: parseText, JSON: parseJSON} {
			want := messages(b, format)
			got := recorded(t, format, b, cut)
			if !utf8.ValidString(got) || strings.ContainsFunc(got, unprintable) || got != "" && !strings.HasSuffix(got, "\n") {
				t.Fatalf("%q", got)
			}
			i := 0
			for line := range strings.Lines(got) {
				if m := parse(t, strings.TrimSuffix(line, "\n")); i == len(want) || m != want[i] {
					t.Fatalf("line %d is %+v, want %+v", i, m, want)
				}
				i++
			}
			if i != len(want) {
				t.Fatalf("%d lines, want %+v", i, want)
			}
		}
	})
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\n' || unicode.In(r, unicode.Zl, unicode.Zp)
}

// recorded returns the record of b, which comes in two parts.
func recorded(t testing.TB, format Format, b []byte, cut int) string {
	d := &disk{}
	r := start("server.txt", d, Config{Format: format})
	cut = max(0, min(cut, len(b)))
	r.Write(b[:cut])
	r.Write(b[cut:])
	if err := r.Close(context.Background()); err != nil {
		t.Error(err)
	}
	return d.String()
}

// messages finds the messages in whole frames, as a record in a format keeps them.
func messages(b []byte, format Format) (all []said) {
	clean := func(b []byte) string {
		s := string(wire.AppendText(nil, b))
		if format == Text {
			s = strings.ReplaceAll(strings.ReplaceAll(s, "\u2028", `\u2028`), "\u2029", `\u2029`)
		}
		return s
	}
	for line := range bytes.Lines(b) {
		var f wire.Frame
		line, whole := bytes.CutSuffix(line, []byte("\n"))
		if !whole || f.Parse(line) != nil {
			continue
		}
		if h, ok := wire.ParseHistory(line); f.Kind == wire.Unknown && ok && h.Last && h.Missing {
			all = append(all, said{missing, wire.Server, wire.Group})
		}
		if f.Kind == wire.Line {
			all = append(all, said{clean(f.Text), clean(f.Sender), clean(f.Target)})
		}
	}
	return all
}

// parseText reads from the right, where a text's '@' are in nobody's way.
func parseText(t testing.TB, line string) (m said) {
	target := strings.LastIndexByte(line, '@')
	sender := strings.LastIndexByte(line[:max(0, target)], '@')
	if sender < 0 {
		t.Fatalf("no message: %q", line)
	}
	return said{line[:sender], line[sender+1 : target], line[target+1:]}
}

func parseJSON(t testing.TB, line string) said {
	var m Message
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return said{m.Text, m.Sender, m.Target}
}
