package chatter

import (
	"errors"
	"fmt"
	"net"

	"chatsim/manager/socket"
)

// Leave is a way of leaving.
type Leave uint8

// The ways of leaving. FIN and HalfClose put the same bytes on the wire: with
// FIN the user has heard all that it waits for, with HalfClose it leaves while
// its own lines and those of others are still under way, which a server must
// send up to the leave.
const (
	FIN       Leave = iota // end of sending; read on to io.EOF, then Close
	Reset                  // RST at once: what is under way is lost, both ways
	HalfClose              // end of sending in the middle of the talk; read on to io.EOF, then Close
)

// String returns the field's word for it: FIN, RST or half-close.
func (l Leave) String() string {
	switch l {
	case FIN:
		return "FIN"
	case Reset:
		return "RST"
	case HalfClose:
		return "half-close"
	}
	return fmt.Sprintf("Leave(%d)", uint8(l))
}

// Leave begins to leave, or with Reset has left when it returns. FIN and
// HalfClose wait for a line that is being written, and say goodbye behind the answers
// over HTTP that are under way; they fail with
// errors.ErrUnsupported on a connection that cannot end one direction alone and
// in a dialect without a goodbye, where Close is the only way.
func (c *Client) Leave(kind Leave) error {
	if kind == Reset {
		defer c.Close()
		return socket.Reset(c.conn)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	goodbye, shut := c.codec.Leave(nil)
	c.calls.LookLocked()
	waits := c.calls.ThenLocked(func() {
		c.writing.Lock()
		defer c.writing.Unlock()
		_ = part(c.conn, goodbye, shut) // an error is for Next to find
	})
	c.mu.Unlock()
	if _, ok := c.conn.(halfCloser); shut && !ok {
		return fmt.Errorf("end sending on a %T: %w", c.conn, errors.ErrUnsupported)
	}
	c.left = true
	if waits {
		return nil
	}
	return part(c.conn, goodbye, shut)
}

// halfCloser is a connection of which one direction can be ended alone.
type halfCloser interface{ CloseWrite() error }

// part says goodbye, and ends sending if that is to be.
func part(conn net.Conn, goodbye []byte, shut bool) error {
	if len(goodbye) > 0 {
		if _, err := conn.Write(goodbye); err != nil {
			return err
		}
	}
	if shut {
		return conn.(halfCloser).CloseWrite()
	}
	return nil
}

// Close closes the connection and ends a Next or Say that waits with an error.
// While bytes are unread the kernel makes an RST of it.
func (c *Client) Close() error { return c.close() }

// SetReadBuffer sets the connection's receive buffer in the kernel, in bytes:
// a small one makes a chatter that does not read be noticed sooner. It is
// errors.ErrUnsupported where the connection has none.
func (c *Client) SetReadBuffer(bytes int) error {
	if conn, ok := socket.Under(c.conn).(interface{ SetReadBuffer(int) error }); ok {
		return conn.SetReadBuffer(bytes)
	}
	return errors.ErrUnsupported
}
