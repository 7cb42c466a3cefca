package web

import (
	"net"
	"syscall"

	"chatsim/manager/socket"
	"chatsim/manager/wire/ws"
)

// A connection that goes straight to a socket writes to it without waiting, or has the
// system's poller wait, and then takes its lock once the socket is ready: never the other
// way round, as a writer of the room's would wait with it.

// maxControl is how many bytes may wait when another control frame is to: a peer that asks
// and takes no answer gets none.
const maxControl = 4 << 10

// Socket returns the socket that TryWrite is for; nil: there is only Write.
func (c *conn) Socket() syscall.RawConn { return c.socket }

// lockIdle takes the lock unless somebody waits with it, as only a writer to what has no
// socket does.
func (c *conn) lockIdle() bool {
	if c.socket == nil {
		return c.mu.TryLock()
	}
	c.mu.Lock()
	return true
}

// TryWrite writes as Write does, but no more than the socket takes at once. Of what it does
// not take only the frame is kept of which it took a part: the lines behind that are not
// used up, and are framed again another time.
func (c *conn) TryWrite(fd uintptr, p []byte) (n int, rest bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, false, net.ErrClosed
	}
	err = c.flushLocked(fd)
	if err == nil && len(c.left) == 0 {
		n, err = c.frameLocked(fd, p)
	}
	rest = len(c.left) > 0
	c.full = rest || n < len(p)
	return n, rest, err
}

// writeAll is Write for what has a socket.
func (c *conn) writeAll(p []byte) (done int, err error) {
	waited := c.socket.Write(func(fd uintptr) bool {
		n, rest, e := c.TryWrite(fd, p[done:])
		done, err = done+n, e
		return err != nil || done == len(p) && !rest
	})
	if err == nil {
		err = waited
	}
	return done, err
}

// flush writes what is left, as much as the socket takes at once, or all.
func (c *conn) flush(all bool) {
	_ = c.socket.Write(func(fd uintptr) bool { // reading tells of an end
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.flushLocked(fd) != nil || !all || len(c.left) == 0
	})
}

func (c *conn) flushLocked(fd uintptr) error {
	if len(c.left) == 0 {
		return nil
	}
	n, err := socket.Write(fd, c.left)
	c.left = append(c.left[:0], c.left[n:]...)
	return err
}

// frameLocked writes the frames of lines. Nothing is left of what was written before.
func (c *conn) frameLocked(fd uintptr, p []byte) (n int, err error) {
	if len(p) == 0 {
		return 0, nil
	}
	buf := takeScratch()
	defer giveScratch(buf)
	was := c.inside
	*buf = c.appendFramesLocked((*buf)[:0], p)
	took, err := socket.Write(fd, *buf)
	if took == len(*buf) {
		return len(p), err
	}
	end, n, whole := cut(*buf, took)
	c.left = append(c.left[:0], (*buf)[took:end]...)
	c.inside = was
	if end > 0 {
		c.inside = !whole
	}
	return n, err
}

// cut returns the end of the frame that byte k is within, k itself between two; how
// many bytes of lines are in the frames up to there; and whether the last of these ends
// a message.
func cut(frames []byte, k int) (end, text int, whole bool) {
	for end < k {
		head := frames[end:]
		size := int(ws.PayloadSize(head))
		whole = head[0]&ws.Final != 0
		end += ws.HeaderSize(head) + size
		text += size
		if whole {
			text += len("\n")
		}
	}
	return end, text, whole
}
