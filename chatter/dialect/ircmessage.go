package dialect

import (
	"bytes"
)

// ircMessage is one line of a server taken apart. Its slices point into the line.
type ircMessage struct {
	source  []byte
	command []byte
	params  [][]byte
	room    [15][]byte
}

// parse reads a line without its end. Tags are for nothing.
func (m *ircMessage) parse(line []byte) {
	m.source, m.command, m.params = nil, nil, m.room[:0]
	if len(line) > 0 && line[0] == '@' {
		_, line, _ = bytes.Cut(line, []byte(" "))
	}
	if len(line) > 0 && line[0] == ':' {
		m.source, line, _ = bytes.Cut(line[1:], []byte(" "))
	}
	m.command, line, _ = bytes.Cut(line, []byte(" "))
	for len(line) > 0 && len(m.params) < len(m.room) {
		var param []byte
		if line[0] == ':' {
			param, line = line[1:], nil
		} else if param, line, _ = bytes.Cut(line, []byte(" ")); len(param) == 0 {
			continue
		}
		m.params = append(m.params, param)
	}
}

// nick returns who a line is from.
func (m *ircMessage) nick() []byte {
	nick, _, _ := bytes.Cut(m.source, []byte("!"))
	return nick
}

func (m *ircMessage) param(i int) []byte {
	if i >= len(m.params) {
		return nil
	}
	return m.params[i]
}

// last returns the parameter that is for people.
func (m *ircMessage) last() []byte {
	if len(m.params) == 0 {
		return nil
	}
	return m.params[len(m.params)-1]
}
