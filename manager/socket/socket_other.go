//go:build !unix

package socket

import (
	"errors"
	"syscall"
)

// ErrWouldBlock is the error of a Read that has nothing to read yet.
var ErrWouldBlock = errors.New("would block")

// Raw returns nil: here a descriptor cannot be used directly.
func Raw(any) syscall.RawConn { return nil }

// Read is never called where Raw returns nil.
func Read(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }

// Write is never called where Raw returns nil.
func Write(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }
