package wire

import (
	"bytes"
	"slices"
	"strconv"
)

// RequestKind is what a client's line asks for.
type RequestKind uint8

// The kinds of lines that a client sends after its name.
const (
	Say    RequestKind = iota // Text to the group
	Tell                      // Text to the one user Target
	Msg                       // Text is "NAME text" as a person typed it, see Request
	Who                       // the roster, for the asking client alone
	Before                    // the last Lines that were said to the group, for the asking client alone
	Do                        // the command Word, with Text behind it, for the server
	Slip                      // Text is a command that the line was meant for: a hint, for the asking client alone
)

// Request is one client's line taken apart. Its slices point into the line;
// Text is raw, AppendText makes it fit to be said. The Text of a Slip is its own.
//
// A Msg is not taken apart further, as names may hold spaces and only the room
// knows them: its target is the longest name online that Text starts with and
// a space follows, the text is what is behind that space.
type Request struct {
	Kind   RequestKind
	Text   []byte
	Target []byte // of a Tell
	Lines  int    // of a Before; 0: as many as there are
	Word   string // of a Do, without its slash
}

// ParseRequest reads a client's line, without its '\n' and with or without a
// '\r' before that. The sender field has to be what the client asked for on
// its name line, without white space around it, or the name given to it;
// otherwise the line is all text. A slash means something only in a line
// without those fields: it is a command, or a Slip if it is Misspelled.
//
// One who has changed its name may have sent lines under the one before, which is
// former.
func ParseRequest(line []byte, asked, given string, former ...string) Request {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	end := len(line) - len(groupEnd)
	group := end >= 0 && isGroupEnd(line[end:])
	if !group {
		end = bytes.LastIndexByte(line, '@')
	}
	if end > 0 {
		at := bytes.LastIndexByte(line[:end], '@')
		if sender := line[at+1 : end]; at >= 0 && (string(sender) == given || string(sender) == asked || slices.Contains(former, string(sender))) {
			if group {
				return Request{Kind: Say, Text: line[:at]}
			}
			return Request{Kind: Tell, Text: line[:at], Target: line[end+1:]}
		}
	}
	return parseTyped(line)
}

// parseTyped reads a line as a person typed it.
func parseTyped(line []byte) Request {
	if len(line) > 0 && line[0] == '/' {
		switch {
		case string(bytes.TrimRight(line, " ")) == "/who":
			return Request{Kind: Who}
		case bytes.HasPrefix(line, []byte("//")):
			return Request{Kind: Say, Text: line[1:]}
		case bytes.HasPrefix(line, []byte("/msg ")):
			return Request{Kind: Msg, Text: line[len("/msg "):]}
		case bytes.HasPrefix(line, []byte("/me ")):
			return Request{Kind: Say, Text: line} // clients show it as what somebody does
		}
		if lines, ok := parseBefore(line); ok {
			return Request{Kind: Before, Lines: lines}
		}
		word, rest, _ := bytes.Cut(line[1:], []byte(" "))
		if w := string(word); slices.Contains(Orders, w) {
			return Request{Kind: Do, Word: w, Text: bytes.TrimSpace(rest)}
		}
	}
	if command, ok := Misspelled(line); ok {
		return Request{Kind: Slip, Text: []byte(command)}
	}
	return Request{Kind: Say, Text: line}
}

// parseBefore reads /history and /history N.
func parseBefore(line []byte) (lines int, ok bool) {
	rest, ok := bytes.CutPrefix(bytes.TrimRight(line, " "), []byte("/history"))
	if !ok || len(rest) == 0 {
		return 0, ok
	}
	n, err := strconv.ParseUint(string(bytes.TrimLeft(rest, " ")), 10, 31)
	return int(n), rest[0] == ' ' && err == nil
}
