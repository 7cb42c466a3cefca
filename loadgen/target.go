package loadgen

import (
	"context"
	"net"
	"net/http"

	"chatsim/chatter"
	"chatsim/chatter/dial"
	"chatsim/chatter/dialect"
)

// Target is a running server, and how it is reached.
type Target struct {
	Dialer   *dial.Dialer
	Header   http.Header // of the request for a WebSocket; may be nil
	Password string      // empty: none
}

// At returns the target at addr (HOST:PORT), over TCP.
func At(addr string) *Target {
	return &Target{Dialer: &dial.Dialer{Address: dial.Address{Scheme: dial.TCP, HostPort: addr}}}
}

// Dialect returns the Joiner for servers that speak "line", "raw", "ws" or "irc",
// and the capabilities of its clients. "ws" is "line" over a WebSocket at /ws, as
// "line" is where the target's address is a WebSocket's.
func (t *Target) Dialect(name string) (Joiner, Capabilities) {
	d := dialectOf(name)
	return t.joiner(d), d.capabilities
}

// joiner joins in a dialect.
func (t *Target) joiner(d spoken) Joiner {
	nicks := new(dialect.Nicks)
	return func(ctx context.Context, name string) (Client, error) {
		conn, err := t.Dialer.Dial(ctx)
		if err != nil {
			return nil, err
		}
		c, err := t.open(ctx, conn, d, d.codec(speaker{name, conn.LocalAddr(), t.Password, nicks}))
		if err != nil {
			conn.Close()
			return nil, err
		}
		return c, nil
	}
}

// open begins to speak a dialect over a connection that is there.
func (t *Target) open(ctx context.Context, conn net.Conn, d spoken, codec dialect.Codec) (Client, error) {
	if t.Password != "" && !d.passes {
		if _, err := conn.Write([]byte(t.Password + "\n")); err != nil {
			return nil, err
		}
	}
	var c *chatter.Client
	var err error
	switch at := (chatter.WebSocket{Host: t.Dialer.HostPort, Path: d.path, Header: t.Header}); {
	case t.Dialer.WebSocket():
		at.Path = t.Dialer.Path
		c, err = chatter.OpenWebSocket(ctx, conn, at, codec)
	case d.path != "":
		c, err = chatter.OpenWebSocket(ctx, conn, at, codec)
	default:
		c, err = chatter.Open(conn, codec)
	}
	if err != nil {
		return nil, err
	}
	if _, ok := codec.(dialect.Claimer); ok {
		return claimingClient{c}, nil
	}
	return c, nil
}
