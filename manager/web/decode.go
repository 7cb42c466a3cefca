package web

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/coder/websocket"

	"chatsim/manager/wire/ws"
)

// maxMessage is how long a message may be, in bytes. A line that is longer than
// the room takes, and not longer than this, is refused like any long line.
const maxMessage = 1 << 20

// lead is how many bytes the text of a read may be ahead of the frames that it
// is from: a line break that was held back, and the end of the message.
const lead = 2

// violation is what a peer did against the WebSocket protocol, as it is told.
type violation struct {
	code   websocket.StatusCode
	reason string
}

func (v *violation) Error() string { return "websocket: " + v.reason }

// Violation marks the error as one that the connection itself tells its peer.
func (v *violation) Violation() {}

func violates(format string, args ...any) error {
	return &violation{websocket.StatusProtocolError, fmt.Sprintf(format, args...)}
}

var (
	errNotText = &violation{websocket.StatusUnsupportedData, "text messages only"}
	errNotUTF8 = &violation{websocket.StatusInvalidFramePayloadData, "the text is not UTF-8"}
	errTooBig  = &violation{websocket.StatusMessageTooBig, fmt.Sprintf("a message of more than %d bytes", maxMessage)}
)

// decoder makes lines of the frames that a client sends. Libraries end a
// connection for less than a closing frame, do not look at the text, and answer
// control frames without telling of them, which then nobody limits.
type decoder struct {
	header [ws.MaxHeader]byte // of the frame that begins
	have   int                // bytes of it
	first  byte               // of the frame that goes on
	key    ws.Key             // its mask
	at     int                // place in the payload
	left   int                // bytes of it that have not come
	within bool               // a frame goes on

	inside  bool // a message was begun and not ended
	size    int  // bytes of it so far
	held    bool // a line break, which counts only if something follows in the message
	rune    [utf8.UTFMax]byte
	partial int // bytes in rune, the beginning of a character

	control []byte               // the payload of a control frame so far
	asked   bool                 // ping is to be answered
	ping    []byte               // the payload of the last ping
	closing websocket.StatusCode // of the peer's closing frame
	extra   int                  // frames that ended no message, since they were asked for
	err     error                // what ended the stream: io.EOF or a violation
}

// take makes text of the n bytes in p[lead:] that a read has brought, at the
// front of p, and returns its length. Each message is a line: a line break at
// its end is not another one, and one within it is a space.
func (d *decoder) take(p []byte, n int) (out int) {
	end := lead + n
	for at := lead; at < end && d.err == nil; {
		if !d.within {
			n := copy(d.header[d.have:ws.HeaderSize(d.header[:d.have])], p[at:end])
			d.have += n
			at += n
			if d.have < ws.HeaderSize(d.header[:d.have]) {
				continue
			}
			if d.err = d.begin(); d.err != nil {
				break
			}
		}
		part := p[at : at+min(d.left, end-at)]
		at += len(part)
		d.left -= len(part)
		d.unmask(part)
		if ws.IsControl(d.first) {
			d.control = append(d.control, part...)
		} else if d.valid(part) {
			out += d.straighten(p[out:], part)
		} else {
			d.err = errNotUTF8
			break
		}
		if d.left == 0 {
			out += d.end(p[out:])
		}
	}
	return out
}

// begin begins the frame whose header is complete.
func (d *decoder) begin() error {
	h := d.header[:d.have]
	d.first, d.have, d.at, d.within = h[0], 0, 0, true
	if h[1]&ws.Masked == 0 {
		return violates("a frame from a client is not masked")
	}
	d.key = ws.KeyOf(h)
	left := ws.PayloadSize(h)
	kind := d.first & ws.Opcode
	switch {
	case d.first&ws.Reserved != 0:
		return violates("a frame has reserved bits, and no extension was agreed on")
	case left > 1<<63-1:
		return violates("a frame is of an impossible size")
	case kind == ws.Close || kind == ws.Ping || kind == ws.Pong:
		return d.beginControl(left)
	case kind == ws.Binary:
		return errNotText
	case kind != ws.More && kind != ws.Text:
		return violates("opcode %d is reserved", kind)
	case d.inside && kind == ws.Text:
		return violates("a message begins within another")
	case !d.inside && kind == ws.More:
		return violates("a message goes on that was not begun")
	case left > uint64(maxMessage-d.size):
		return errTooBig
	}
	d.left, d.inside = int(left), true
	d.size += d.left
	return nil
}

