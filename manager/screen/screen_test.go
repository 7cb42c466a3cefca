package screen

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
)

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		width    int
		in, want string
	}{
		{20, "short\n", "short\n"},
		{20, "one two three four five\n", "one two three four\nfive\n"},
		{24, "chatsim: one two three four five six\n", "chatsim: one two three\n         four five six\n"},
		{20, "hint: one two three four\n", "hint: one two three\n      four\n"},
		{20, "  indented and long enough\n", "  indented and long\n  enough\n"},
		{30, "load        one two three four five\n", "load        one two three four\n            five\n"},
		{20, "  delivery.p99<50ms not met: it is 80 ms\n", "  delivery.p99<50ms\n  not met: it is 80\n  ms\n"},
		{20, "averyveryverylongwordindeed and more\n", "averyveryverylongwordindeed\nand more\n"},
		{20, "x averyveryverylongwordindeed\n", "x\naveryveryverylongwordindeed\n"},
		{20, "\x1b[1;32mPASSED\x1b[0m  and twelve\n", "\x1b[1;32mPASSED\x1b[0m  and twelve\n"},
		{20, "小明小明 小明小明 小明小明\n", "小明小明 小明小明\n小明小明\n"},
		{20, "0000000  0000000000000\n", "0000000\n0000000000000\n"},
		{20, "trailing space      \nnext\n", "trailing space\nnext\n"},
		{10, "a terminal this narrow breaks lines itself", "a terminal this narrow breaks lines itself"},
		{20, "\n\n", "\n\n"},
		{23, "\u0317 00000000000000000000000", "\u0317\n00000000000000000000000"},
	} {
		if diff := cmp.Diff(tt.want, Wrap(tt.in, tt.width)); diff != "" {
			t.Errorf("%q at %d (-want +got):\n%s", tt.in, tt.width, diff)
		}
	}
}

// TestWriterGoesOn holds that a line may come in several writes, and that the
// width is asked for at each.
func TestWriterGoesOn(t *testing.T) {
	var b strings.Builder
	width := 30
	w := &Writer{out: &b, width: func() int { return width }}
	for _, s := range []string{"chatsim: pair 1 of 5, ", "other: ", "passed, delivery.p50 1 ms\n"} {
		if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	width = 60
	w.Write([]byte("chatsim: pair 1 of 5, other: passed, delivery.p50 1 ms\n"))
	want := "chatsim: pair 1 of 5, other:\n         passed, delivery.p50\n         1 ms\nchatsim: pair 1 of 5, other: passed, delivery.p50 1 ms\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCI(t *testing.T) {
	for value, want := range map[string]bool{"": false, " ": false, "0": false, "false": false, "FALSE": false, "no": false, "off": false, "1": true, "true": true, "yes": true, "woodpecker": true} {
		if got := CI(func(string) string { return value }); got != want {
			t.Errorf("CI=%s is %v", value, got)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("chatsim: one two  three\n  four", 20)
	f.Add("a:  b", 21)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < least || width > 500 || strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
			return // what people are shown is printable
		}
		got := Wrap(text, width)
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(text), " ") {
			t.Fatalf("%q became %q", text, got)
		}
		for line := range strings.Lines(got) {
			line = strings.TrimRight(line, "\n")
			if uniseg.StringWidth(line) > width && strings.Contains(strings.TrimLeft(line, " "), " ") {
				t.Fatalf("%q has %d columns of %d", line, uniseg.StringWidth(line), width)
			}
		}
	})
}
