package wire

import "strings"

// tokenMark stands behind the name in the line of a client that wants to come
// back under it: "Ann@token=" asks for a token, "Ann@token=TOKEN" brings the one
// of the last welcome. No name holds an '@': a server that knows no tokens
// refuses the line, and the client asks again with the name alone.
const tokenMark = "@token="

// TokenLen is the length of a token: 128 bits in hexadecimal digits.
const TokenLen = 32

// AppendName appends the line by which a client asks for a name and a token,
// which is empty if it has none yet.
func AppendName(dst []byte, name, token string) []byte {
	dst = append(dst, name...)
	dst = append(dst, tokenMark...)
	dst = append(dst, token...)
	return append(dst, '\n')
}

// CutToken takes a client's first line apart; wanted reports whether it asks for
// a token. What only resembles a token is part of the name, which is refused for
// its '@'.
func CutToken(line string) (name, token string, wanted bool) {
	i := strings.LastIndex(line, tokenMark)
	if i < 0 {
		return line, "", false
	}
	token = strings.TrimSpace(line[i+len(tokenMark):])
	if token != "" && (len(token) != TokenLen || strings.Trim(token, "0123456789abcdef") != "") {
		return line, "", false
	}
	return line[:i], token, true
}
