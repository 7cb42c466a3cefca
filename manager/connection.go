package manager

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/socket"
)

const (
	lingerTime  = time.Second          // that a peer has to read our last words
	lingerPiece = 64 << 10             // of its input that we throw away meanwhile, in bytes,
	lingerPause = 5 * time.Millisecond // and the time until the next
)

var longAgo = time.Unix(1, 0)

// connection is that of one session: the socket, how long its reads may wait, and
// how it is closed. It knows no dialect.
type connection struct {
	// Static after the login.
	m    *Manager
	of   *stay
	conn net.Conn
	out  feed.Conn // conn, or what puts frames into another form on their way there

	cutoff atomic.Int64 // no read waits for longer, in Unix nanoseconds; 0: none
}

// under returns the socket that conn goes over; nil: none, or it cannot be looked at.
func (c *connection) under() syscall.RawConn { return socket.Raw(socket.Under(c.conn)) }

// over reports whether the session is to end whatever its peer does.
func (c *connection) over() bool {
	return c.m.draining.Load() || c.of.isDismissed() || c.cutoff.Load() != 0
}

// setReadDeadline is the only way to change it, so that an end from elsewhere is
// not overruled.
func (c *connection) setReadDeadline(t time.Time) {
	for cut := int64(0); ; {
		_ = c.conn.SetReadDeadline(t)
		end := c.cutoff.Load()
		if end == cut {
			break
		}
		cut, t = end, time.Unix(0, end)
	}
	if c.m.draining.Load() || c.of.isDismissed() {
		c.endRead()
	}
}

// endRead ends a read that waits, and all that follow.
func (c *connection) endRead() { _ = c.conn.SetReadDeadline(longAgo) }

// writeNow writes to one who is not in the room.
func (c *connection) writeNow(answer []byte) error {
	_ = c.out.SetWriteDeadline(time.Now().Add(c.m.cfg.Grace))
	_, err := c.out.Write(answer)
	_ = c.out.SetWriteDeadline(time.Time{})
	return err
}

// extra returns what came beside lines since the last call, such as pings.
func (c *connection) extra() int {
	if e, ok := c.conn.(interface{ Extra() int }); ok {
		return e.Extra()
	}
	return 0
}

// closeBy closes the connection.
func (c *connection) closeBy(how closure) {
	switch how {
	case fin:
		_ = c.conn.Close()
	case linger:
		c.farewell()
	default:
		_ = socket.Reset(c.conn)
	}
}

// farewell closes so that our last words arrive: closing with input unread
// would make the kernel throw them away and send an RST instead of a FIN. In a
// shutdown it goes on for as long as the peer has not got them all. Input is
// read without haste meanwhile, as it is for nothing.
func (c *connection) farewell() {
	defer c.conn.Close()
	half, ok := c.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	for end := time.Now().Add(lingerTime); ; {
		_ = c.conn.SetReadDeadline(end)
		if c.m.hurry.Load() {
			c.endRead()
		}
		_, err := io.CopyN(io.Discard, c.conn, lingerPiece)
		late := errors.Is(err, os.ErrDeadlineExceeded)
		switch {
		case err != nil && !late:
			return // the peer has closed
		case late && (!c.m.draining.Load() || c.unsent() <= 0):
			return
		case late && c.m.hurry.Load():
			c.m.cutOff.Store(true)
			return
		case late:
			end = time.Now().Add(lingerTime)
		default:
			time.Sleep(lingerPause)
		}
	}
}

// unsent returns how many of the bytes written to the socket its peer's system has not
// acknowledged; -1 if that cannot be told.
func (c *connection) unsent() int { return new(socket.Probe).Unsent(c.under()) }
