package web

import (
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
// next Write. One at a time calls it.
func (c *conn) Write(p []byte) (n int, err error) {
	buf := scratches.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxScratch {
			scratches.Put(buf)
		}
	}()
	*buf, c.inside = ws.AppendMessages((*buf)[:0], p, c.inside)
	if c.socket != nil {
		err = c.writeAll(*buf)
	} else {
		err = c.writeBelow(*buf)
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// writeBelow writes messages in frames to what has no socket.
func (c *conn) writeBelow(frames []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	_, err := c.Conn.Write(frames)
	if err == nil {
		c.out.pass(frames)
	}
	return err
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
	if len(c.out.last) == 0 || f.Parse(c.out.last) != nil {
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

// goodbye writes a closing frame, once, if nobody is writing and no frame was begun.
func (c *conn) goodbye(code websocket.StatusCode, reason string) {
	if !c.lockIdle() {
		return // the peer takes nothing
	}
	if c.closed || c.full || !c.out.between() {
		c.mu.Unlock()
		return
	}
	c.closed = true
	var payload []byte
	if code != websocket.StatusNoStatusRcvd {
		payload = append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...)
	}
	if c.socket == nil {
		_ = c.Conn.SetWriteDeadline(time.Now().Add(goodbyeTime))
		_, _ = c.Conn.Write(appendControl(nil, ws.Close, payload)) // reading tells of an end
		c.mu.Unlock()
		return
	}
	c.left = appendControl(c.left, ws.Close, payload)
	c.mu.Unlock()
	_ = c.Conn.SetWriteDeadline(time.Now().Add(goodbyeTime))
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
