// Package lock keeps two processes from using the same file.
package lock

import "errors"

// ErrHeld is the error of File where another process has the lock.
var ErrHeld = errors.New("another process has it")
