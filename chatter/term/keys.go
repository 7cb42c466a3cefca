package term

import (
	"bufio"
	"unicode"
	"unicode/utf8"
)

// key is what somebody has pressed: a character, or one of those below.
type key rune

const (
	keyNone key = -1 - iota // something that means nothing here
	keyEnter
	keyInterrupt // Ctrl-C
	keyEnd       // Ctrl-D: the end of all input, or like keyDelete
	keyBackspace
	keyDelete
	keyLeft
	keyRight
	keyWordLeft
	keyWordRight
	keyLineStart
	keyLineEnd
	keyEraseWord
	keyEraseBefore
	keyEraseAfter
	keyEraseWordAfter
	keyEarlier
	keyLater
	keyRedraw
	keySuspend // Ctrl-Z
	keyTab
)

// controls are keys by the one byte that a terminal sends for them.
var controls = map[rune]key{
	'\r': keyEnter, '\n': keyEnter, 0x7f: keyBackspace, 'H' - '@': keyBackspace,
	'A' - '@': keyLineStart, 'E' - '@': keyLineEnd, 'B' - '@': keyLeft, 'F' - '@': keyRight,
	'C' - '@': keyInterrupt, 'D' - '@': keyEnd, 'K' - '@': keyEraseAfter, 'U' - '@': keyEraseBefore,
	'W' - '@': keyEraseWord, 'L' - '@': keyRedraw, 'P' - '@': keyEarlier, 'N' - '@': keyLater, 'Z' - '@': keySuspend,
}

// escapes are keys by what follows the escape character.
var escapes = map[string]key{
	"[A": keyEarlier, "[B": keyLater, "[C": keyRight, "[D": keyLeft, "[H": keyLineStart, "[F": keyLineEnd,
	"OA": keyEarlier, "OB": keyLater, "OC": keyRight, "OD": keyLeft, "OH": keyLineStart, "OF": keyLineEnd,
	"[1~": keyLineStart, "[7~": keyLineStart, "[4~": keyLineEnd, "[8~": keyLineEnd, "[3~": keyDelete,
	"[1;3C": keyWordRight, "[1;5C": keyWordRight, "[1;3D": keyWordLeft, "[1;5D": keyWordLeft,
	"Oc": keyWordRight, "Od": keyWordLeft, "f": keyWordRight, "b": keyWordLeft, "d": keyEraseWordAfter, "\x7f": keyEraseWord,
}

const escape = 0x1b

// maxEscape is the longest sequence that any terminal sends, and more.
const maxEscape = 32

// readKey waits for a key.
func readKey(in *bufio.Reader) (key, error) {
	r, size, err := in.ReadRune()
	switch {
	case err != nil:
		return keyNone, err
	case r == escape:
		return readEscape(in)
	case r == utf8.RuneError && size == 1:
		return keyNone, nil
	}
	if k, ok := controls[r]; ok {
		return k, nil
	}
	switch {
	case r == '\t' && in.Buffered() > 0: // pasted
		return ' ', nil
	case r == '\t':
		return keyTab, nil
	case unicode.IsControl(r), unicode.In(r, unicode.Zl, unicode.Zp):
		return keyNone, nil
	}
	return key(r), nil
}

// readEscape reads what follows an escape character: one character, or '[' and
// parameters up to a letter, '~' or '$', or 'O' and a letter. What cannot be a
// part of it is left to be read by itself, Ctrl-C too.
func readEscape(in *bufio.Reader) (key, error) {
	var seq []byte
	for len(seq) < maxEscape {
		b, err := in.ReadByte()
		if err != nil {
			return keyNone, err
		}
		if b == escape { // another one begins
			seq = seq[:0]
			continue
		}
		if b < ' ' || b > 0x7f {
			return keyNone, in.UnreadByte()
		}
		seq = append(seq, b)
		if escapeEnds(seq) {
			break
		}
	}
	if k, ok := escapes[string(seq)]; ok {
		return k, nil
	}
	return keyNone, nil
}

// escapeEnds reports whether a sequence is whole. On Linux's console that of a
// function key has a second '['.
func escapeEnds(seq []byte) bool {
	last := seq[len(seq)-1]
	switch {
	case seq[0] != '[' && seq[0] != 'O':
		return true
	case len(seq) == 1, len(seq) == 2 && last == '[':
		return false
	}
	return last >= '@' && last <= '~' || last == '$'
}
