package manager

import (
	"net"
	"time"
)

// tune sets what finds peers that are gone without a word: keepalive for those
// that are sent nothing, a limit on unacknowledged bytes for the others. A
// failure is no reason to refuse a connection.
func tune(conn net.Conn, keepAlive, userTimeout time.Duration) {
	tcp, ok := socket(conn).(*net.TCPConn)
	if !ok {
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

// reset closes conn so that its peer gets an RST and nothing stays queued.
func reset(conn net.Conn) {
	if tcp, ok := socket(conn).(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
		_ = tcp.Close() // first: TLS would try to say goodbye
	}
	_ = conn.Close()
}

// socket is the connection that others are built upon.
func socket(conn net.Conn) net.Conn {
	for {
		outer, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return conn
		}
		conn = outer.NetConn()
	}
}
