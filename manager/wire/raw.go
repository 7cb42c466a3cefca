package wire

import (
	"bytes"
	"errors"
	"strings"
)

// The raw dialect is what the original desktop client and its server speak:
// chat lines and rosters without any framing. One send is one message, and the
// original takes what one read gives for one. Over TCP a read may bring many,
// or a part; Raw finds where each ends.

// RawMax limits a frame of the raw dialect, in bytes: the original client reads
// that much at once, and takes it for the whole.
const RawMax = 1024

// rawAt stands for '@' in a text of the raw dialect, as its client splits there.
const rawAt = "＠"

// What is wrong with a frame of the raw dialect.
var (
	ErrNoEnd  = errors.New("chat line has no @sender@target")
	ErrNoName = errors.New("chat line starts with no sender")
)

// MaxRawWait is how many bytes without an end count as the start of a frame.
const MaxRawWait = 256 << 10

// longestName is how far a sender or target is looked for, in bytes: any
// server's names may have a suffix, and be a little longer than ours.
const longestName = 4 * MaxName

// Raw takes apart what a server of the raw dialect sends to one client. It
// remembers the names in rosters: by them it tells the end of a line from what
// looks like one in a text. The zero value is ready.
type Raw struct {
	// Asked is the name that the client asked for and Given the one that it
	// has, once that is known: the server may call the client by the former
	// where the latter is meant, as that is what the original client knows.
	Asked, Given string

	known map[string]struct{}
}

// AppendRawMessage appends the message by which a client of the raw dialect
// sends text to target.
func AppendRawMessage(dst []byte, text []byte, sender, target string) []byte {
	dst = AppendMessage(dst, text, sender, target)
	return dst[:len(dst)-1]
}

// Parse reads the first frame of b and says how many bytes it has; 0 if b
// holds a part of it only. With more, the rest of b may be cut: else its end is
// the end of a frame, too. Bytes that are no frame come with an error.
//
// A Line has the sender that stands before its target, which its server may
// have believed, not the one that it begins with. A line from the server itself
// is an Error.
func (r *Raw) Parse(f *Frame, b []byte, more bool) (n int, err error) {
	switch {
	case len(b) == 0:
		return 0, nil
	case b[0] == '[' && (len(b) == 1 || r.starts(b)):
		return r.parseRoster(f, b)
	case b[0] == ' ':
		return r.parseLine(f, b, more)
	}
	f.Kind = Invalid
	return r.next(b), ErrFirstByte
}

// next returns where the next frame starts behind one that cannot be understood.
func (r *Raw) next(b []byte) int {
	for i := 1; i < len(b); i++ {
		if r.starts(b[i:]) {
			return i
		}
	}
	return len(b)
}

// starts reports whether b begins with what certainly is the start of a frame.
func (r *Raw) starts(b []byte) bool {
	switch {
	case len(b) < 2:
		return false
	case b[0] == '[':
		return b[1] == '"' || b[1] == ']'
	}
	return b[0] == ' ' && r.prefix(b) > 0
}

// prefix returns the length of the known name that a line begins with, 0 if it
// begins with none. A name may hold colons.
func (r *Raw) prefix(b []byte) (n int) {
	for i := 1; i < len(b) && i <= longestName && b[i] != '@'; i++ {
		if b[i] == ':' && r.knows(b[1:i]) {
			n = i - 1
		}
	}
	return n
}

func (r *Raw) knows(name []byte) bool {
	_, ok := r.known[string(name)]
	return ok || string(name) == Server
}

// parseRoster looks for the end of a JSON array of strings.
func (r *Raw) parseRoster(f *Frame, b []byte) (n int, err error) {
	quoted := false
	for n = 0; n < len(b); n++ {
		switch c := b[n]; {
		case quoted && c == '\\':
			n++
		case c == '"':
			quoted = !quoted
		case c == ']' && !quoted:
			if err := f.parseJSON(b[:n+1]); err != nil {
				return n + 1, err
			}
			r.learn(f.Names)
			return n + 1, nil
		}
	}
	if len(b) > MaxRawWait {
		f.Kind = Invalid
		return len(b), ErrJSON
	}
	return 0, nil
}

func (r *Raw) learn(names [][]byte) {
	if r.known == nil {
		r.known = make(map[string]struct{})
	}
	for _, name := range names {
		if _, ok := r.known[string(name)]; !ok {
			r.known[string(name)] = struct{}{}
		}
	}
}

