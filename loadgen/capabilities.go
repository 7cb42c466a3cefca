package loadgen

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
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

// Bounded is a Client whose server takes texts up to a length, of so many bytes, for a
// target, which is empty for the group; 0: no limit is known. Longer ones are made
// shorter, and the report says so.
type Bounded interface {
	LongestText(target string) (bytes int)
}

// connection is a Client with what it can do beside, each nil if it cannot.
type connection struct {
	Client
	claimer  Claimer
	signer   Signer
	parser   Parser
	buffered Buffered
	typist   typist
	lines    Typist
	bounded  Bounded
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
	conn.bounded, _ = c.(Bounded)
	return conn
}

// fit returns a text as the stay's server takes it for a target: cut, at a character,
// where it is too long.
func (s *stay) fit(text []byte, target string) []byte {
	r := s.user.run
	can := r.cfg.Capabilities.Texts
	most := can.Max
	if b := s.client.bounded; b != nil {
		if n := b.LongestText(target); n > 0 && (most == 0 || n < most) {
			most = n
		}
	}
	if most > 0 && len(text) > most {
		r.cuts.add(len(text), most)
		for most > 0 && !utf8.RuneStart(text[most]) {
			most--
		}
		text = text[:most]
	}
	return fit(can, text)
}

// cuts counts the lines that were made shorter.
type cuts struct {
	lines    atomic.Int64
	longest  atomic.Int64 // that was to be sent, in bytes of text
	shortest atomic.Int64 // limit
}

func (c *cuts) add(size, most int) {
	c.lines.Add(1)
	for old := c.longest.Load(); int64(size) > old && !c.longest.CompareAndSwap(old, int64(size)); old = c.longest.Load() {
	}
	for old := c.shortest.Load(); (old == 0 || int64(most) < old) && !c.shortest.CompareAndSwap(old, int64(most)); old = c.shortest.Load() {
	}
}

// warning says what was made shorter; empty: nothing.
func (c *cuts) warning() string {
	n := c.lines.Load()
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s made shorter, of up to %d bytes of text: the server takes %d in its longest line", report.Plural(n, "line was", "lines were"), c.longest.Load(), c.shortest.Load())
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
