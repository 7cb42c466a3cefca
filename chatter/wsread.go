package chatter

import (
	"errors"
	"fmt"
	"io"

	"chatsim/manager/wire/ws"
)

// What a server may not send.
var (
	errWSMasked   = errors.New("websocket: a frame from the server is masked")
	errWSReserved = errors.New("websocket: a frame has reserved bits")
	errWSOrder    = errors.New("websocket: a message begins within another, or goes on where none is")
	errWSBinary   = errors.New("websocket: a message is not text")
	errWSControl  = errors.New("websocket: a control frame is cut or too long")
	errWSKind     = errors.New("websocket: a frame is of no known kind")
	errWSSize     = errors.New("websocket: a frame is of an impossible size")
)

// wsLeast is how many bytes of memory a read needs.
const wsLeast = 2

// wsReader takes the text out of the frames that a server sends. It does so in
// the reader's own memory, where a batch stays a batch: a header is longer than
// the '\n' that follows its message.
type wsReader struct {
	// Static after construction.
	conn  io.Reader
	reply func(kind byte, payload []byte) error

	early  []byte             // read before the first Read
	header [ws.MaxHeader]byte // of the frame that begins
	have   int                // bytes of it
	left   uint64             // of the payload of the frame that goes on
	first  byte               // its first byte
	within bool               // a frame goes on
	inside bool               // a message was begun and not ended
	ctrl   []byte             // the payload of a control frame, so far
	err    error              // what ended the stream
}

func (r *wsReader) init(conn io.Reader, early []byte, reply func(byte, []byte) error) {
	r.conn, r.early, r.reply = conn, early, reply
}

// read reads once and gives what text there is in it, and reads again if there
// is none. After a closing frame it gives io.EOF, and for a connection that ends
// without one io.ErrUnexpectedEOF.
func (r *wsReader) read(p []byte) (int, error) {
	if len(p) < wsLeast {
		return 0, io.ErrShortBuffer
	}
	if r.err != nil {
		return 0, r.err
	}
	for {
		n, err := r.some(p[1:])
		if n, err = r.decode(p, n, err); n > 0 || err != nil {
			return n, err
		}
	}
}

// ready says that read has something without reading.
func (r *wsReader) ready() bool { return r.err != nil || len(r.early) > 0 }

// decode makes text of the n bytes in p[1:] that a read has brought, at the
// front of p, and of the read's error what it means for the text: both may be
// nothing.
func (r *wsReader) decode(p []byte, n int, err error) (int, error) {
	if n > 0 {
		n = r.take(p, n)
	}
	switch {
	case r.err != nil:
	case err == io.EOF:
		r.err = io.ErrUnexpectedEOF
	case err != nil:
		return n, err // a deadline, after which it goes on, or for good
	}
	if n > 0 {
		return n, nil
	}
	return 0, r.err
}

// some reads into p.
func (r *wsReader) some(p []byte) (int, error) {
	if len(r.early) > 0 {
		n := copy(p, r.early)
		r.early = r.early[n:]
		return n, nil
	}
	return r.conn.Read(p)
}

// take makes text of the n bytes in p[1:], at the front of p. The text is at
// most one byte ahead of the frames that it is from: that byte is the '\n' of a
// message whose header an earlier read has brought.
func (r *wsReader) take(p []byte, n int) int {
	out, end := 0, 1+n
	for at := 1; at < end && r.err == nil; {
		if !r.within {
			r.header[r.have] = p[at]
			r.have++
			at++
			if r.have < ws.HeaderSize(r.header[:r.have]) {
				continue
			}
			if r.err = r.begin(); r.err != nil {
				break
			}
		}
		part := p[at : at+int(min(r.left, uint64(end-at)))]
		at += len(part)
		r.left -= uint64(len(part))
		if ws.IsControl(r.first) {
			r.ctrl = append(r.ctrl, part...)
		} else {
			out += copy(p[out:], part)
		}
		if r.left == 0 {
			out += r.end(p[out:])
		}
	}
	return out
}

// begin begins the frame whose header is complete.
func (r *wsReader) begin() error {
	h := r.header[:r.have]
	r.first, r.have, r.within = h[0], 0, true
	r.left = ws.PayloadSize(h)
	kind := r.first & ws.Opcode
	switch {
	case h[1]&ws.Masked != 0:
		return errWSMasked
	case r.first&ws.Reserved != 0:
		return errWSReserved
	case r.left > maxFrame:
		return errWSSize
	case kind == ws.Close || kind == ws.Ping || kind == ws.Pong:
		if r.first&ws.Final == 0 || r.left > ws.MaxControl {
			return errWSControl
		}
		r.ctrl = r.ctrl[:0]
	case kind == ws.Binary:
		return errWSBinary
	case kind > ws.Binary:
		return fmt.Errorf("%w: %d", errWSKind, kind)
	case r.inside != (kind == ws.More):
		return errWSOrder
	}
	return nil
}

// end ends the frame, and its message if it is the last one of it: then it puts
// '\n' at the front of p, and says that this is a byte.
func (r *wsReader) end(p []byte) int {
	r.within = false
	switch r.first & ws.Opcode {
	case ws.Ping:
		r.err = r.reply(ws.Pong, r.ctrl)
	case ws.Close:
		_ = r.reply(ws.Close, r.ctrl[:min(len(r.ctrl), 2)]) // the server has said all
		r.err = io.EOF
		if r.inside {
			r.err = io.ErrUnexpectedEOF
		}
	case ws.Pong:
	default:
		if r.inside = r.first&ws.Final == 0; !r.inside {
			p[0] = '\n'
			return 1
		}
	}
	return 0
}