// parseLine finds the first @sender@target that ends a line.
func (r *Raw) parseLine(f *Frame, b []byte, more bool) (n int, err error) {
	f.Kind = Invalid
	if p := r.prefix(b); p > 0 { // a message of nothing: the original's word for a closed connection
		rest := b[1+p+1:]
		if r.starts(rest) || len(rest) == 0 && !more {
			return 1 + p + 1, ErrNoEnd
		}
	}
	for at := 1; ; at++ {
		i := bytes.IndexByte(b[at:], '@')
		if i < 0 {
			break
		}
		at += i
		size := bytes.IndexByte(b[at+1:min(len(b), at+2+longestName)], '@')
		if size <= 0 {
			continue
		}
		sender, rest := b[at+1:at+1+size], b[at+1+size+1:]
		name, signed := r.signature(b, sender)
		if n := r.target(rest, signed, more); n > 0 {
			return at + 1 + size + 1 + n, r.take(f, b[:at], name, sender, rest[:n])
		}
	}
	if len(b) > MaxRawWait {
		return r.next(b), ErrNoEnd
	}
	return 0, nil
}

// signature returns how long the name is that the line begins with, and whether
// the line is by the same sender to its end.
func (r *Raw) signature(b, sender []byte) (name int, signed bool) {
	rest := b[1:]
	if len(rest) > len(sender) && rest[len(sender)] == ':' && bytes.HasPrefix(rest, sender) {
		return len(sender), true
	}
	if given := r.Given; given != "" && string(sender) == r.Asked && len(rest) > len(given) &&
		rest[len(given)] == ':' && string(rest[:len(given)]) == given {
		return len(given), true
	}
	if name = r.prefix(b); name == 0 {
		name = bytes.IndexByte(rest, ':')
	}
	return name, false
}

// target returns the length of the target that rest begins with; 0 if the line
// does not end here. The end is certain behind the group's name, and of a line
// that is signed behind any known one; else a frame must follow, or nothing.
func (r *Raw) target(rest []byte, signed, more bool) int {
	unknown := 0
	for i, c := range rest[:min(len(rest), longestName)] {
		if c == '@' {
			return unknown
		}
		if i == 0 || c != ' ' && c != '[' {
			continue
		}
		switch certain, possible := r.endsBefore(rest, i, signed); {
		case certain:
			return i
		case possible && unknown == 0:
			unknown = i
		}
	}
	if unknown > 0 {
		return unknown
	}
	return r.wholeTarget(rest, signed, more)
}

// endsBefore reports whether a target certainly, or possibly, ends before what
// may be the start of a frame.
func (r *Raw) endsBefore(rest []byte, start int, signed bool) (certain, possible bool) {
	follows := r.starts(rest[start:])
	certain = string(rest[:start]) == Group || r.knows(rest[:start]) && (signed || follows)
	return certain, signed && follows
}

// wholeTarget returns the length of a target behind which nothing has come.
func (r *Raw) wholeTarget(rest []byte, signed, more bool) int {
	switch {
	case more || len(rest) > longestName || len(rest) < len(Group) && strings.HasPrefix(Group, string(rest)):
		return 0
	case signed || string(rest) == Group || r.knows(rest):
		return len(rest)
	}
	return 0
}

// take fills the frame in.
func (r *Raw) take(f *Frame, head []byte, name int, sender, target []byte) error {
	if name <= 0 || 1+name >= len(head) || head[1+name] != ':' {
		return ErrNoName
	}
	f.Names = f.Names[:0]
	f.Sender, f.Text, f.Target = sender, head[1+name+1:], target
	if string(sender) == r.Asked && r.Given != "" && string(head[1:1+name]) == r.Given {
		f.Sender = head[1 : 1+name]
	}
	if bytes.Contains(f.Text, []byte(rawAt)) {
		f.scratch = appendReplaced(f.scratch[:0], f.Text)
		f.Text = f.scratch
	}
	f.Private = string(target) != Group
	f.Kind = Line
	if string(sender) == Server && f.Private {
		f.Kind = Error
	}
	return nil
}

// appendReplaced appends text with an '@' for each rawAt.
func appendReplaced(dst, text []byte) []byte {
	for {
		before, after, found := bytes.Cut(text, []byte(rawAt))
		dst = append(dst, before...)
		if !found {
			return dst
		}
		dst, text = append(dst, '@'), after
	}
}
