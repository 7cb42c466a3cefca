package poll

import (
	"errors"
	"net"

	"chatsim/manager/socket"
)

// Write writes all of b, and waits where the connection takes no more. Writes of
// several goroutines do not mix.
func (c *Conn) Write(b []byte) (n int, err error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.conn != nil {
		return c.conn.Write(b)
	}
	for n < len(b) {
		m, err := c.tryWrite(b[n:])
		n += m
		if err == nil && m == 0 {
			err = c.awaitWritable()
		}
		if err != nil {
			return n, c.opError("write", err)
		}
	}
	return n, nil
}

// TryWrite writes what the connection takes at once, and does not wait. It takes
// nothing while a Write is under way, nor where a goroutine feeds the connection.
func (c *Conn) TryWrite(b []byte) (n int, err error) {
	if c.conn != nil || !c.writing.TryLock() {
		return 0, nil
	}
	defer c.writing.Unlock()
	n, err = c.tryWrite(b)
	if err != nil {
		err = c.opError("write", err)
	}
	return n, err
}

func (c *Conn) tryWrite(b []byte) (int, error) {
	if !c.use() {
		return 0, net.ErrClosed
	}
	defer c.unuse()
	return socket.Write(uintptr(c.fd), b)
}

// awaitWritable waits until the Poller has seen that fd takes more, or for Close.
func (c *Conn) awaitWritable() error {
	if !c.use() {
		return net.ErrClosed
	}
	c.mu.Lock()
	if c.writable == nil {
		c.writable = make(chan struct{}, 1)
	}
	c.full = true
	err := c.armLocked()
	c.mu.Unlock()
	c.unuse()
	if err == nil {
		<-c.writable
	}
	return err
}

// isWritable lets a Write go on.
func (c *Conn) isWritable() {
	if !c.use() {
		return
	}
	defer c.unuse()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.full = false
	_ = c.armLocked()
	c.writeOn()
}

func (c *Conn) writeOn() {
	if c.writable == nil {
		return
	}
	select {
	case c.writable <- struct{}{}:
	default:
	}
}

// CloseWrite ends what the peer can read; what it sends is read on.
func (c *Conn) CloseWrite() error {
	if c.conn != nil {
		if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
			return half.CloseWrite()
		}
		return c.opError("close", errors.ErrUnsupported)
	}
	return c.with("close", closeWriteDescriptor)
}

// SetReadBuffer sets how many bytes the system keeps for Read.
func (c *Conn) SetReadBuffer(n int) error {
	if c.conn != nil {
		if s, ok := socket.Under(c.conn).(interface{ SetReadBuffer(int) error }); ok {
			return s.SetReadBuffer(n)
		}
		return c.opError("set", errors.ErrUnsupported)
	}
	return c.with("set", func(fd int) error { return setReadBuffer(fd, n) })
}

// Close ends the connection in both directions, and a Write that waits.
func (c *Conn) Close() error { return c.close(net.Conn.Close, nil) }

// Reset is Close by an RST: nothing stays queued. What is no socket is closed.
func (c *Conn) Reset() error { return c.close(socket.Reset, lingerDescriptor) }

// close closes what feed reads by one function, or after another has prepared fd.
func (c *Conn) close(fed func(net.Conn) error, prepare func(fd int) error) (err error) {
	if !c.use() {
		return c.opError("close", net.ErrClosed)
	}
	for {
		n := c.uses.Load()
		if n >= closing {
			c.unuse()
			return c.opError("close", net.ErrClosed)
		}
		if c.uses.CompareAndSwap(n, n+closing) {
			break
		}
	}
	if c.conn != nil {
		err = fed(c.conn)
	} else if prepare != nil {
		err = prepare(c.fd)
	}
	c.mu.Lock()
	c.writeOn()
	c.feedOn()
	c.mu.Unlock()
	c.poller.remove(c)
	c.unuse()
	return err
}

// with does something to fd.
func (c *Conn) with(op string, do func(fd int) error) error {
	if !c.use() {
		return c.opError(op, net.ErrClosed)
	}
	defer c.unuse()
	if err := do(c.fd); err != nil {
		return c.opError(op, err)
	}
	return nil
}
