package wire

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// AppendText appends what of raw may be said: invalid bytes become U+FFFD,
// control characters other than tab (C0, DEL, C1) are dropped, so that no
// terminal escape reaches a reader. What it gives it leaves alone when asked
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
// AppendText without the characters that turn the direction of writing.
func AppendShown(dst, raw []byte) []byte {
	for _, r := range string(AppendText(nil, raw)) {
		if !turnsText(r) {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

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

// turnsText says whether r is there to show text otherwise than it is written:
// the characters of Unicode's property Bidi_Control, and the two separators
// that end a line. In a name they make one user look like another.
func turnsText(r rune) bool {
	switch {
	case r == 0x061c, r == 0x200e, r == 0x200f, 0x2028 <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return true
	}
	return false
}

// isSeen says whether r is to be seen by itself: no white space, no mark on
// another character, nothing that only formats or fills.
func isSeen(r rune) bool {
	switch r {
	case 0x115f, 0x1160, 0x2800, 0x3164, 0xffa0: // fillers of Hangul, a Braille pattern without dots
		return false
	}
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Mn, unicode.Me)
}

// IsUnnamed says whether a client's first line leaves its name to the server,
// which then takes the address of the client's socket.
func IsUnnamed(asked string) bool {
	asked = strings.TrimSpace(asked)
	return asked == "" || asked == NoName
}

// CleanName gives the name that a client asked for without the white space
// around it, or an error in words for the person who chose it.
func CleanName(asked string) (string, error) {
	name := strings.TrimSpace(asked)
	switch {
	case name == "":
		return "", fmt.Errorf("name is empty")
	case len(name) > MaxName:
		return "", fmt.Errorf("name is %d bytes long, at most %d are allowed", len(name), MaxName)
	case !utf8.ValidString(name):
		return "", fmt.Errorf("name is not valid UTF-8")
	case strings.ContainsFunc(name, isControl):
		return "", fmt.Errorf("name has a control character in it")
	case strings.ContainsFunc(name, turnsText):
		return "", fmt.Errorf("name has a character in it that turns the direction of writing, or ends a line")
	case !strings.ContainsFunc(name, isSeen):
		return "", fmt.Errorf("name has nothing in it that can be seen")
	case strings.Contains(name, "@"):
		return "", fmt.Errorf("name has an @ in it")
	case name == Group:
		return "", fmt.Errorf("name is that of the group")
	case name == Server:
		return "", fmt.Errorf("name is that of the server")
	case !norm.NFC.IsNormalString(name):
		return "", fmt.Errorf("name is not in Unicode normal form C, in which %q is written %q", name, norm.NFC.String(name))
	}
	return name, nil
}
