package chatter

import (
	"bytes"
	"fmt"
	"time"

	"chatsim/manager/wire"
)

// Frame is one frame from the server. Its slices hold until the next Next.
type Frame struct {
	wire.Frame
	At   time.Time // right after the read that brought its last byte, or the error
	More bool      // the next frame is at hand: Next will not wait
}

// FrameError says that a frame could not be understood. The frame is skipped,
// and Next may be called again.
type FrameError struct {
	Frame []byte // its first bytes, a copy
	Len   int    // bytes that it had
	Err   error  // what is wrong with it
}

func (e *FrameError) Error() string {
	cut := ""
	if e.Len > len(e.Frame) {
		cut = fmt.Sprintf("… (%d bytes)", e.Len)
	}
	return fmt.Sprintf("frame %+q%s: %v", e.Frame, cut, e.Err)
}

func (e *FrameError) Unwrap() error { return e.Err }

// maxQuote is how much of a wrong frame a FrameError keeps, in bytes.
const maxQuote = 120

// Next waits for the next frame and reads it into f. It gives io.EOF after the
// last one where the server has closed in order, io.ErrUnexpectedEOF where
// that was in the middle of a frame, a *FrameError for what is no frame, and
// otherwise the error of the connection. It does not allocate for chat lines.
func (c *Client) Next(f *Frame) error {
	if err := c.NextRaw(f); err != nil {
		return err
	}
	return c.Parse(f)
}

// NextRaw is Next without the understanding: it sets f.Raw, At and More, and
// leaves the rest to Parse. Whoever knows what bytes are due need not parse
// those that are equal.
func (c *Client) NextRaw(f *Frame) error {
	r := &c.in
	for r.eol < 0 {
		if err := r.fill(); err != nil {
			f.Kind, f.Raw, f.At, f.More = wire.Invalid, nil, r.at, false
			return err
		}
	}
	f.Raw = r.buf[r.start:r.eol]
	r.skip()
	f.At, f.More = r.at, r.eol >= 0
	return nil
}

// Parse does the rest of Next for a frame that NextRaw gave last. A welcome
// makes Name known only when it is parsed.
func (c *Client) Parse(f *Frame) error {
	raw := f.Raw
	if err := f.Frame.Parse(raw); err != nil {
		return &FrameError{Frame: bytes.Clone(raw[:min(len(raw), maxQuote)]), Len: len(raw), Err: err}
	}
	if f.Kind == wire.Welcome {
		name := string(f.Names[0])
		c.name.Store(&name)
		if len(f.Token) > 0 {
			token := string(f.Token)
			c.token.Store(&token)
		}
	}
	return nil
}
