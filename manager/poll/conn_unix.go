//go:build (linux || darwin) && !portable

package poll

import (
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"chatsim/manager/socket"
)

// take has the kernel wait for a socket, by a descriptor of our own: package net
// is done with it. Where that fails, conn stays as it is.
func (c *Conn) take(conn net.Conn) bool {
	raw := socket.Raw(conn)
	if raw == nil {
		return false
	}
	fd := -1
	err := raw.Control(func(its uintptr) {
		if n, err := unix.FcntlInt(its, unix.F_DUPFD_CLOEXEC, 0); err == nil {
			fd = n
		}
	})
	if err != nil || fd < 0 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fd = fd
	if c.armLocked() != nil {
		_ = unix.Close(fd)
		c.fd = -1
		return false
	}
	_ = conn.Close() // the socket stays ours
	return true
}

// armLocked tells the kernel what to report of fd. A connection that is to report
// nothing is not known to the kernel, which would report its end for ever.
func (c *Conn) armLocked() error {
	var want interest
	if c.reading {
		want |= toRead
	}
	if c.full {
		want |= toWrite
	}
	if c.fd < 0 || want == c.armed {
		return nil
	}
	err := c.poller.native.arm(c.fd, c.tag, c.armed, want)
	if err == nil {
		c.armed = want
	}
	return err
}

// destroy is called once, when nobody uses fd any more.
func (c *Conn) destroy() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd < 0 {
		return
	}
	if c.armed != 0 {
		_ = c.poller.native.arm(c.fd, c.tag, c.armed, 0)
	}
	_ = unix.Close(c.fd)
	c.fd = -1
}

func readDescriptor(fd int, b []byte) (int, error) {
	n, err := socket.Read(uintptr(fd), b)
	switch {
	case err == socket.ErrWouldBlock:
		return 0, ErrWouldBlock
	case err != nil:
		return 0, os.NewSyscallError("read", err)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

func closeWriteDescriptor(fd int) error {
	return os.NewSyscallError("shutdown", unix.Shutdown(fd, unix.SHUT_WR))
}

func setReadBuffer(fd, n int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, n))
}

// lingerDescriptor has a close send an RST.
func lingerDescriptor(fd int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}))
}
