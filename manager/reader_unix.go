//go:build unix

package manager

import (
	"net"
	"syscall"
)

const errWouldBlock = syscall.EAGAIN

// rawOf gives access to the file descriptor of a socket, nil for all else: a
// type that only embeds a socket may have a Read of its own.
func rawOf(conn net.Conn) syscall.RawConn {
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

func readFD(fd uintptr, b []byte) (n int, err error) {
	for {
		n, err = syscall.Read(int(fd), b)
		if err != syscall.EINTR {
			return n, err
		}
	}
}
