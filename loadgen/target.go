package loadgen

import (
	"context"
	"net"

	"chatsim/chatter"
	"chatsim/chatter/dial"
)

// Target is a running server, and how it is reached.
type Target struct {
	Dialer   *dial.Dialer
	Password string // that is sent first; empty: none
}

// Dialect returns the Joiner for servers that speak "line", "raw" or "ws", and
// the capabilities of its clients.
func (t *Target) Dialect(name string) (Joiner, Capabilities) {
	switch name {
	case "raw":
		return t.raw, Raw()
	case "ws":
		return DialWS(t.Dialer.HostPort), Capabilities{}
	}
	return t.line, Capabilities{}
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

// line is a Joiner for servers that speak the line dialect.
func (t *Target) line(ctx context.Context, name string) (Client, error) {
	conn, err := t.connect(ctx)
	if err != nil {
		return nil, err
	}
	c, err := chatter.New(conn, name)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return lineClient{c}, nil
}

// raw is a Joiner for servers that speak the raw dialect.
func (t *Target) raw(ctx context.Context, name string) (Client, error) {
	conn, err := t.connect(ctx)
	if err != nil {
		return nil, err
	}
	c, err := chatter.NewRaw(conn, name)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return rawDialect{c}, nil
}
