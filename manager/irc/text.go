package irc

import (
	"bytes"
	"unicode/utf8"

	"chatsim/manager/wire"
)

// ctcp marks what is between clients, at both ends of a text (the client-to-
// client protocol). ACTION is what somebody does: /me here.
const (
	ctcp   = 0x01
	action = "\x01ACTION "
	me     = "/me "
)

// AppendText appends what of a client's text is text: without colours and other
// marks of how it is to look. The room takes out what else nobody may be shown.
func AppendText(dst, text []byte) []byte {
	for len(text) > 0 {
		if n := styled(text); n > 0 {
			text = text[n:]
			continue
		}
		dst = append(dst, text[0])
		text = text[1:]
	}
	return dst
}

// styled returns how many bytes at the start of a text are a mark of how it is
// to look: a colour by number, one or two, or a switch.
func styled(text []byte) int {
	switch text[0] {
	case 0x02, 0x0f, 0x11, 0x16, 0x1d, 0x1e, 0x1f: // bold, plain, monospace, reverse, italic, struck out, underlined
		return 1
	case 0x03:
		return colours(text, 2, isDigit)
	case 0x04:
		return colours(text, 6, isHex)
	}
	return 0
}

// colours returns the length of a colour of so many digits at most, and of a
// background's behind a comma.
func colours(text []byte, most int, digit func(byte) bool) int {
	count := func(from int) (n int) {
		for n < most && from+n < len(text) && digit(text[from+n]) {
			n++
		}
		return n
	}
	n := 1 + count(1)
	if n > 1 && n < len(text) && text[n] == ',' {
		if back := count(n + 1); back > 0 {
			n += 1 + back
		}
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// AppendSaid appends what a user says to the channel or to a nick: a PRIVMSG for
// each line of the text, and for each part of one that is too long. tag, which
// may be empty, stands before each.
func AppendSaid(dst, tag []byte, nick, target string, text []byte) []byte {
	return appendPieces(dst, tag, nick, "PRIVMSG ", target, text)
}

func appendPieces(dst, tag []byte, nick, command, target string, text []byte) []byte {
	doing := bytes.HasPrefix(text, []byte(me))
	if doing {
		text = text[len(me):]
	}
	room := MaxLine - len(":!"+mask+" "+" :"+"\r\n") - len(nick) - len(command) - len(target)
	if doing {
		room -= len(action) + 1
	}
	for first := true; first || len(text) > 0; first = false {
		var piece []byte
		piece, text = cut(text, max(room, utf8.UTFMax))
		dst = append(dst, tag...)
		dst = appendSource(dst, nick)
		dst = append(dst, command...)
		dst = append(dst, target...)
		dst = append(dst, " :"...)
		if doing {
			dst = append(dst, action...)
		}
		dst = append(dst, piece...)
		if len(piece) == 0 {
			dst = append(dst, ' ') // a parameter of nothing is none to many
		}
		if doing {
			dst = append(dst, ctcp)
		}
		dst = append(dst, "\r\n"...)
	}
	return dst
}

// cut takes the first line of a text, or as much of it as there is room for, up
// to a space if there is one not long before.
func cut(text []byte, room int) (piece, rest []byte) {
	end, next := lineEnd(text, room+1)
	if end <= room {
		return text[:end], text[next:]
	}
	end = room
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	if blank := bytes.LastIndexByte(text[:end], ' '); blank > end*3/4 {
		return text[:blank], text[blank+1:]
	}
	return text[:end], text[end:]
}

// lineEnd returns where the first line of a text ends and the next begins; of a
// line that has no end within so many bytes, both are where the text is longer.
func lineEnd(text []byte, within int) (end, next int) {
	const lead = 0xe2 // of the two separators in UTF-8, which have three bytes
	for at := 0; at < min(len(text), within); at++ {
		i := bytes.IndexByte(text[at:min(len(text), within)], lead)
		if i < 0 {
			break
		}
		at += i
		if r, size := utf8.DecodeRune(text[at:]); wire.EndsLine(r) {
			return at, at + size
		}
	}
	return len(text), len(text)
}
