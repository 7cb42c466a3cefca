package manager

import (
	"net"
	"time"

	"chatsim/manager/socket"
)

// tune sets what finds peers that are gone without a word: keepalive for those
// that are sent nothing, a limit on unacknowledged bytes for the others. A
// failure is no reason to refuse a connection.
func tune(conn net.Conn, keepAlive, userTimeout time.Duration) {
	tcp := socket.TCP(conn)
	if tcp == nil {
		return
	}
	_ = tcp.SetKeepAliveConfig(net.KeepAliveConfig{
		Enable:   true,
		Idle:     keepAlive,
		Interval: max(keepAlive/3, time.Second),
		Count:    3,
	})
	setUserTimeout(tcp, userTimeout)
}
