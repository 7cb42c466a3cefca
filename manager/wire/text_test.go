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

func TestCleanName(t *testing.T) {
	long := strings.Repeat("n", MaxName)
	for _, c := range []struct{ asked, name, err string }{
		{"bob", "bob", ""},
		{" \t bob the 2nd\r", "bob the 2nd", ""},
		{"李雷", "李雷", ""},
		{"é", "é", ""},
		{`"quoted\"`, `"quoted\"`, ""},
		{"bob:x", "bob:x", ""},
		{"   " + long + "   ", long, ""},
		{long + "n", "", "name is 65 bytes long, at most 64 are allowed"},
		{" ", "", "name is empty"},
		{"b\xffb", "", "name is not valid UTF-8"},
		{"b\x1b[31m", "", "name has a control character in it"},
		{"a\tb", "", "name has a control character in it"},
		{"a\u0085b", "", "name has a control character in it"},
		{"bob@home", "", "name has an @ in it"},
		{Group, "", "name is that of the group"},
		{Server, "", "name is that of the server"},
		{"b\u202eob", "", "name has a character in it that turns the direction of writing, or ends a line"},
		{"bob\u200f", "", "name has a character in it that turns the direction of writing, or ends a line"},
		{"b\u2028ob", "", "name has a character in it that turns the direction of writing, or ends a line"},
		{"b\u2069ob", "", "name has a character in it that turns the direction of writing, or ends a line"},
		{"\u200b", "", "name has nothing in it that can be seen"},
		{"\u3164 \u2800", "", "name has nothing in it that can be seen"},
		{"\u0301", "", "name has nothing in it that can be seen"},
		{"\u200b🙂", "\u200b🙂", ""},
		{"e\u0301", "", "name is not in Unicode normal form C, in which \"e\u0301\" is written \"é\""},
	} {
		name, err := CleanName(c.asked)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if name != c.name || text != c.err {
			t.Errorf("CleanName(%q) = %q, %q, want %q, %q", c.asked, name, text, c.name, c.err)
		}
	}
}

func TestIsUnnamed(t *testing.T) {
	for asked, want := range map[string]bool{"": true, " \r": true, NoName: true, NoName + "\r": true, "bob": false, NoName + "2": false} {
		if got := IsUnnamed(asked); got != want {
			t.Errorf("IsUnnamed(%q) = %v, want %v", asked, got, want)
		}
	}
}
