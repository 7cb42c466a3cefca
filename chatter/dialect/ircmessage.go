package dialect

import (
	"bytes"
	"strings"
)

// ircMessage is one line of a server taken apart. Its slices point into the line.
type ircMessage struct {
	source  []byte
	command []byte
	params  [][]byte
	room    [15][]byte
}

// parse reads a line without its end. Tags are for nothing.
func (m *ircMessage) parse(line []byte) *ircMessage {
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
	return m
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

// appendSaid appends the copy of an own line to the channel in the bytes in which all
// others get that line: whoever comes first tells the others what to look for, and that
// is often the copy.
func (m *ircMessage) appendSaid(dst, channel []byte) []byte {
	dst = append(append(dst, ':'), m.source...)
	dst = append(append(dst, ircSaid...), channel...)
	return append(append(dst, " :"...), m.params[1]...)
}

// isOfNames reports whether a message belongs to the names of the channel, or needs
// an answer at once.
func (m *ircMessage) isOfNames() bool {
	switch string(m.command) {
	case "353", "366", "PING", "ERROR":
		return true
	}
	return false
}

// isMessage reports whether a line that was parsed is one of IRC: its command is a word, or a
// number of three digits.
func (m *ircMessage) isMessage() bool {
	command := m.command
	letters := bytes.TrimFunc(command, func(r rune) bool { return 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' })
	digits := bytes.TrimFunc(command, func(r rune) bool { return '0' <= r && r <= '9' })
	return len(command) > 0 && len(letters) == 0 || len(command) == 3 && len(digits) == 0
}

// isElsewhere reports whether a move is one of another channel.
func (m *ircMessage) isElsewhere(room string) bool {
	command := string(m.command)
	return (command == "JOIN" || command == "PART" || command == "KICK") && !strings.EqualFold(string(m.param(0)), room)
}
