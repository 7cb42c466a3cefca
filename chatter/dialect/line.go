package dialect

import (
	"bytes"
	"strings"

	"chatsim/manager/wire"
)

// line is chatsim's line dialect.
type line struct {
	Base
	name  string // without the white space around it, or as assigned
	login []byte
	in    Lines
	err   error // what is wrong with the name
}

// NewLine returns the codec of chatsim's line dialect for a user who asks for a
// name.
func NewLine(name string) Codec { return newLine(name, []byte(name+"\n")) }

// NewGuarded is NewLine for a room that asks for a password first.
func NewGuarded(name, password string) Codec {
	return newLine(name, []byte(password+"\n"+name+"\n"))
}

// NewReturning is NewLine for a user who wants to keep its name when the
// connection breaks, and to have what was said meanwhile: c.Token is what came
// with a Welcome before, or empty. A server that knows no tokens refuses the name,
// as wire.BadName.
func NewReturning(name string, c wire.Coming) Codec {
	return newLine(name, wire.AppendName(nil, name, c))
}

func newLine(name string, login []byte) *line {
	l := &line{name: strings.TrimSpace(name), login: login}
	if strings.Contains(name, "\n") {
		l.err = ErrNewline
	}
	return l
}

func (l *line) Name() string { return l.name }

func (l *line) Login(dst []byte) ([]byte, error) { return append(dst, l.login...), l.err }

// Typed marks the dialect as one that people type.
func (l *line) Typed() {}

func (l *line) Say(dst, text []byte) ([]byte, error) { return send(dst, text, l.name, wire.Group) }

func (l *line) Tell(dst []byte, target string, text []byte) ([]byte, error) {
	if strings.Contains(target, "@") {
		return dst, ErrTarget // the server would take the line for one to the group
	}
	return send(dst, text, l.name, target)
}

func (l *line) Claim(dst []byte, sender string, text []byte) ([]byte, error) {
	return send(dst, text, sender, wire.Group)
}

func (l *line) Type(dst, line []byte) ([]byte, error) {
	if bytes.IndexByte(line, '\n') >= 0 {
		return dst, ErrNewline
	}
	return append(append(dst, line...), '\n'), nil
}

func (l *line) Framed() bool { return false }

func send(dst, text []byte, sender, target string) ([]byte, error) {
	if bytes.IndexByte(text, '\n') >= 0 || strings.Contains(sender, "\n") || strings.Contains(target, "\n") {
		return dst, ErrNewline
	}
	return wire.AppendMessage(dst, text, sender, target), nil
}

func (l *line) Decode(f *Frame, in []byte, _ bool) (n int, err error) {
	raw, more, ok := l.in.Next(in)
	if !ok {
		return 0, ErrShort
	}
	f.Kind, f.Raw, f.More = wire.Invalid, raw, more
	return len(raw) + 1, nil
}

func (l *line) Skip(in []byte, raw string) (n int) { return l.in.Skip(in, raw) }

func (l *line) Parse(f *Frame) error {
	raw := f.Raw
	if err := f.Frame.Parse(raw); err != nil {
		return NewFrameError(raw, err)
	}
	if f.Kind == wire.Welcome {
		l.name = string(f.Names[0])
	}
	return nil
}
