package dialect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"chatsim/manager/wire"
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

const (
	// wsNormal is the code of an orderly close.
	wsNormal = 1000
	// maxKept is how much memory is kept for the next message that comes in pieces.
	maxKept = 64 << 10
	// maxPayload is the largest frame of a WebSocket, in bytes.
	maxPayload = 64 << 20
)

// webSocket is a layer under a codec whose messages are lines: a message of the
// WebSocket is a line without its '\n'. It puts frames together itself, for a
// whole batch is decoded where it was read, which libraries do not do.
type webSocket struct {
	Codec
	key      func() uint32 // of the next frame's mask
	end      byte          // of each message that the codec appends
	messages Messenger     // the codec, if it is one

	longest int    // bytes of a message
	message []byte // a message that came in pieces, so far
	inside  bool   // one has begun and not ended
	left    bool   // the closing frame is out, or about to be
	closed  error  // the server's closing frame has come
	out     []byte // answers
	lines   []byte // what the codec appends
}

// NewWebSocket puts a WebSocket under a codec whose messages are lines of text, or
// under a Messenger; its Decode is not used, but its Parse for each message. The opening handshake is
// not its own: that is HTTP, and done before the login.
func NewWebSocket(c Codec) Codec {
	w := &webSocket{Codec: c, key: rand.Uint32, end: '\n', longest: DefaultFrame}
	if m, ok := c.(Messenger); ok {
		m.Bare()
		w.messages, w.end = m, EndOfMessage
	}
	_, claims := c.(Claimer)
	_, types := c.(Typist)
	switch {
	case claims && types:
		return typing{claiming{w}}
	case claims:
		return claiming{w}
	}
	return w
}

func (w *webSocket) Login(dst []byte) ([]byte, error) {
	lines, err := w.Codec.Login(w.lines[:0])
	return w.frames(dst, lines, err)
}

func (w *webSocket) Say(dst, text []byte) ([]byte, error) {
	lines, err := w.Codec.Say(w.lines[:0], text)
	return w.frames(dst, lines, err)
}

func (w *webSocket) Tell(dst []byte, target string, text []byte) ([]byte, error) {
	lines, err := w.Codec.Tell(w.lines[:0], target, text)
	return w.frames(dst, lines, err)
}

// claiming is a WebSocket under a codec that can claim.
type claiming struct{ *webSocket }

func (w claiming) Claim(dst []byte, sender string, text []byte) ([]byte, error) {
	lines, err := w.Codec.(Claimer).Claim(w.lines[:0], sender, text)
	return w.frames(dst, lines, err)
}

// typing is claiming where lines can be typed too, as in the line dialect.
type typing struct{ claiming }

func (w typing) Type(dst, line []byte) ([]byte, error) {
	lines, err := w.Codec.(Typist).Type(w.lines[:0], line)
	return w.frames(dst, lines, err)
}

func (w typing) Framed() bool { return true }

// frames appends a message for each line, or message of a Messenger.
func (w *webSocket) frames(dst, lines []byte, err error) ([]byte, error) {
	if w.lines = lines; err != nil {
		return dst, err
	}
	if w.left {
		return dst, ErrLeft
	}
	for len(lines) > 0 {
		text, rest, _ := bytes.Cut(lines, []byte{w.end})
		dst = w.frame(dst, ws.Text, text)
		lines = rest
	}
	return dst, nil
}

// frame appends a whole frame. Its mask is there so that no page can make proxies
// misread what it sends; nothing here is made by a page.
func (w *webSocket) frame(dst []byte, kind byte, payload []byte) []byte {
	var key ws.Key
	binary.BigEndian.PutUint32(key[:], w.key())
	return ws.AppendMasked(dst, kind|ws.Final, payload, key)
}

// Leave begins the closing handshake, as FIN does where there is no WebSocket: the
// server sends what it has to, and answers.
func (w *webSocket) Leave(dst []byte) (out []byte, shut bool) {
	if w.left {
		return dst, false
	}
	lines, _ := w.Codec.Leave(w.lines[:0])
	dst, _ = w.frames(dst, lines, nil)
	w.left = true
	return w.frame(dst, ws.Close, binary.BigEndian.AppendUint16(nil, wsNormal)), false
}

func (w *webSocket) Answer(dst []byte) []byte {
	dst = append(dst, w.out...)
	w.out = w.out[:0]
	if lines := w.Codec.Answer(w.lines[:0]); len(lines) > 0 {
		dst, _ = w.frames(dst, lines, nil)
	}
	return dst
}

func (w *webSocket) Tick(dst []byte, now time.Time) (out []byte, next time.Time) {
	lines, next := w.Codec.Tick(w.lines[:0], now)
	dst, _ = w.frames(dst, lines, nil)
	return dst, next
}

// Holds returns what has come of a message in pieces.
func (w *webSocket) Holds() int { return cap(w.message) }

// Waits reports whether the codec has frames that came of an earlier message.
func (w *webSocket) Waits() bool { return w.messages != nil && w.messages.Waits() }

