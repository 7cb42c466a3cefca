package check

import "testing"

func TestDifference(t *testing.T) {
	for _, c := range []struct{ sent, came, want string }{
		{"same", "same", ""},
		{"a\u00a0b", "a b", "at byte 1, U+00A0 NO-BREAK SPACE was sent, U+0020 SPACE came"},
		{"e\u0301", "é", "at byte 0, U+0065 LATIN SMALL LETTER E was sent, U+00E9 LATIN SMALL LETTER E WITH ACUTE came"},
		{"ab\u200d", "ab", "at byte 2, U+200D ZERO WIDTH JOINER was sent, nothing more came"},
		{"ab", "abc", "at byte 2, nothing more was sent, U+0063 LATIN SMALL LETTER C came"},
		{"a🙂", "a\xf0", "at byte 1, U+1F642 SLIGHTLY SMILING FACE was sent, the byte 0xF0, which is no UTF-8, came"},
		{"a\ufffd", "a\xff", "at byte 1, U+FFFD REPLACEMENT CHARACTER was sent, the byte 0xFF, which is no UTF-8, came"},
		{"a\tb", "a b", "at byte 1, U+0009 <control> was sent, U+0020 SPACE came"},
	} {
		if got := difference(c.sent, c.came); got != c.want {
			t.Errorf("%q, %q:\n got %s\nwant %s", c.sent, c.came, got, c.want)
		}
	}
}
