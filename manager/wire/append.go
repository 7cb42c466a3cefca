package wire

import (
	"iter"
	"unicode/utf8"
)

// Each Append function writes one whole frame or line, '\n' included, behind
// dst. Texts and names go out as given: what may be in them is decided by
// AppendText and CleanName, where they come in.

// AppendLine appends a chat line; target is Group or an assigned name.
func AppendLine(dst []byte, sender string, text []byte, target string) []byte {
	dst = append(dst, ' ')
	dst = append(dst, sender...)
	dst = append(dst, ':')
	return AppendMessage(dst, text, sender, target)
}

// AppendMessage appends the line by which a client sends text to target.
func AppendMessage(dst []byte, text []byte, sender, target string) []byte {
	dst = append(dst, text...)
	dst = append(dst, '@')
	dst = append(dst, sender...)
	dst = append(dst, '@')
	dst = append(dst, target...)
	return append(dst, '\n')
}

// AppendWelcome appends the frame that tells a newcomer its assigned name.
func AppendWelcome(dst []byte, name string) []byte {
	dst = append(dst, `{"welcome":`...)
	dst = appendString(dst, name)
	return append(dst, "}\n"...)
}

// AppendWelcomeToken is AppendWelcome for a client that asked for a token too.
func AppendWelcomeToken(dst []byte, name, token string) []byte {
	dst = append(dst, `{"welcome":`...)
	dst = appendString(dst, name)
	dst = append(dst, `,"token":`...)
	dst = appendString(dst, token)
	return append(dst, "}\n"...)
}

// AppendJoin appends the frame that tells everybody else of one newcomer.
func AppendJoin(dst []byte, name string) []byte {
	dst = append(dst, `{"join":[`...)
	dst = appendString(dst, name)
	return append(dst, "]}\n"...)
}

// AppendLeave appends the frame that tells everybody else who is gone.
func AppendLeave(dst []byte, name string) []byte {
	dst = append(dst, `{"leave":[`...)
	dst = appendString(dst, name)
	return append(dst, "]}\n"...)
}

// AppendError appends an error; for the texts that a client can recognise see
// Reason.
func AppendError(dst []byte, text string) []byte {
	dst = append(dst, `{"error":`...)
	dst = appendString(dst, text)
	return append(dst, "}\n"...)
}

// AppendRoster appends a snapshot of who is present, in join order.
func AppendRoster(dst []byte, names iter.Seq[string]) []byte {
	dst = append(dst, '[')
	first := true
	for name := range names {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendString(dst, name)
	}
	return append(dst, "]\n"...)
}

// appendString appends s as a JSON string. Invalid UTF-8 becomes U+FFFD, as
// with encoding/json; nothing is escaped that JSON does not require, so that a
// person at a terminal reads names as they are.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0 // s[:done] is written
	for i := 0; i < len(s); {
		if jsonPlain[s[i]] {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= utf8.RuneSelf && (r != utf8.RuneError || size > 1) {
			i += size
			continue
		}
		dst = append(dst, s[done:i]...)
		dst = appendEscaped(dst, r)
		i += size
		done = i
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

func appendEscaped(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	switch {
	case r == '"' || r == '\\':
		return append(dst, '\\', byte(r))
	case r < ' ':
		return append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
	}
	return utf8.AppendRune(dst, utf8.RuneError)
}

// jsonPlain holds the ASCII characters that stand for themselves in a JSON
// string, in both directions.
var jsonPlain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()
