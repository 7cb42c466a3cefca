package wire

import (
	"bytes"
	"iter"
	"unicode/utf8"
)

// RawPeer is how a server speaks to one client of the raw dialect. That client
// knows itself only by the name that it asked for.
type RawPeer struct {
	Asked, Given string
}

// rawCut ends a text that does not fit.
const rawCut = "…"

// AppendLine appends a chat line, cut to RawMax bytes. The client's own name
// stands where it looks for it as the one that it asked for.
func (p *RawPeer) AppendLine(dst []byte, sender, text, target []byte) []byte {
	start := len(dst)
	dst = append(dst, ' ')
	dst = append(dst, sender...)
	dst = append(dst, ':')
	tail := 2 + len(p.own(sender)) + len(p.own(target))
	dst = appendRawText(dst, text, RawMax-(len(dst)-start)-tail)
	dst = append(dst, '@')
	dst = append(dst, p.own(sender)...)
	dst = append(dst, '@')
	return append(dst, p.own(target)...)
}

func (p *RawPeer) own(name []byte) []byte {
	if string(name) == p.Given {
		return []byte(p.Asked)
	}
	return name
}

// AppendError appends what is wrong as a private line from the server: the
// client understands no other form. One without a name that may be written shows
// only what is for the group.
func (p *RawPeer) AppendError(dst, text []byte) []byte {
	target := p.Asked
	if target == "" {
		target = Group
	}
	return p.AppendLine(dst, []byte(Server), text, []byte(target))
}

// AppendRoster appends as many names as fit into RawMax bytes.
func (p *RawPeer) AppendRoster(dst []byte, names iter.Seq[string]) []byte {
	start := len(dst)
	dst = append(dst, '[')
	for name := range names {
		before := len(dst)
		if before > start+1 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, name)
		if len(dst)-start >= RawMax {
			dst = dst[:before]
			break
		}
	}
	return append(dst, ']')
}

// appendRawText appends text in at most room bytes.
func appendRawText(dst, text []byte, room int) []byte {
	start, fits := len(dst), len(dst) // fits: up to where a cut leaves room for its mark
	for len(text) > 0 {
		_, size := utf8.DecodeRune(text)
		if text[0] == '@' {
			dst = append(dst, rawAt...)
		} else {
			dst = append(dst, text[:size]...)
		}
		text = text[size:]
		switch n := len(dst) - start; {
		case n > room:
			return append(dst[:fits], rawCut...)
		case n <= room-len(rawCut):
			fits = len(dst)
		}
	}
	return dst
}

// RawInput takes apart what a client of the raw dialect sends. Its messages
// have no end but what the client itself puts there, @its name@target, and one
// read may bring several of them or a part of one.
type RawInput struct {
	Asked, Given string
	// Known returns the length of the longest name that b begins with, of a user
	// who is present or was; 0 if there is none.
	Known func(b []byte) int
}

// Next returns the first message of b as a request, and how many bytes it has; 0
// if b holds a part of it only. last says that nothing follows b for now: then
// all of b is a message if it has no other end.
//
// Where a target is nobody's name the end of its message cannot be told, and
// what follows is taken for a part of that name: an error for the sender is
// better than a private text for all.
func (r *RawInput) Next(b []byte, last bool) (req Request, n int) {
	i, rest := r.signature(b)
	if i < 0 {
		if last || isGroupEnd(b[max(0, len(b)-len(groupEnd)):]) {
			return ParseRequest(b, r.Asked, r.Given), len(b)
		}
		return Request{}, 0
	}
	target := b[rest:]
	if bytes.HasPrefix(target, []byte(Group)) {
		return Request{Kind: Say, Text: b[:i]}, rest + len(Group)
	}
	tell := Request{Kind: Tell, Text: b[:i], Target: target}
	if k := r.Known(target); k > 0 && (k == len(target) || bytes.Count(target[k:], []byte("@")) >= 2) {
		tell.Target = target[:k]
		return tell, rest + k
	}
	if j, second := r.signature(target); j >= 0 {
		tell.Target = target[:j]
		if bytes.HasPrefix(target[second:], []byte(Group)) {
			return tell, rest + second + len(Group)
		}
		if k := r.Known(target[second:]); k > 0 {
			return tell, rest + second + k
		}
	}
	if last {
		return tell, len(b)
	}
	return Request{}, 0
}

// signature finds the first @name@ of the client's own in b: where it begins
// and where it ends, -1 if there is none.
func (r *RawInput) signature(b []byte) (begin, end int) {
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], '@')
		if i < 0 {
			return -1, -1
		}
		at += i
		size := bytes.IndexByte(b[at+1:], '@')
		if size < 0 {
			return -1, -1
		}
		if name := b[at+1 : at+1+size]; string(name) == r.Asked || string(name) == r.Given {
			return at, at + 1 + size + 1
		}
	}
}

// RawName returns the name that a client of the raw dialect has sent in b, and
// how many bytes of b it has. A client that waits for no answer may have sent
// its first message right behind it.
func RawName(b []byte) (name []byte, n int) {
	for at := range b {
		if b[at] != '@' {
			continue
		}
		size := bytes.IndexByte(b[at+1:], '@')
		if size > 0 && size <= at && bytes.HasPrefix(b, b[at+1:at+1+size]) {
			return b[:size], size
		}
	}
	return b, len(b)
}
