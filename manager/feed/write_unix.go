//go:build unix

package feed

import (
	"net"
	"syscall"
)

// rawOf gives access to the file descriptor of a socket. It is nil for all
// else: a type that only embeds a socket may have a Write of its own.
func rawOf(conn any) syscall.RawConn {
	var raw syscall.RawConn
	var err error
	switch c := conn.(type) {
	case *net.TCPConn:
		raw, err = c.SyscallConn()
	case *net.UnixConn:
		raw, err = c.SyscallConn()
	}
	if err != nil {
		return nil
	}
	return raw
}

// writeFD is one write(2) to a non-blocking descriptor; a full one takes 0.
func writeFD(fd uintptr, b []byte) (int, error) {
	for {
		n, err := syscall.Write(int(fd), b)
		switch err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return 0, nil
		}
		return max(n, 0), err
	}
}
