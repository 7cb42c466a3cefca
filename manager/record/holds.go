package record

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"unicode/utf8"

	"chatsim/manager/wire"
)

// looked is how much of a file's start and of its end tells what it holds, in
// bytes.
const looked = 64 << 10

// check reports errOther or errFormat if a file holds something else than a
// record in this format: fewer than half of the lines at its start, or at its
// end, are messages. Others may be there, as torn ones are.
func (f Format) check(file io.ReaderAt, size int64) error {
	n := min(size, looked)
	for _, at := range []int64{0, size - n} {
		b := make([]byte, n)
		if _, err := file.ReadAt(b, at); err != nil && err != io.EOF {
			return err
		}
		if at > 0 { // in the midst of a line
			_, b, _ = bytes.Cut(b, newline)
		}
		whole := at+n == size
		switch {
		case f.filled(b, whole):
		case f.other().filled(b, whole):
			return errFormat
		default:
			return errOther
		}
	}
	return nil
}

// filled reports whether b, from the start of a line on, is filled with
// messages. whole is set where the file goes no further than b: a line that lacks
// its end there is torn.
func (f Format) filled(b []byte, whole bool) bool {
	end := bytes.LastIndexByte(b, '\n') + 1
	messages, others := 0, 0
	for line := range bytes.Lines(b[:end]) {
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case f.isMessage(line):
			messages++
		case len(line) > 0:
			others++
		}
	}
	if messages+others > 0 {
		return messages >= others
	}
	return len(b) == end || whole && f.mayBegin(b[end:])
}

// isMessage reports whether a line is one of this format.
func (f Format) isMessage(line []byte) bool {
	if f == JSON {
		var m Message
		return json.Unmarshal(line, &m) == nil && !m.Time.IsZero() && m.Sender != "" && m.Target != ""
	}
	text, sender, target, ok := cutText(line)
	return ok && !JSON.isMessage(line) && len(sender) > 0 && len(target) > 0 && isPlain(text) && isPlain(sender) && isPlain(target)
}

// mayBegin reports whether a line, the only one of its file, is the beginning of
// a message of which the end was not written. Of text that is said only when
// its sender is there: any other is likelier to be somebody's note.
func (f Format) mayBegin(line []byte) bool {
	if f == JSON {
		const start = `{"time":"`
		n := min(len(line), len(start))
		return string(line[:n]) == start[:n] && !json.Valid(line)
	}
	_, sender, target, ok := cutText(line)
	return ok && len(sender) > 0 && strings.HasPrefix(wire.Group, string(target)) && isPlain(line)
}

// cutText takes a line of text apart, from its right.
func cutText(line []byte) (text, sender, target []byte, ok bool) {
	end := bytes.LastIndexByte(line, '@')
	if end < 0 {
		return nil, nil, nil, false
	}
	at := bytes.LastIndexByte(line[:end], '@')
	if at < 0 {
		return nil, nil, nil, false
	}
	return line[:at], line[at+1 : end], line[end+1:], true
}

// isPlain reports whether b is as the record writes text.
func isPlain(b []byte) bool {
	return utf8.Valid(b) && len(wire.AppendText(nil, b)) == len(b)
}

// other returns the format that this one is not.
func (f Format) other() Format { return JSON - f }

// String returns the format's word on the command line.
func (f Format) String() string { return [...]string{Text: "text", JSON: "json"}[f] }
