package dialect

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// Base is what a codec embeds: a dialect that parses while it decodes, answers
// nothing, knows no time, and whose goodbye is the end of sending.
type Base struct{}

// Leave appends nothing and has the sending direction closed.
func (Base) Leave(dst []byte) (out []byte, shut bool) { return dst, true }

// Parse does nothing: Decode has set all.
func (Base) Parse(*Frame) error { return nil }

// Answer appends nothing.
func (Base) Answer(dst []byte) []byte { return dst }

// Tick appends nothing and is not needed again.
func (Base) Tick(dst []byte, _ time.Time) (out []byte, next time.Time) { return dst, time.Time{} }

// Held returns that requests need not wait.
func (Base) Held(time.Time) (until time.Time) { return time.Time{} }

// End takes an end between frames for an orderly one.
func (Base) End(rest int) error {
	if rest > 0 {
		return io.ErrUnexpectedEOF
	}
	return io.EOF
}

// FrameError is a frame that could not be understood. The frame is skipped: the
// stream goes on behind it.
type FrameError struct {
	Frame []byte // its first bytes, a copy
	Len   int    // bytes that it had
	Err   error  // what is wrong with it
}

// MaxQuote is how much of a wrong frame a FrameError keeps, in bytes.
const MaxQuote = 120

// NewFrameError returns the error for a frame that is wrong by a reason.
func NewFrameError(frame []byte, err error) *FrameError {
	return &FrameError{Frame: bytes.Clone(frame[:min(len(frame), MaxQuote)]), Len: len(frame), Err: err}
}

func (e *FrameError) Error() string {
	cut := ""
	if e.Len > len(e.Frame) {
		cut = fmt.Sprintf("… (%d bytes)", e.Len)
	}
	return fmt.Sprintf("frame %+q%s: %v", e.Frame, cut, e.Err)
}

func (e *FrameError) Unwrap() error { return e.Err }
