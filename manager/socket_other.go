//go:build !linux

package manager

import (
	"net"
	"time"
)

// setUserTimeout does nothing here: keepalive and the grace remain.
func setUserTimeout(*net.TCPConn, time.Duration) {}

// hangupOfFD cannot tell here: a peer's end is seen when all before it is read.
func hangupOfFD(uintptr) hangup { return stays }
