package loadgen

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
)

// Capabilities is what a Joiner's clients can show of a room. The zero value is
// that of chatsim's line protocol, whose clients can show all.
type Capabilities = check.Capabilities

// Texts is what a protocol does to texts, a part of Capabilities.
type Texts = ledger.Texts

// How clients are told of joins and leaves, for Capabilities.Views.
const (
	Ordered      = ledger.Ordered      // each at its place among the lines
	WholeRosters = ledger.WholeRosters // by rosters of all that are there
	NoViews      = ledger.NoViews      // not at all
)

// Claimer is a Client that can claim another sender for a group line, to see
// whether the server believes it. What comes back is the line with the claim
// as part of its text, as ClaimedText returns it, under the real name.
type Claimer interface {
	Claim(sender string, text []byte) error
	ClaimedText(sender string, text []byte) string
}

// Signer is a Client whose lines carry another name than its assigned one
// where that is not the one asked for.
type Signer interface{ Signs() string }

// Parser is a Client that can hand out frames before it parses them: most are,
// byte for byte, what others have got already, and need not be parsed.
type Parser interface {
	NextRaw(f *Frame) error // sets Raw, At and More
	Parse(f *Frame) error   // sets the rest; a *chatter.FrameError if it cannot
}

// Buffered is a Client whose connection's receive buffer can be set, so that a
// chatter that stalls soon holds up its server.
type Buffered interface{ SetReadBuffer(bytes int) error }

// connection is a Client with what it can do beside, each nil if it cannot.
type connection struct {
	Client
	claimer  Claimer
	signer   Signer
	parser   Parser
	buffered Buffered
	typist   typist
	lines    Typist
}

// connectionOf returns the only place that looks what a Client can do, but for its
// longest frame, which a run sets and forgets.
func connectionOf(c Client) connection {
	conn := connection{Client: c}
	conn.claimer, _ = c.(Claimer)
	conn.signer, _ = c.(Signer)
	conn.parser, _ = c.(Parser)
	conn.buffered, _ = c.(Buffered)
	conn.typist, _ = c.(typist)
	conn.lines, _ = c.(Typist)
	return conn
}

// fit returns a text as a protocol can carry it, in as many bytes: a dot stands
// for each byte of what it cannot.
func fit(can check.Texts, text []byte) []byte {
	if can.Forbids != "" && bytes.ContainsAny(text, can.Forbids) {
		for i, r := range string(text) {
			if strings.ContainsRune(can.Forbids, r) {
				copy(text[i:], strings.Repeat(".", utf8.RuneLen(r)))
			}
		}
	}
	if n := len(text); can.Trims && n > 0 && (text[n-1] == ' ' || text[n-1] == '\t') {
		text[n-1] = '.'
	}
	if at := bytes.LastIndexByte(text, '@'); can.NoName && at >= 0 && isWord(text[at+1:]) {
		text[at] = '.'
	}
	return text
}

// isWord reports whether b is letters and digits of ASCII, and not empty.
func isWord(b []byte) bool {
	for _, c := range b {
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9') {
			return false
		}
	}
	return len(b) > 0
}
