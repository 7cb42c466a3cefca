package outside

import (
	"bufio"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

const group = "------Group chat-------"

// Kind is what a frame tells.
type Kind byte

// The kinds of frames.
const (
	Line    Kind = 'l'
	Welcome Kind = 'w'
	Roster  Kind = 'r'
	Join    Kind = 'j'
	Leave   Kind = 'v'
	Failure Kind = 'e'
	Bytes   Kind = 'b' // Text as it is: no frame of the protocol
)

// Frame is one frame of the room's, before it is written.
type Frame struct {
	Kind         Kind
	Sender, Text string
	Target       string // of a Line
	Names        []string
	From         *Member // who said a Line, whatever Sender says
}

// Private reports whether the frame is a line for one member.
func (f Frame) Private() bool { return f.Kind == Line && f.Target != group }

// Public reports whether the frame is a line for the group.
func (f Frame) Public() bool { return f.Kind == Line && f.Target == group }

// stamp returns what names a line of a run: what stands before its first semicolon.
func (f Frame) stamp() string {
	head, _, _ := strings.Cut(f.Text, ";")
	return head
}

// render appends a frame in a room's spelling.
func (s Spelling) render(dst []byte, f Frame) []byte {
	switch f.Kind {
	case Bytes:
		return append(dst, f.Text...)
	case Line:
		dst = append(dst, ' ')
		dst = append(append(append(dst, f.Sender...), ':'), f.Text...)
		dst = append(append(append(dst, '@'), f.Sender...), '@')
		dst = append(dst, f.Target...)
	case Welcome:
		dst = s.object(dst, "welcome", s.text(f.Names[0]))
	case Roster:
		dst = append(dst, s.list(f.Names)...)
	case Join:
		dst = s.object(dst, "join", s.list(f.Names))
	case Leave:
		dst = s.object(dst, "leave", s.list(f.Names))
	case Failure:
		dst = s.object(dst, "error", s.text(f.Text))
	}
	return append(dst, '\n')
}

// Spelling is how a room writes its JSON: all are one and the same to a reader.
type Spelling struct {
	Spaces  bool // around what stands between names
	Escapes bool // every rune beyond ASCII as \u
	Extra   bool // keys that nobody knows, beside the known one
}

func (s Spelling) object(dst []byte, key, value string) []byte {
	gap := ""
	if s.Spaces {
		gap = " "
	}
	dst = append(dst, '{')
	if s.Extra {
		dst = append(dst, `"at":{"place":[1,2.5e3,null]},`...)
	}
	dst = append(dst, gap+`"`+key+`"`+gap+`:`+gap+value...)
	if s.Extra {
		dst = append(dst, `,"x-trace":"\"}"`...)
	}
	return append(dst, gap+"}"...)
}

func (s Spelling) list(names []string) string {
	gap := ""
	if s.Spaces {
		gap = " "
	}
	var out strings.Builder
	out.WriteString("[" + gap)
	for i, name := range names {
		if i > 0 {
			out.WriteString(gap + "," + gap)
		}
		out.WriteString(s.text(name))
	}
	out.WriteString(gap + "]")
	return out.String()
}

// text spells a JSON string.
func (s Spelling) text(t string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(s.Escapes)
	_ = e.Encode(t) // a string always can be
	quoted := strings.TrimSuffix(out.String(), "\n")
	if !s.Escapes {
		return quoted
	}
	out.Reset()
	const hex = "0123456789abcdef"
	unit := func(u rune) {
		out.WriteString(`\u`)
		for shift := 12; shift >= 0; shift -= 4 {
			out.WriteByte(hex[u>>shift&15])
		}
	}
	for _, r := range quoted {
		switch {
		case r < utf8.RuneSelf:
			out.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			unit(0xd800 + r>>10)
			unit(0xdc00 + r&0x3ff)
		default:
			unit(r)
		}
	}
	return out.String()
}

// clean returns what of a text may be said: invalid bytes become U+FFFD, control
// characters other than tab go.
func clean(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		if r == '\t' || r >= ' ' && r != 0x7f && !(0x80 <= r && r < 0xa0) {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// request is a client's line taken apart.
type request struct {
	text, target string
	who          bool
}

// parse takes a line apart: with a sender field that is the client's, the last
// two fields are sender and target; else it is as a person types it.
func (m *Member) parse(line string) request {
	line = strings.TrimSuffix(line, "\r")
	if at := strings.LastIndexByte(line, '@'); at > 0 {
		rest, target := line[:at], line[at+1:]
		if at = strings.LastIndexByte(rest, '@'); at >= 0 && (rest[at+1:] == m.Name || rest[at+1:] == m.Asked) {
			return request{text: clean(rest[:at]), target: target}
		}
	}
	switch {
	case strings.TrimRight(line, " ") == "/who":
		return request{who: true}
	case strings.HasPrefix(line, "/msg "):
		name, text, _ := strings.Cut(line[len("/msg "):], " ")
		return request{text: clean(text), target: name}
	case strings.HasPrefix(line, "//"):
		line = line[1:]
	}
	return request{text: clean(line), target: group}
}

// readLine reads a line; of one that is too long it reports that, and where
// that ends the next one begins.
func readLine(in *bufio.Reader) (line string, long bool, err error) {
	b, err := in.ReadSlice('\n')
	line = string(b)
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		_, err = in.ReadSlice('\n')
	}
	line = strings.TrimSuffix(line, "\n")
	return line, long || len(strings.TrimSuffix(line, "\r")) > maxLine, err
}

// refusal is why a name is not allowed; empty if it is.
func refusal(name string) string {
	switch {
	case len(name) > 64:
		return "a name has at most 64 bytes"
	case !utf8.ValidString(name), clean(name) != name, strings.ContainsAny(name, "@\t"), name == group:
		return "that is no name"
	}
	return ""
}
