package ledger

import (
	"bytes"
	"iter"
	"strconv"
)

// A stamp at the start of a text, or behind a slash there, names the line: the run's nonce, the
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

// stamped returns the line whose stamp a text begins with, nil if there is none
// (any more); given reports whether it was ever sent. It is false if the text
// begins with no stamp of the run.
func (l *Ledger) stamped(text []byte) (line *Line, given, ok bool) {
	chatter, seq, ok := ParseStamp(unslashed(text), l.cfg.Nonce)
	if !ok {
		return nil, false, false
	}
	if line = l.senders.line(chatter, seq); line == nil {
		given = seq < l.senders.sent(chatter)
	}
	return line, given, true
}

// unslashed returns a text without what stands before the stamp of a line that was
// typed with two slashes: one of them, or both where they were left.
func unslashed(text []byte) []byte { return bytes.TrimLeft(text, "/") }

// stampedIn ranges over the lines whose stamps stand anywhere in a text.
func (l *Ledger) stampedIn(text []byte) iter.Seq[*Line] {
	return func(yield func(*Line) bool) {
		nonce := []byte(l.cfg.Nonce + "-")
		for rest := text; ; rest = rest[1:] {
			i := bytes.Index(rest, nonce)
			if i < 0 {
				return
			}
			rest = rest[i:]
			if line, _, _ := l.stamped(rest); line != nil && !yield(line) {
				return
			}
		}
	}
}
