package socket

import "golang.org/x/sys/unix"

// queuedBytes returns how many bytes written to a socket its peer's system has not
// acknowledged.
func queuedBytes(fd int) (int, error) {
	return unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NWRITE)
}
