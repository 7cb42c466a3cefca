package chatter

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net"
)

// The first byte of a WebSocket frame (RFC 6455, 5.2), and bits of it and of the
// second one.
const (
	wsMore   = 0x0 // the message goes on
	wsText   = 0x1
	wsBinary = 0x2
	wsClose  = 0x8
	wsPing   = 0x9
	wsPong   = 0xa

	wsFinal    = 0x80 // the message ends with this frame
	wsReserved = 0x70
	wsKind     = 0x0f
	wsMasked   = 0x80
)

// wsNormal is the code of an orderly close.
const wsNormal = 1000

// Write sends each line as one message, all of them in one write. A line that p
// begins and does not end goes on with the next Write.
func (c *wsConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	out := c.out[:0]
	for rest := p; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte{'\n'})
		first := byte(wsText)
		if c.inside {
			first = wsMore
		}
		if c.inside = !whole; whole {
			first |= wsFinal
		}
		out = appendMasked(out, first, line)
		rest = after
	}
	c.out = out
	if _, err := c.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// CloseWrite begins the closing handshake, as FIN does where there is no
// WebSocket: the server sends what it has to, and answers.
func (c *wsConn) CloseWrite() error {
	return c.control(wsClose, binary.BigEndian.AppendUint16(nil, wsNormal))
}

// control sends a control frame, and nothing after a closing one.
func (c *wsConn) control(kind byte, payload []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = kind == wsClose
	_, err := c.Conn.Write(appendMasked(nil, kind|wsFinal, payload))
	return err
}

// appendMasked appends a frame from a client. The mask is there so that no page
// can make proxies misread what it sends; nothing here is made by a page.
func appendMasked(dst []byte, first byte, payload []byte) []byte {
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, first, wsMasked|byte(n))
	case n <= math.MaxUint16:
		dst = binary.BigEndian.AppendUint16(append(dst, first, wsMasked|126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, first, wsMasked|127), uint64(n))
	}
	var key [4]byte
	binary.BigEndian.PutUint32(key[:], rand.Uint32())
	dst = append(dst, key[:]...)
	from := len(dst)
	dst = append(dst, payload...)
	for i := range payload {
		dst[from+i] ^= key[i%4]
	}
	return dst
}
