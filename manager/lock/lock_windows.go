package lock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// beyond is a byte that no file has: only the lock is there, and others can read and
// write the file.
const beyond = 1<<31 - 1

// File locks an open file until it is closed, or the process ends.
func File(f *os.File) error {
	at := &windows.Overlapped{OffsetHigh: beyond}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrHeld
	}
	return nil
}
