package wire

import (
	"encoding/binary"
	"unicode/utf8"
)

// AppendText appends what of raw may be said: invalid bytes become U+FFFD,
// control characters other than tab (C0, DEL, C1) are dropped, so that no
// terminal escape reaches a reader. What it returns it leaves alone when asked
// again.
func AppendText(dst, raw []byte) []byte {
	for {
		n := cleanPrefix(raw)
		dst = append(dst, raw[:n]...)
		if raw = raw[n:]; len(raw) == 0 {
			return dst
		}
		r, size := utf8.DecodeRune(raw)
		if r == '\t' || !isControl(r) {
			dst = utf8.AppendRune(dst, r)
		}
		raw = raw[size:]
	}
}

// AppendShown appends what of raw may be shown on a screen, whoever sent it:
// AppendText without the characters that turn the direction of writing, and with
// a space for those that end a line.
func AppendShown(dst, raw []byte) []byte {
	for _, r := range string(AppendText(nil, raw)) {
		switch {
		case EndsLine(r):
			dst = append(dst, ' ')
		case !turnsText(r):
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// EndsLine reports whether r, one of what AppendText leaves, is a line break
// within a text: one of Unicode's two separators.
func EndsLine(r rune) bool { return r == 0x2028 || r == 0x2029 }

// cleanPrefix says how many bytes at the start of raw are certainly printable
// ASCII; the byte behind them may be anything.
func cleanPrefix(raw []byte) int {
	const (
		ones = 0x0101010101010101
		high = 0x80 * ones
	)
	i := 0
	for ; i+8 <= len(raw); i += 8 {
		// In each byte the high bit of x says not ASCII, of x+1 DEL, of x-0x20
		// C0. A carry comes only out of a byte that is itself refused.
		x := binary.LittleEndian.Uint64(raw[i:])
		if (x|(x+ones)|(x-0x20*ones))&high != 0 {
			break
		}
	}
	for i < len(raw) && raw[i] >= ' ' && raw[i] < 0x7f {
		i++
	}
	return i
}

func isControl(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0
}

// turnsText reports whether r is there to show text otherwise than it is written:
// the characters of Unicode's property Bidi_Control, and the two separators
// that end a line. In a name they make one user look like another.
func turnsText(r rune) bool {
	switch {
	case r == 0x061c, r == 0x200e, r == 0x200f, 0x2028 <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return true
	}
	return false
}
