package chatter

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net"

	"chatsim/manager/wire/ws"
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
		first := byte(ws.Text)
		if c.inside {
			first = ws.More
		}
		if c.inside = !whole; whole {
			first |= ws.Final
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
	return c.control(ws.Close, binary.BigEndian.AppendUint16(nil, wsNormal))
}

// control sends a control frame, and nothing after a closing one.
func (c *wsConn) control(kind byte, payload []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = kind == ws.Close
	_, err := c.Conn.Write(appendMasked(nil, kind|ws.Final, payload))
	return err
}

// appendMasked appends a frame from a client. The mask is there so that no page
// can make proxies misread what it sends; nothing here is made by a page.
func appendMasked(dst []byte, first byte, payload []byte) []byte {
	var key ws.Key
	binary.BigEndian.PutUint32(key[:], rand.Uint32())
	return ws.AppendMasked(dst, first, payload, key)
}
