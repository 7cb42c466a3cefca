//go:build !unix

package manager

import (
	"errors"
	"net"
	"syscall"
)

var errWouldBlock = errors.New("would block")

// rawOf returns nil: here a descriptor cannot be read from directly.
func rawOf(net.Conn) syscall.RawConn { return nil }

func readFD(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }
