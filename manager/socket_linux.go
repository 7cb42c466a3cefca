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

// unsent is how many of the bytes written to a socket its peer's system has not
// acknowledged; -1 if that cannot be told.
func unsent(conn net.Conn) int {
	raw := rawOf(socket(conn))
	if raw == nil {
		return -1
	}
	n := -1
	_ = raw.Control(func(fd uintptr) {
		if queued, err := unix.IoctlGetInt(int(fd), unix.SIOCOUTQ); err == nil {
			n = queued
		}
	})
	return n
}

// peerClosed reports whether a socket's peer has closed its side, or all, even
// where what it sent before is unread.
func peerClosed(conn net.Conn) bool {
	const closed, closeWait = 7, 8 // of the kernel's include/net/tcp_states.h
	raw := rawOf(socket(conn))
	if raw == nil {
		return false
	}
	state := uint8(0)
	_ = raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			state = info.State
		}
	})
	return state == closed || state == closeWait
}