// LimitFrames sets the longest message.
func (w *webSocket) LimitFrames(bytes int) { w.longest = bytes }

// End takes an end without a closing frame for a broken one.
func (w *webSocket) End(int) error {
	if w.closed != nil {
		return w.closed
	}
	return io.ErrUnexpectedEOF
}

// header is what a frame begins with.
type header struct {
	first   byte
	size    int // bytes of the header,
	payload int // and of the frame behind it
}

// headerOf reads the header of a frame; false if it is not whole.
func headerOf(in []byte) (h header, ok bool, err error) {
	h.size = ws.HeaderSize(in[:min(len(in), 2)])
	if len(in) < h.size {
		return h, false, nil
	}
	if in[1]&ws.Masked != 0 {
		return h, false, errWSMasked
	}
	size := ws.PayloadSize(in[:h.size])
	if size > maxPayload {
		return h, false, errWSSize
	}
	h.first, h.payload = in[0], int(size)
	return h, true, nil
}

// Decode returns the text of each message where it was read. Only a message that
// comes in pieces is put together elsewhere.
func (w *webSocket) Decode(f *Frame, in []byte, _ bool) (n int, err error) {
	if w.messages != nil {
		if ok, err := w.messages.Queued(f); ok || err != nil {
			return 0, err
		}
	}
	for w.closed == nil {
		first, payload, size, err := w.next(in[n:])
		n += size
		if err != nil {
			return n, err
		}
		switch text, whole := w.take(first, payload); {
		case whole && w.messages != nil:
			if ok, err := w.messages.Take(f, text); ok || err != nil {
				return n, err
			}
		case whole:
			f.Kind, f.Raw, f.More = wire.Invalid, text, follows(in[n:])
			return n, nil
		}
	}
	return n, w.closed
}

// next returns the first frame of in, and how many bytes it has with its header.
// Bytes that are skipped come with an error.
func (w *webSocket) next(in []byte) (first byte, payload []byte, size int, err error) {
	h, ok, err := headerOf(in)
	if err == nil && ok {
		err = w.allows(h)
	}
	switch {
	case err == ErrTooLong:
		w.message = nil
		return 0, nil, len(in), NewFrameError(in, err)
	case err != nil:
		return 0, nil, 0, err
	case !ok || len(in)-h.size < h.payload:
		return 0, nil, 0, ErrShort
	}
	size = h.size + h.payload
	return h.first, in[h.size:size], size, nil
}

// Skip takes a message that came in one piece.
func (w *webSocket) Skip(in []byte, raw string) (n int) {
	h, ok, err := headerOf(in)
	n = h.size + h.payload
	if !ok || err != nil || h.first != ws.Text|ws.Final || w.inside || w.closed != nil || w.Waits() ||
		len(in) < n || string(in[h.size:n]) != raw {
		return 0
	}
	return n
}

// follows reports whether a whole message comes next.
func follows(in []byte) bool {
	h, ok, err := headerOf(in)
	return ok && err == nil && h.first == ws.Text|ws.Final && len(in)-h.size >= h.payload
}

// allows returns what is wrong with a frame where it stands.
func (w *webSocket) allows(h header) error {
	kind := h.first & ws.Opcode
	switch {
	case h.first&ws.Reserved != 0:
		return errWSReserved
	case kind == ws.Close || kind == ws.Ping || kind == ws.Pong:
		if h.first&ws.Final == 0 || h.payload > ws.MaxControl {
			return errWSControl
		}
	case kind == ws.Binary:
		return errWSBinary
	case kind > ws.Binary:
		return fmt.Errorf("%w: %d", errWSKind, kind)
	case w.inside != (kind == ws.More):
		return errWSOrder
	case h.payload > w.longest || w.inside && len(w.message)+h.payload > w.longest:
		return ErrTooLong
	}
	return nil
}

// take takes a frame; it returns the message that ends with it, if one does.
func (w *webSocket) take(first byte, payload []byte) (text []byte, whole bool) {
	final := first&ws.Final != 0
	switch first & ws.Opcode {
	case ws.Ping:
		if !w.left {
			w.out = w.frame(w.out, ws.Pong, payload)
		}
	case ws.Pong:
	case ws.Close:
		w.close(payload)
	case ws.Text:
		if final {
			return payload, true
		}
		if cap(w.message) > maxKept {
			w.message = nil
		}
		w.message, w.inside = append(w.message[:0], payload...), true
	default:
		w.message = append(w.message, payload...)
		w.inside = !final
		return w.message, final
	}
	return nil, false
}

// close answers the server's closing frame: it has said all.
func (w *webSocket) close(payload []byte) {
	if !w.left {
		w.out = w.frame(w.out, ws.Close, payload[:min(len(payload), 2)])
	}
	w.left, w.closed = true, io.EOF
	if w.inside {
		w.closed = io.ErrUnexpectedEOF
	}
}
