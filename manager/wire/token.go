package wire

import (
	"strconv"
	"strings"
)

// tokenMark stands behind the name in the line of a client that wants to come
// back under it: "Ann@token=" asks for a token, "Ann@token=TOKEN" brings the one
// of the last welcome. Behind that it may ask for what was said before, by
// "@history=200" for so many lines or "@since=MARK" for all since a Mark. No name
// holds an '@': a server that knows none of these refuses the line, and the client
// asks again with the name alone.
const (
	tokenMark   = "@token="
	historyMark = "@history="
	sinceMark   = "@since="
)

// TokenLen is the length of a token: 128 bits in hexadecimal digits.
const TokenLen = 32

// Coming is what a client's first line says beside its name.
type Coming struct {
	Token  string // by which it comes back; empty: it has none yet
	Recall Recall
}

// Recall is what a client wants to have of what was said before it came: nothing
// if it is zero.
type Recall struct {
	Lines int  // so many lines to the group, and its own private ones among them
	Since Mark // or, if Lines is 0, all since a Mark
}

// Wanted reports whether anything is.
func (r Recall) Wanted() bool { return r != Recall{} }

// AppendName appends the line by which a client asks for a name and a token, and
// for what was said before.
func AppendName(dst []byte, name string, c Coming) []byte {
	dst = append(dst, name...)
	dst = append(dst, tokenMark...)
	dst = append(dst, c.Token...)
	switch {
	case c.Recall.Lines > 0:
		dst = append(dst, historyMark...)
		dst = strconv.AppendInt(dst, int64(c.Recall.Lines), 10)
	case c.Recall.Wanted():
		dst = append(dst, sinceMark...)
		dst = append(dst, c.Recall.Since.String()...)
	}
	return append(dst, '\n')
}

// CutToken takes a client's first line apart; wanted reports whether it asks for
// a token. What only resembles a token is part of the name, which is refused for
// its '@'.
func CutToken(line string) (name string, c Coming, wanted bool) {
	i := strings.LastIndex(line, tokenMark)
	if i < 0 {
		return line, Coming{}, false
	}
	token, recall, ok := cutRecall(strings.TrimSpace(line[i+len(tokenMark):]))
	if !ok || token != "" && (len(token) != TokenLen || strings.Trim(token, "0123456789abcdef") != "") {
		return line, Coming{}, false
	}
	return line[:i], Coming{token, recall}, true
}

// cutRecall takes apart what stands behind tokenMark.
func cutRecall(s string) (token string, r Recall, ok bool) {
	if token, lines, found := strings.Cut(s, historyMark); found {
		n, err := strconv.ParseUint(lines, 10, 31)
		return token, Recall{Lines: int(n)}, err == nil && n > 0
	}
	if token, mark, found := strings.Cut(s, sinceMark); found {
		m, ok := ParseMark(mark)
		return token, Recall{Since: m}, ok
	}
	return s, Recall{}, true
}