func (d *decoder) beginControl(left uint64) error {
	switch {
	case d.first&ws.Final == 0:
		return violates("a control frame is cut in parts")
	case left > ws.MaxControl:
		return violates("a control frame has more than %d bytes", ws.MaxControl)
	}
	d.left, d.control = int(left), d.control[:0]
	return nil
}

func (d *decoder) unmask(part []byte) {
	d.key.Mask(part, d.at)
	d.at += len(part)
}

// valid reports whether the text of the message is UTF-8 as far as it goes with
// part.
func (d *decoder) valid(part []byte) bool {
	for d.partial > 0 && len(part) > 0 {
		d.rune[d.partial] = part[0]
		d.partial++
		part = part[1:]
		if begun := d.rune[:d.partial]; utf8.FullRune(begun) {
			if !utf8.Valid(begun) {
				return false
			}
			d.partial = 0
		}
	}
	whole := part
	for cut := 1; cut < utf8.UTFMax && cut <= len(part); cut++ {
		if tail := part[len(part)-cut:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				whole, d.partial = part[:len(part)-cut], copy(d.rune[:], tail)
			}
			break
		}
	}
	return utf8.Valid(whole)
}

// straighten puts part at the front of p, or one byte behind it, with spaces for
// line breaks, but for one at the end, which is held back.
func (d *decoder) straighten(p, part []byte) (n int) {
	if len(part) == 0 {
		return 0
	}
	if d.held {
		p[0], n = ' ', 1
	}
	if d.held = part[len(part)-1] == '\n'; d.held {
		part = part[:len(part)-1]
	}
	text := p[n : n+copy(p[n:], part)]
	n += len(text)
	for {
		at := bytes.IndexByte(text, '\n')
		if at < 0 {
			return n
		}
		text[at] = ' '
		text = text[at+1:]
	}
}

// end ends the frame, and its message if it is the last one of it: then it puts
// '\n' at the front of p, and returns that this is a byte.
func (d *decoder) end(p []byte) int {
	d.within = false
	switch d.first & ws.Opcode {
	case ws.Close:
		d.err = d.close()
		return 0
	case ws.Ping: // the answer may be to the last of several (RFC 6455, 5.5.3)
		d.asked, d.ping = true, append(d.ping[:0], d.control...)
	case ws.Pong:
	default:
		if d.first&ws.Final == 0 {
			break
		}
		if d.partial > 0 {
			d.err = errNotUTF8
			return 0
		}
		d.inside, d.size, d.held = false, 0, false
		p[0] = '\n'
		return 1
	}
	d.extra++
	return 0
}

// close looks at the closing frame of the peer, which ends the stream.
func (d *decoder) close() error {
	switch len(d.control) {
	case 0:
		d.closing = websocket.StatusNoStatusRcvd
		return io.EOF
	case 1:
		return violates("a closing frame has half a code")
	}
	switch c := websocket.StatusCode(binary.BigEndian.Uint16(d.control)); {
	case c < 1000, c > 4999, c > 1014 && c < 3000, c >= 1004 && c <= 1006: // RFC 6455, 7.4, and IANA's registry
		return violates("a closing frame has code %d, which none may have", c)
	case !utf8.Valid(d.control[2:]):
		return errNotUTF8
	default:
		d.closing = c
	}
	return io.EOF
}
