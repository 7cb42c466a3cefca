//go:build !linux

package manager

import (
	"net"
	"time"
)

// setUserTimeout does nothing here: keepalive and the grace remain.
func setUserTimeout(*net.TCPConn, time.Duration) {}

// unsent cannot be told here.
func unsent(net.Conn) int { return -1 }

// peerClosed cannot be told here without reading.
func peerClosed(net.Conn) bool { return false }
