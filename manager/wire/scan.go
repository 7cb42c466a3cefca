package wire

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

var quote = []byte{'"'}

// scanner reads the usual shapes without allocating. Its methods say false
// for anything else, be it wrong or just unusual.
type scanner struct {
	b     []byte
	i     int
	frame *Frame
}

func (s *scanner) scanFrame() bool {
	f := s.frame
	if s.b[0] == '[' {
		f.Kind = Roster
		f.Names = slices.Grow(f.Names, bytes.Count(s.b, quote)/2)
		return s.names() && s.end()
	}
	s.i = 1 // behind {
	key, ok := s.str()
	if !ok || !s.token(':') {
		return false
	}
	var value []byte
	switch f.Kind = kindOf(string(key)); f.Kind {
	case Join, Leave:
		ok = s.names()
	case Welcome:
		value, ok = s.str()
		f.Names = append(f.Names, value)
	case Error:
		f.Text, ok = s.str()
	default:
		return false
	}
	return ok && s.token('}') && s.end()
}

func (s *scanner) names() bool {
	if !s.token('[') {
		return false
	}
	if s.token(']') {
		return true
	}
	for {
		name, ok := s.str()
		if !ok {
			return false
		}
		s.frame.Names = append(s.frame.Names, name)
		if s.token(']') {
			return true
		}
		if !s.token(',') {
			return false
		}
	}
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return
		}
	}
}

// end reports whether nothing but white space is left.
func (s *scanner) end() bool {
	s.space()
	return s.i == len(s.b)
}

// token steps over white space and c, or says false.
func (s *scanner) token(c byte) bool {
	s.space()
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

// str reads one string, white space before it allowed; the result points into
// the input where nothing in it is escaped.
func (s *scanner) str() ([]byte, bool) {
	if !s.token('"') {
		return nil, false
	}
	start := s.i
	ascii := true
	for i := start; i < len(s.b); i++ {
		c := s.b[i]
		switch {
		case jsonPlain[c]:
		case c >= utf8.RuneSelf:
			ascii = false
		case c == '"':
			s.i = i + 1
			return s.b[start:i:i], ascii || utf8.Valid(s.b[start:i])
		case c == '\\':
			return s.unescape(start, i)
		default:
			return nil, false
		}
	}
	return nil, false
}

// unescape reads the string that starts at start into the Frame's scratch
// memory; its first backslash is at i. \u is left to encoding/json.
func (s *scanner) unescape(start, i int) ([]byte, bool) {
	f := s.frame
	from := len(f.scratch)
	f.scratch = append(f.scratch, s.b[start:i]...)
	for ; i < len(s.b); i++ {
		c := s.b[i]
		switch {
		case c == '"':
			s.i = i + 1
			out := f.scratch[from:len(f.scratch):len(f.scratch)]
			return out, utf8.Valid(out)
		case c == '\\':
			if i++; i == len(s.b) || jsonEscape[s.b[i]] == 0 {
				return nil, false
			}
			c = jsonEscape[s.b[i]]
		case c < ' ':
			return nil, false
		}
		f.scratch = append(f.scratch, c)
	}
	return nil, false
}

// jsonEscape returns what a character behind a backslash stands for.
var jsonEscape = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}
