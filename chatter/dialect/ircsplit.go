package dialect

import (
	"bytes"
	"strings"

	"chatsim/manager/wire"
)

// A server of IRC that loses another one has all who are behind it quit, with the
// names of both for a reason: "a.example.net b.example.net". That is a netsplit, and
// nothing that those who quit have done.

const splitFrame = "netsplit "

// AppendSplit appends the Raw of an Unknown frame that tells of a netsplit.
func AppendSplit(dst []byte, servers string) []byte {
	return append(append(dst, splitFrame...), servers...)
}

// ParseSplit returns between which servers a link is lost by an Unknown frame; false
// if it tells of no netsplit.
func ParseSplit(raw []byte) (servers string, ok bool) {
	return strings.CutPrefix(string(raw), splitFrame)
}

// isSplit reports whether somebody quits for a netsplit.
func isSplit(reason []byte) bool {
	here, there, two := bytes.Cut(reason, []byte{' '})
	return two && isServer(here) && isServer(there)
}

// isServer reports whether a word may be a server's name: words and dots, and an
// asterisk where a network hides its own.
func isServer(word []byte) bool {
	return bytes.IndexByte(word, '.') > 0 && word[len(word)-1] != '.' && !bytes.ContainsFunc(word, func(r rune) bool {
		return !(r == '.' || r == '-' || r == '_' || r == '*' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z')
	})
}

// split has a frame that tells of a netsplit be before one that tells of a leave.
func (c *irc) split(f *Frame, reason []byte) {
	late := Frame{}
	late.Kind, late.Names = f.Kind, [][]byte{bytes.Clone(f.Names[0])}
	c.owed = append(c.owed, late)
	f.Kind, f.Names, f.Raw = wire.Unknown, nil, AppendSplit(nil, string(reason))
}
