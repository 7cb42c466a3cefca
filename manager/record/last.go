package record

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"slices"

	"chatsim/manager/wire"
)

// firstTail is how much of the end of a file is looked at first, in bytes.
const firstTail = 256 << 10

// Last returns the last messages to the group of a record in JSON, n at the most,
// in their order. What is no message there, as a torn line, is left out; a file that
// is no regular one has none.
func Last(path string, n int) ([]Message, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() { // to open a pipe may wait for ever
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return lastOf(f, info.Size(), n)
}

// lastOf looks at more and more of the end of a file, until that has enough
// messages.
func lastOf(file io.ReaderAt, size int64, n int) ([]Message, error) {
	for tail := int64(firstTail); ; tail *= 4 {
		tail = min(tail, size)
		b := make([]byte, tail)
		if _, err := file.ReadAt(b, size-tail); err != nil && err != io.EOF {
			return nil, err
		}
		if tail < size { // in the midst of a line
			_, b, _ = bytes.Cut(b, newline)
		}
		found := publicMessages(b)
		if len(found) >= n || tail == size {
			return found[max(0, len(found)-n):], nil
		}
	}
}

// publicMessages returns those to the group. Their places grow: a clock that was set
// back between two runs does not make them fall.
func publicMessages(b []byte) (found []Message) {
	place := uint64(0)
	for line := range bytes.Lines(b) {
		var m Message
		if !JSON.isMessage(line) || json.Unmarshal(line, &m) != nil || m.Private || m.Target != wire.Group {
			continue
		}
		m.Place = max(m.Place, place+1)
		place = m.Place
		found = append(found, m)
	}
	return slices.Clip(found)
}

// Frame returns the message's chat line as it was said.
func (m *Message) Frame() []byte {
	return wire.AppendLine(nil, m.Sender, []byte(m.Text), m.Target)
}
