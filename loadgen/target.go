package loadgen

import (
	"context"
	"net"

	"chatsim/chatter/dial"
)

// Target is a running server, and how it is reached.
type Target struct {
	Dialer   *dial.Dialer
	Password string // that is sent first; empty: none
}

// Dialect returns the Joiner for servers that speak "line", "raw", "ws" or "irc", and
// the capabilities of its clients.
func (t *Target) Dialect(name string) (Joiner, Capabilities) {
	d := dialectOf(name)
	connect := t.connect
	if d.path != "" || d.passes {
		connect = t.Dialer.Dial
	}
	return d.joiner(t.Dialer.HostPort, t.Password, connect), d.capabilities
}

// connect returns a connection on which the name is the next to be sent.
func (t *Target) connect(ctx context.Context) (net.Conn, error) {
	conn, err := t.Dialer.Dial(ctx)
	if err != nil || t.Password == "" {
		return conn, err
	}
	if _, err := conn.Write([]byte(t.Password + "\n")); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}
