package story

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error is what is wrong with a story, where, and what to write instead.
type Error struct {
	At     Pos
	Text   string
	Advice string // may be empty
}

func (e *Error) Error() string {
	if e.At == (Pos{}) {
		return e.Text
	}
	return fmt.Sprintf("line %d, column %d: %s", e.At.Line, e.At.Column, e.Text)
}

// Hint returns what to write instead.
func (e *Error) Hint() string { return e.Advice }

// Position returns where that stands.
func (e *Error) Position() (line, column int) { return e.At.Line, e.At.Column }

// word is a word of a step.
type word struct {
	text   string
	quoted bool
	at     Pos
}

// scanner reads the words of one text of a file.
type scanner struct {
	text string
	at   Pos // of the text
	i    int
}

// pos returns where the scanner is; a text that goes over several lines of its file is
// as one line.
func (s *scanner) pos() Pos {
	if s.at == (Pos{}) {
		return s.at
	}
	return Pos{s.at.Line, s.at.Column + utf8.RuneCountInString(s.text[:s.i])}
}

func (s *scanner) space() {
	for s.i < len(s.text) && (s.text[s.i] == ' ' || s.text[s.i] == '\t' || s.text[s.i] == '\n') {
		s.i++
	}
}

// over reports whether the step is at its end.
func (s *scanner) over() bool { return s.i == len(s.text) || s.text[s.i] == ';' }

// colon reports whether the text of a step begins here: a colon behind which there
// is a space, or nothing.
func (s *scanner) colon() bool {
	return s.text[s.i] == ':' && (s.i+1 == len(s.text) || strings.IndexByte(" \t\n", s.text[s.i+1]) >= 0)
}

// quoted reads a text in double quotes, written as in Go.
func (s *scanner) quoted() (string, error) {
	at := s.pos()
	q, err := strconv.QuotedPrefix(s.text[s.i:])
	if err != nil || q[0] != '"' {
		return "", &Error{at, "a quote that does not end, or holds a backslash with no meaning", `end it with ", and write " as \" and a backslash as \\`}
	}
	s.i += len(q)
	text, err := strconv.Unquote(q)
	if err != nil {
		return "", &Error{at, fmt.Sprintf("%s cannot be read", q), `write it as a string of Go`}
	}
	return text, nil
}

// word reads a word.
func (s *scanner) word() (w word, err error) {
	w.at = s.pos()
	if s.text[s.i] == '"' {
		w.quoted = true
		w.text, err = s.quoted()
		return w, err
	}
	from := s.i
	for s.i < len(s.text) && strings.IndexByte(" \t\n;", s.text[s.i]) < 0 && !s.colon() {
		s.i++
	}
	w.text = s.text[from:s.i]
	return w, nil
}

// words reads the words of a step, up to its text or its end.
func (s *scanner) words() (list []word, text bool, err error) {
	for s.space(); !s.over(); s.space() {
		if s.colon() {
			s.i++
			return list, true, nil
		}
		w, err := s.word()
		if err != nil {
			return nil, false, err
		}
		list = append(list, w)
	}
	return list, false, nil
}

// line reads the text of a step: in quotes, or up to the next semicolon.
func (s *scanner) line() (text string, err error) {
	s.space()
	if s.i < len(s.text) && s.text[s.i] == '"' {
		text, err = s.quoted()
		if s.space(); err == nil && !s.over() {
			return "", &Error{s.pos(), "text behind the end of a quote", `a text that has quotes inside begins with none, or is in quotes as a whole, with \" inside`}
		}
		return text, err
	}
	n := strings.IndexByte(s.text[s.i:], ';')
	if n < 0 {
		n = len(s.text) - s.i
	}
	at, plain := s.pos(), strings.TrimSpace(s.text[s.i:s.i+n])
	s.i += n
	return unescaped(plain, at)
}

// unescaped reads the backslashes of a text as Go does.
func unescaped(text string, at Pos) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		if rest[0] != '\\' {
			b.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		r, wide, tail, err := strconv.UnquoteChar(rest, '"')
		if err != nil {
			return "", &Error{at, fmt.Sprintf("a backslash with no meaning in %q", text), `a backslash is written \\; \n \r \t \xff \u202e are as in Go`}
		}
		if wide || r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
		rest = tail
	}
	return b.String(), nil
}
