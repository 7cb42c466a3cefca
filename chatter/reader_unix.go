//go:build unix

package chatter

import (
	"io"
	"net"
	"os"
	"syscall"
)

// rawConn gives access to the socket of a connection, nil where reads have to
// go through conn.Read: a type that only embeds a socket may have its own.
func rawConn(conn net.Conn) syscall.RawConn {
	var raw syscall.RawConn
	var err error
	switch conn := conn.(type) {
	case *net.TCPConn:
		raw, err = conn.SyscallConn()
	case *net.UnixConn:
		raw, err = conn.SyscallConn()
	}
	if err != nil {
		return nil
	}
	return raw
}

// tryRead reads what the socket has into a buffer that it borrows for that;
// false lets the caller wait until there is something.
func (r *reader) tryRead(fd uintptr) bool {
	r.acquire()
	for {
		n, err := syscall.Read(int(fd), r.space())
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			if r.end == 0 {
				r.release()
			}
			return false
		case err != nil:
			r.got.n, r.got.err = 0, r.opError(err)
		case n == 0:
			r.got.n, r.got.err = r.text(0, io.EOF)
		default:
			if r.got.n, r.got.err = r.text(n, nil); r.got.n == 0 && r.got.err == nil {
				continue
			}
		}
		return true
	}
}

// opError gives an error the form that it has from conn.Read.
func (r *reader) opError(err error) error {
	local := r.conn.LocalAddr()
	return &net.OpError{
		Op:     "read",
		Net:    local.Network(),
		Source: local,
		Addr:   r.conn.RemoteAddr(),
		Err:    os.NewSyscallError("read", err),
	}
}
