package wire

import (
	"bytes"
	"errors"
)

// What is wrong with a frame. Parse returns these, or for the content of a
// roster or control object an error that wraps ErrJSON.
var (
	ErrEmpty        = errors.New("frame is empty")
	ErrFirstByte    = errors.New("frame starts with none of space, [ and {")
	ErrNoTarget     = errors.New("chat line has no @target at its end")
	ErrNoSender     = errors.New("chat line has no @sender before its @target")
	ErrSenderDiffer = errors.New("chat line does not start with the sender that it ends with")
	ErrJSON         = errors.New("not the JSON of a frame")
)

// groupEnd is the end of a line for the group. It is compared in two pieces:
// up to 16 bytes cost no call, which saves a fifth of a chat line's parse.
const (
	groupEnd1 = "@------Group cha"
	groupEnd2 = "t-------"
	groupEnd  = groupEnd1 + groupEnd2
)

func isGroupEnd(b []byte) bool {
	return len(b) == len(groupEnd) && string(b[:len(groupEnd1)]) == groupEnd1 && string(b[len(groupEnd1):]) == groupEnd2
}

// Parse reads one frame, without its '\n', of any length. The Frame points
// into b afterwards. Where it fails, f.Kind is Invalid.
//
// It does not allocate, but for JSON of other shapes than the ones that this
// package writes, and for memory that the next Parse uses again.
func (f *Frame) Parse(b []byte) error {
	f.Raw = b
	if len(b) == 0 {
		f.Kind = Invalid
		return ErrEmpty
	}
	switch b[0] {
	case ' ':
		return f.parseLine(b)
	case '[', '{':
		return f.parseJSON(b)
	}
	f.Kind = Invalid
	return ErrFirstByte
}

// parseLine works from the right: names hold no '@', the text may. Most lines
// are for the group, whose name need not be searched for.
func (f *Frame) parseLine(b []byte) error {
	f.Kind = Invalid
	end := len(b) - len(groupEnd) // of everything before @target
	private := end < 0 || !isGroupEnd(b[end:])
	if private {
		end = bytes.LastIndexByte(b, '@')
		if end < 0 || end == len(b)-1 {
			return ErrNoTarget
		}
	}
	at := end - 1
	for at >= 0 && b[at] != '@' {
		at--
	}
	sender := b[at+1 : end]
	if at < 0 || len(sender) == 0 {
		return ErrNoSender
	}
	text := 2 + len(sender) // where it starts: behind " sender:"
	if text > at || b[text-1] != ':' || !bytes.Equal(b[1:text-1], sender) {
		return ErrSenderDiffer
	}
	f.Kind, f.Private = Line, private
	f.Sender, f.Text, f.Target = sender, b[text:at], b[end+1:]
	f.Names = f.Names[:0]
	return nil
}
