package ledger

import "strconv"

// A stamp at the start of a text names the line: the run's nonce, the
// chatter's number and the line's number in that chatter's sequence, in
// decimal so that a person can read it: "k3f9-17-204;". Times are not in it:
// they are kept with the line by its sender.

const (
	// NonceLen is the length of a run's nonce in bytes.
	NonceLen = 4
	// MaxStamp is the longest stamp in bytes: five digits of chatter, ten of sequence.
	MaxStamp = NonceLen + 1 + 5 + 1 + 10 + 1
)

// AppendStamp appends the stamp of line seq of a chatter.
func AppendStamp(dst []byte, nonce string, chatter, seq int) []byte {
	dst = append(dst, nonce...)
	dst = append(dst, '-')
	dst = strconv.AppendInt(dst, int64(chatter), 10)
	dst = append(dst, '-')
	dst = strconv.AppendInt(dst, int64(seq), 10)
	return append(dst, ';')
}

// ParseStamp reads the stamp at the start of a text. It allocates nothing.
func ParseStamp(text []byte, nonce string) (chatter, seq int, ok bool) {
	if len(text) <= NonceLen || string(text[:NonceLen]) != nonce || text[NonceLen] != '-' {
		return 0, 0, false
	}
	chatter, n := digits(text[NonceLen+1:], '-')
	if n == 0 {
		return 0, 0, false
	}
	seq, m := digits(text[NonceLen+1+n:], ';')
	return chatter, seq, m != 0
}

// digits reads a decimal number that ends with end, and returns how many
// bytes both take; 0 if there is none.
func digits(b []byte, end byte) (v, n int) {
	for i, c := range b {
		switch {
		case c == end && i > 0:
			return v, i + 1
		case c < '0' || c > '9' || i == 10:
			return 0, 0
		}
		v = v*10 + int(c-'0')
	}
	return 0, 0
}
