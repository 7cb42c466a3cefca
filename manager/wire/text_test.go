package wire

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestAppendText(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{"", ""},
		{"hello", "hello"},
		{"a\tb", "a\tb"},
		{"a\x1b[31mred\x1b[0m", "a[31mred[0m"},
		{"bell\a null\x00 del\x7f cr\r lf\n", "bell null del cr lf"},
		{"c1 \u0080\u0085\u009b\u009f end", "c1  end"},
		{"\u00a0", "\u00a0"},
		{"bad \xff\xfe end", "bad \uFFFD\uFFFD end"},
		{"cut \xe4\xbd", "cut \uFFFD\uFFFD"},
		{"raw c1 byte \x9b", "raw c1 byte \uFFFD"},
		{"你好, мир 😀", "你好, мир 😀"},
		{strings.Repeat("0123456\x7f", 3), strings.Repeat("0123456", 3)},
		{strings.Repeat("0123456é", 3), strings.Repeat("0123456é", 3)},
		{"~~~~~~~~" + strings.Repeat(" ", 9) + "\x1f", "~~~~~~~~" + strings.Repeat(" ", 9)},
	} {
		if got := string(AppendText([]byte("> "), []byte(c.raw))); got != "> "+c.want {
			t.Errorf("AppendText(%q) = %q, want %q", c.raw, got, "> "+c.want)
		}
	}
}

// plainText is AppendText without its fast path.
func plainText(raw []byte) string {
	var out strings.Builder
	for _, r := range string(raw) {
		if r == '\t' || !unicode.IsControl(r) {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// Every byte at every place of a word that the fast path looks at as a whole.
func TestAppendTextEveryByte(t *testing.T) {
	for place := range 20 {
		for c := range 256 {
			raw := []byte("abcdefghijklmnopqrst")
			raw[place] = byte(c)
			if got, want := string(AppendText(nil, raw)), plainText(raw); got != want {
				t.Fatalf("AppendText(%q) = %q, want %q", raw, got, want)
			}
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "a\tb\r\n", "\x1b[2J", "\xff\xc2\x85", "é\u0085\u2028", "12345678\x7f", "\xed\xa0\x80"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := AppendText(nil, raw)
		if want := plainText(raw); string(got) != want {
			t.Fatalf("AppendText(%q) = %q, want %q", raw, got, want)
		}
		if !utf8.Valid(got) {
			t.Fatalf("AppendText(%q) = %q: not UTF-8", raw, got)
		}
		if i := bytes.IndexFunc(got, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }); i >= 0 {
			t.Fatalf("AppendText(%q) = %q: control character at %d", raw, got, i)
		}
		if again := AppendText(nil, got); !bytes.Equal(again, got) {
			t.Fatalf("AppendText(%q) = %q, and of that %q", raw, got, again)
		}
	})
}
