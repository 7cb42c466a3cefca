package irc

import (
	"bytes"
	"strconv"
)

// maxParams is how many parameters a message may have.
const maxParams = 15

// Message is one line of a client taken apart. Its slices point into the line.
type Message struct {
	Command []byte // as it came
	Params  [][]byte

	params [maxParams][]byte
}

// Parse reads a line, without its '\n' and with or without a '\r' before that.
// Tags and a source are for nothing. The command is empty where there is none.
func (m *Message) Parse(line []byte) {
	line = bytes.TrimRight(line, "\r")
	m.Command, m.Params = nil, m.params[:0]
	for _, mark := range "@:" {
		line = bytes.TrimLeft(line, " ")
		if len(line) > 0 && line[0] == byte(mark) {
			_, line, _ = bytes.Cut(line, space)
		}
	}
	m.Command, line = word(line)
	for line = bytes.TrimLeft(line, " "); len(line) > 0; line = bytes.TrimLeft(line, " ") {
		var param []byte
		if line[0] == ':' || len(m.Params) == maxParams-1 {
			param, line = bytes.TrimPrefix(line, colon), nil
		} else {
			param, line = word(line)
		}
		m.Params = append(m.Params, param)
	}
}

var (
	space = []byte(" ")
	colon = []byte(":")
	comma = []byte(",")
)

// word cuts a line behind its first word.
func word(line []byte) (first, rest []byte) {
	first, rest, _ = bytes.Cut(bytes.TrimLeft(line, " "), space)
	return first, rest
}

// param returns the parameter at i, empty if there are not so many.
func (m *Message) param(i int) []byte {
	if i >= len(m.Params) {
		return nil
	}
	return m.Params[i]
}

// count returns the number in the last parameter, 0 if that is none.
func (m *Message) count() int {
	if len(m.Params) == 0 {
		return 0
	}
	n, err := strconv.ParseUint(string(m.Params[len(m.Params)-1]), 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

// is reports whether a word is another in capitals.
func is(word []byte, capitals string) bool { return bytes.EqualFold(word, []byte(capitals)) }

// name returns the command in capitals, for a switch.
func (m *Message) name() string { return string(bytes.ToUpper(m.Command)) }

// shown returns a word of a client as it can stand in an answer, as a parameter
// that is not the last.
func shown(word []byte) string {
	const most = 64
	word = bytes.TrimLeft(word[:min(len(word), most)], ":")
	if len(word) == 0 {
		return "*"
	}
	return string(bytes.Map(plain, bytes.ToValidUTF8(word, []byte("?"))))
}

func plain(r rune) rune {
	if r <= ' ' || r == 0x7f {
		return '?'
	}
	return r
}
