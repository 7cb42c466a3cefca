package web

import (
	"bytes"
	"encoding/binary"
	"net"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"chatsim/manager/guard"
	"chatsim/manager/wire"
	"chatsim/manager/wire/ws"
)

// goodbyeTime is how long the last frame may take to be written.
const goodbyeTime = time.Second

// maxReason is the longest reason of a closing handshake, in bytes.
const maxReason = 123

var errorStart = []byte(`{"error":`)

// scratches lends memory for frames.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

// maxScratch is the largest that is kept, in bytes.
const maxScratch = 128 << 10

// Write sends each line as one message, all of them in one write. A line that p
// begins and does not end is the beginning of a message, which goes on with the
// next Write.
func (c *conn) Write(p []byte) (n int, err error) {
	if c.socket != nil {
		return c.writeAll(p)
	}
	buf := takeScratch()
	defer giveScratch(buf)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	*buf = c.appendFramesLocked((*buf)[:0], p)
	if _, err := c.Conn.Write(*buf); err != nil {
		return 0, err
	}
	return len(p), nil
}

func takeScratch() *[]byte { return scratches.Get().(*[]byte) }

func giveScratch(buf *[]byte) {
	if cap(*buf) <= maxScratch {
		scratches.Put(buf)
	}
}

func (c *conn) appendFramesLocked(dst, p []byte) []byte {
	for len(p) > 0 {
		kind := byte(ws.Text)
		if c.inside {
			kind = ws.More
		}
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			c.inside = true
			return append(ws.AppendHeader(dst, kind, len(p)), p...)
		}
		line := p[:end]
		if !c.inside && bytes.HasPrefix(line, errorStart) {
			c.last = append(c.last[:0], line...)
		}
		c.inside = false
		dst = append(ws.AppendHeader(dst, kind|ws.Final, end), line...)
		p = p[end+1:]
	}
	return dst
}

// CloseWrite begins the closing handshake, with the reason of the last error
// frame. What the peer sends until it answers can still be read. One that broke
// the protocol is told that, and nothing is expected of it.
func (c *conn) CloseWrite() error {
	if v, ok := c.in.err.(*violation); ok {
		c.goodbye(v.code, v.reason)
		_ = guard.CloseWrite(c.Conn) // where there is a FIN
		return nil
	}
	c.mu.Lock()
	code, reason := c.farewellLocked()
	c.mu.Unlock()
	c.goodbye(code, reason)
	return nil
}

// farewellLocked is why the server ends the connection.
func (c *conn) farewellLocked() (websocket.StatusCode, string) {
	var f wire.Frame
	if len(c.last) == 0 || f.Parse(c.last) != nil {
		return websocket.StatusNormalClosure, ""
	}
	code := websocket.StatusPolicyViolation
	if r, ok := wire.ParseReason(f.Text); ok && (r == wire.Shutdown || r == wire.Full) {
		code = websocket.StatusGoingAway
	}
	reason := f.Text
	for len(reason) > maxReason {
		_, size := utf8.DecodeLastRune(reason)
		reason = reason[:len(reason)-size]
	}
	return code, string(reason)
}

// goodbye writes a closing frame, once, and if nobody is writing.
func (c *conn) goodbye(code websocket.StatusCode, reason string) {
	if !c.lockIdle() {
		return // the peer takes nothing
	}
	if c.closed || c.full {
		c.mu.Unlock()
		return
	}
	c.closed = true
	var payload []byte
	if code != websocket.StatusNoStatusRcvd {
		payload = append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...)
	}
	_ = c.Conn.SetWriteDeadline(time.Now().Add(goodbyeTime))
	if c.socket == nil {
		_, _ = c.Conn.Write(appendControl(nil, ws.Close, payload)) // reading tells of an end
		c.mu.Unlock()
		return
	}
	c.left = appendControl(c.left, ws.Close, payload)
	c.mu.Unlock()
	c.flush(true)
}

// control writes a control frame, and nothing once the closing one is out. It may stand
// within a message.
func (c *conn) control(kind byte, payload []byte) {
	c.mu.Lock()
	if c.socket == nil {
		defer c.mu.Unlock()
		if !c.closed {
			_, _ = c.Conn.Write(appendControl(nil, kind, payload)) // reading tells of an end
		}
		return
	}
	keep := !c.closed && len(c.left) <= maxControl
	if keep {
		c.left = appendControl(c.left, kind, payload)
	}
	now := keep && !c.full
	c.mu.Unlock()
	if now {
		c.flush(false)
	}
}

func appendControl(dst []byte, kind byte, payload []byte) []byte {
	return append(ws.AppendHeader(dst, ws.Final|kind, len(payload)), payload...)
}

// Close ends the connection, in order where that is possible: a closing frame
// of the peer is answered with its code.
func (c *conn) Close() error {
	code := websocket.StatusNormalClosure
	if theirs := c.echo.Load(); theirs != 0 {
		code = websocket.StatusCode(theirs)
	}
	c.goodbye(code, "")
	return c.Conn.Close()
}

// Evicted remembers why the peer is cut off, who takes nothing any more.
func (c *conn) Evicted(reason string) { c.evicted(reason) }

// NetConn returns the connection below, for what can be set there.
func (c *conn) NetConn() net.Conn { return c.Conn }
