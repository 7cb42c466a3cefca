package loadgen

import (
	"bytes"
	"strings"

	"chatsim/loadgen/check"
	"chatsim/loadgen/scenario"
	"chatsim/manager/wire"
)

// Typist is a Client that can send lines just as somebody types them: all by one
// write, or by writes of so many bytes each.
type Typist interface {
	TypeLines(each int, lines ...[]byte) error
	// Types reports whether TypeLines sends anything, and whether each line is a message
	// of its own, which is valid UTF-8 and has no end.
	Types() (can, framed bool)
}

const (
	// overLong is more than the line that any server of the protocol has to take, in
	// bytes.
	overLong = wire.DefaultMaxLine + 100
	// piece is how many bytes of a line that comes in pieces are written at once.
	piece = 7
)

// written is a line in its form, and what is to come of it.
type written struct {
	line   []byte
	due    string
	answer check.Answer
}

// sendAs sends a line in its form; false if the client cannot.
func (s *stay) sendAs(t task) bool {
	typist, form := s.client.lines, t.line.Form
	if form == scenario.Plain || typist == nil {
		return false
	}
	can, framed := typist.Types()
	target := ""
	if t.line.To >= 0 {
		target = s.user.run.users[t.line.To].lastName()
	}
	if !can || framed && (form == scenario.Invalid || form == scenario.EndsCR) || strings.Contains(target, " ") {
		return false
	}
	var lines [][]byte
	if form == scenario.Who {
		lines = append(lines, []byte("/who"))
	}
	for range form.Lines() {
		text := s.user.run.script.Text(nil, s.user.n, t.seq)
		l := formOf(form, text, s.session.Name(), target)
		s.note(t, check.Note{Text: l.due, Target: target, Due: l.answer})
		t.seq, t.token, t.extra = t.seq+1, false, true
		lines = append(lines, l.line)
	}
	if form == scenario.Who {
		s.session.AsksRoster(s.user.run.clock.now())
	}
	each := 0
	if form == scenario.Pieces {
		each = piece
	}
	_ = typist.TypeLines(each, lines...) // an error is not judged here: the stream's end tells
	return true
}

// formOf writes a text in a form.
func formOf(form scenario.Form, text []byte, name, target string) written {
	said := func(text []byte) []byte {
		return bytes.TrimSuffix(wire.AppendMessage(nil, text, name, wire.Group), []byte("\n"))
	}
	stamp := bytes.IndexByte(text, ';') + 1
	insert := func(b string) []byte {
		return append(append(bytes.Clone(text[:stamp]), b...), text[stamp:]...)
	}
	switch form {
	case scenario.Slashes:
		plain := unaddressed(text)
		return written{append([]byte("//"), plain...), "/" + string(plain), check.ComesBack}
	case scenario.Msg:
		plain := unaddressed(text)
		return written{append([]byte("/msg "+target+" "), plain...), string(plain), check.ComesBack}
	case scenario.EndsCR:
		plain := unaddressed(text)
		return written{append(bytes.Clone(plain), '\r'), string(plain), check.ComesBack}
	case scenario.TooLong:
		text = append(text, bytes.Repeat([]byte("x"), max(0, overLong-len(text)))...)
		return written{said(text), string(text), check.MayRefuse}
	case scenario.Controls:
		return written{said(insert("\x1b[31m\x00\x7f\u0085")), string(insert("[31m")), check.ComesBack}
	case scenario.Invalid:
		return written{said(insert("\xff")), string(insert("\ufffd")), check.ComesBack}
	}
	return written{said(text), string(text), check.ComesBack}
}

// unaddressed returns a text that nobody takes for one with an address, and that
// loses nothing where what is typed is trimmed.
func unaddressed(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("@"), []byte("."))
	return fit(check.Texts{Trims: true}, text)
}
