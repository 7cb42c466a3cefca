package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"chatsim/manager/wire"
)

// Format is how a message is written.
type Format uint8

// The formats.
const (
	Text Format = iota // text@sender@target, as the original wrote it
	JSON               // an object: a Message
)

// ParseFormat reads "text" or "json".
func ParseFormat(s string) (Format, error) {
	switch s {
	case "text":
		return Text, nil
	case "json":
		return JSON, nil
	}
	return 0, fmt.Errorf("record format %q is neither text nor json", s)
}

// Message is a line of a record in JSON.
type Message struct {
	Time    time.Time `json:"time"`
	Place   uint64    `json:"place"` // public entries of this room up to it, lines, joins and leaves, counted from the time of the start in microseconds
	Private bool      `json:"private,omitempty"`
	Lost    uint64    `json:"lost,omitempty"` // so many messages are missing here
	Sender  string    `json:"sender"`
	Target  string    `json:"target"`
	Text    string    `json:"text"`
}

func (f Format) appendMessage(dst []byte, frame *wire.Frame, place uint64, now time.Time) []byte {
	if f == JSON {
		text := func(b []byte) string { return string(wire.AppendText(nil, b)) }
		return appendJSON(dst, Message{Time: now, Place: place, Private: frame.Private,
			Sender: text(frame.Sender), Target: text(frame.Target), Text: text(frame.Text)})
	}
	dst = appendPlain(dst, frame.Text)
	dst = append(dst, '@')
	dst = appendPlain(dst, frame.Sender)
	dst = append(dst, '@')
	dst = appendPlain(dst, frame.Target)
	return append(dst, '\n')
}

// appendPlain appends text for a line of text. The two separators of Unicode
// that editors and other readers take for the end of a line are written as JSON
// escapes them. (AppendText drops all others, which are control characters.)
func appendPlain(dst, text []byte) []byte {
	start := len(dst)
	dst = wire.AppendText(dst, text)
	if !bytes.Contains(dst[start:], []byte(separatorStart)) {
		return dst
	}
	return append(dst[:start], escapeSeparators.Replace(string(dst[start:]))...)
}

// separatorStart is what the two separators begin with in UTF-8.
const separatorStart = "\xe2\x80"

var escapeSeparators = strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`)

// appendGap appends that messages are missing, in words of the server.
func (f Format) appendGap(dst []byte, lost, place uint64, now time.Time) []byte {
	text := "[" + strconv.FormatUint(lost, 10) + " lines were not recorded]"
	if lost == 1 {
		text = "[1 line was not recorded]"
	}
	if f == JSON {
		return appendJSON(dst, Message{Time: now, Place: place, Lost: lost, Sender: wire.Server, Target: wire.Group, Text: text})
	}
	return wire.AppendMessage(dst, []byte(text), wire.Server, wire.Group)
}

const missing = "[this server comes into the room here, and has not recorded what was said before]"

// appendMissing appends that messages may be missing before a place, in words of the
// server: nobody knows how many.
func (f Format) appendMissing(dst []byte, place uint64, now time.Time) []byte {
	if f == JSON {
		return appendJSON(dst, Message{Time: now, Place: place, Sender: wire.Server, Target: wire.Group, Text: missing})
	}
	return wire.AppendMessage(dst, []byte(missing), wire.Server, wire.Group)
}

func appendJSON(dst []byte, m Message) []byte {
	m.Time = m.Time.UTC()
	b := bytes.NewBuffer(dst)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		panic(err) // there is no such message
	}
	return b.Bytes()
}
