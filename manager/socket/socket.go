// Package socket is what package net leaves out of a socket: reads and writes
// that do not wait, a connection that is little more than its descriptor while nothing
// waits, the bytes that a peer has not acknowledged, an RST. It serves
// both ends of a connection, and knows nothing of what is sent over it.
package socket

import (
	"cmp"
	"net"
	"syscall"
)

// Under returns the connection that others, such as TLS, are built upon.
func Under(conn any) any {
	for {
		outer, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			return conn
		}
		conn = outer.NetConn()
	}
}

// TCP returns the TCP connection of package net that conn is or is built upon, nil
// if there is none. It is for setting options: it may not be closed.
func TCP(conn any) *net.TCPConn {
	switch c := Under(conn).(type) {
	case *net.TCPConn:
		return c
	case interface{ TCP() *net.TCPConn }:
		return c.TCP()
	}
	return nil
}

// Reset closes conn so that its peer gets an RST and nothing stays queued. What
// is no socket, such as a pipe, is closed.
func Reset(conn net.Conn) error {
	c, ok := Under(conn).(interface {
		SetLinger(sec int) error
		Close() error
	})
	if !ok {
		return conn.Close()
	}
	err := cmp.Or(c.SetLinger(0), c.Close())
	_ = conn.Close() // second: TLS would try to say goodbye
	return err
}

// Probe asks the kernel how much of what was written to a socket its peer has not
// yet acknowledged. The kernel wakes a writer only when a third of the send
// buffer is free, which for a slow reader can be long after it has begun to read.
// The zero Probe is ready, and used again it does not allocate.
type Probe struct {
	fn func(fd uintptr)
	n  int
}

// Unsent returns bytes, or -1 if that cannot be told.
func (p *Probe) Unsent(raw syscall.RawConn) int {
	if p.fn == nil {
		p.fn = func(fd uintptr) {
			if n, err := queuedBytes(int(fd)); err == nil {
				p.n = n
			}
		}
	}
	p.n = -1
	if raw == nil || raw.Control(p.fn) != nil {
		return -1
	}
	return p.n
}
