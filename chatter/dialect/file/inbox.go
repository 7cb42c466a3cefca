package file

import (
	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// inbox holds the frames that were made of messages and are not taken.
type inbox struct {
	*user
	queue []queued
}

// queued is a frame that has come and is not taken, a message that is left to Parse,
// or what was wrong instead.
type queued struct {
	frame wire.Frame
	err   error
}

// put adds a frame.
func (b *inbox) put(f wire.Frame) {
	b.queue = append(b.queue, queued{frame: f})
	b.step(func() string { return Show(&f) })
}

// Waits reports whether frames have come that are not taken.
func (b *inbox) Waits() bool { return len(b.queue) > 0 }

// Queued takes a frame that came with an earlier one; false if there is none.
func (b *inbox) Queued(f *dialect.Frame) (ok bool, err error) {
	if len(b.queue) == 0 {
		return false, nil
	}
	q := b.queue[0]
	if b.queue = b.queue[1:]; len(b.queue) == 0 {
		b.queue = nil
	}
	if q.err != nil {
		return false, q.err
	}
	f.Frame, f.More = q.frame, len(b.queue) > 0
	return true, nil
}

func (b *inbox) line(v any) (wrong string) {
	object, ok := v.(map[string]any)
	if !ok {
		return shape(v, "an object")
	}
	from, isFrom := object["from"].(string)
	text, isText := object["text"].(string)
	to, isTo := object["to"].(string)
	switch {
	case !isFrom:
		return ".from" + shape(object["from"], "a name")
	case !isText:
		return ".text" + shape(object["text"], "a string")
	case !isTo && object["to"] != nil:
		return ".to" + shape(object["to"], "a name")
	}
	b.put(lineOf(from, to, text))
	return ""
}

// lineOf returns the frame of a line, a private one with a target.
func lineOf(from, to, text string) wire.Frame {
	f := wire.Frame{Kind: wire.Line, Sender: []byte(from), Text: []byte(text), Target: []byte(to), Private: to != ""}
	if to == "" {
		f.Target = []byte(wire.Group)
	}
	return f
}

func (b *inbox) error(v any) (wrong string) {
	text, ok := v.(string)
	if !ok {
		return shape(v, "a string")
	}
	b.put(wire.Frame{Kind: wire.Error, Text: []byte(text)})
	return ""
}
