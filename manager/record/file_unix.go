//go:build unix

package record

import (
	"errors"
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// syncs reports whether a failed sync means anything: what is no file cannot.
func syncs(err error) bool { return !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) }

// links returns how many names a file has; 0 means that it was deleted.
func links(info fs.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink)
	}
	return 1
}
