package web

import (
	"cmp"
	"net"
	"syscall"

	"chatsim/manager/socket"
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

// TryWrite writes messages in frames, cut anywhere, and no more than the socket takes at
// once. Control frames that wait go first, or right behind the frame that was begun. What
// is whole is not looked at: a frame ends at its end, and there is no error in it.
func (c *conn) TryWrite(fd uintptr, frames []byte, whole bool) (n int, rest bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, false, net.ErrClosed
	}
	if len(c.left) > 0 {
		end := c.out.toBoundary(frames)
		if n, err = c.passLocked(fd, frames[:end], false); err == nil && n == end {
			err = c.flushLocked(fd)
		}
	}
	if err == nil && len(c.left) == 0 {
		var more int
		more, err = c.passLocked(fd, frames[n:], whole)
		n += more
	}
	rest = len(c.left) > 0 && c.out.between()
	c.full = rest || n < len(frames)
	return n, rest, err
}

// passLocked writes what the socket takes at once of messages in frames.
func (c *conn) passLocked(fd uintptr, frames []byte, whole bool) (n int, err error) {
	if len(frames) == 0 {
		return 0, nil
	}
	if n, err = socket.Write(fd, frames); whole && n == len(frames) {
		c.out.skip()
	} else {
		c.out.pass(frames[:n])
	}
	return n, err
}

// writeAll writes messages in frames to what has a socket.
func (c *conn) writeAll(frames []byte) (err error) {
	waited := c.socket.Write(func(fd uintptr) bool {
		n, rest, e := c.TryWrite(fd, frames, false)
		frames, err = frames[n:], e
		return err != nil || len(frames) == 0 && !rest
	})
	return cmp.Or(err, waited)
}

// flush writes what is left, as much as the socket takes at once, or all.
func (c *conn) flush(all bool) {
	_ = c.socket.Write(func(fd uintptr) bool { // reading tells of an end
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.flushLocked(fd) != nil || !all || len(c.left) == 0
	})
}

// flushLocked writes what the socket takes at once of what is left, unless a frame of a
// message is to be ended before.
func (c *conn) flushLocked(fd uintptr) error {
	if len(c.left) == 0 || !c.out.between() {
		return nil
	}
	n, err := socket.Write(fd, c.left)
	c.left = append(c.left[:0], c.left[n:]...)
	return err
}
