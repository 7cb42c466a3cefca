package check

import (
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/unicode/runenames"
)

// difference returns where a text that came first differs from the one that was
// sent, with both characters by their code points and names, as Unicode has
// them: many of those that programs damage are not seen. It is empty where the
// texts are equal.
func difference(sent, came string) string {
	if sent == came {
		return ""
	}
	at := 0
	for at < len(sent) && at < len(came) {
		a, n := utf8.DecodeRuneInString(sent[at:])
		b, m := utf8.DecodeRuneInString(came[at:])
		if a != b || n != m {
			break
		}
		at += n
	}
	return fmt.Sprintf("at byte %d, %s was sent, %s came", at, character(sent[at:]), character(came[at:]))
}

// character returns the first character of text in words.
func character(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case n == 0:
		return "nothing more"
	case r == utf8.RuneError && n == 1:
		return fmt.Sprintf("the byte 0x%02X, which is no UTF-8,", text[0])
	}
	return fmt.Sprintf("%U %s", r, runenames.Name(r))
}
