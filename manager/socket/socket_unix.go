//go:build unix

package socket

import (
	"net"
	"syscall"
)

// ErrWouldBlock is the error of a Read that has nothing to read yet.
const ErrWouldBlock = syscall.EAGAIN

// Raw returns access to the file descriptor of a socket, nil for all else: a type
// that only embeds a socket may have a Read and a Write of its own.
func Raw(conn any) syscall.RawConn {
	var raw syscall.RawConn
	var err error
	switch c := conn.(type) {
	case *net.TCPConn:
		raw, err = c.SyscallConn()
	case *net.UnixConn:
		raw, err = c.SyscallConn()
	case *Conn:
		raw, err = c.SyscallConn()
	}
	if err != nil {
		return nil
	}
	return raw
}

// Read returns one read(2) from a non-blocking descriptor; 0 bytes are the end.
func Read(fd uintptr, b []byte) (n int, err error) {
	for {
		n, err = syscall.Read(int(fd), b)
		if err != syscall.EINTR {
			return n, err
		}
	}
}

// Write returns one write(2) to a non-blocking descriptor; a full one takes 0.
func Write(fd uintptr, b []byte) (int, error) {
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
