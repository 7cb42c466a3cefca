//go:build !unix

package feed

import (
	"errors"
	"syscall"
)

// rawOf returns nil: elsewhere a descriptor cannot be written to directly.
func rawOf(any) syscall.RawConn { return nil }

func writeFD(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }
