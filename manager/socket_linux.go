package manager

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// setUserTimeout limits how long sent bytes may stay unacknowledged.
func setUserTimeout(conn *net.TCPConn, d time.Duration) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(d.Milliseconds()))
	})
}

// hangupOfFD looks whether the peer of a socket has closed it, be there unread
// bytes or not.
func hangupOfFD(fd uintptr) hangup {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	_, _ = unix.Poll(p, 0)
	switch {
	case p[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0:
		return hungUp
	case p[0].Revents&unix.POLLRDHUP != 0:
		return finished
	}
	return stays
}
