package chatter

import (
	"context"
	"net"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// Dial connects to the server at addr (HOST:PORT) and asks for a name in
// chatsim's line dialect. ctx limits the connecting only.
func Dial(ctx context.Context, addr, name string) (*Client, error) {
	return dial(ctx, addr, func(conn net.Conn) (*Client, error) { return New(conn, name) })
}

// DialRaw is Dial in the raw dialect, that of the original chat room.
func DialRaw(ctx context.Context, addr, name string) (*Client, error) {
	return dial(ctx, addr, func(conn net.Conn) (*Client, error) {
		return Open(conn, dialect.NewRaw(name, conn.LocalAddr().String()))
	})
}

// DialWS is Dial over a WebSocket: one text message is one line, at ws://addr/ws.
func DialWS(ctx context.Context, addr, name string) (*Client, error) {
	return dial(ctx, addr, func(conn net.Conn) (*Client, error) {
		return OpenWebSocket(ctx, conn, WebSocket{Host: addr, Path: "/ws"}, dialect.NewLine(name))
	})
}

// OpenWebSocket has the server at the other end of conn upgrade to a WebSocket,
// until ctx ends, and puts a codec of text lines on top of that. The error of a
// server that does not upgrade is an *UpgradeError.
func OpenWebSocket(ctx context.Context, conn net.Conn, at WebSocket, codec dialect.Codec) (*Client, error) {
	early, err := upgrade(ctx, conn, at)
	if err != nil {
		return nil, err
	}
	return open(conn, dialect.NewWebSocket(codec), early)
}

// New opens the line dialect on a connection that is there.
func New(conn net.Conn, name string) (*Client, error) { return Open(conn, dialect.NewLine(name)) }

// Return is New for a user who wants to keep its name when the connection breaks,
// and to have what was said meanwhile: c.Token is what Token returned before, or
// empty. A server that knows no tokens refuses the name, as wire.BadName.
func Return(conn net.Conn, name string, c wire.Coming) (*Client, error) {
	return Open(conn, dialect.NewReturning(name, c))
}

func dial(ctx context.Context, addr string, open func(net.Conn) (*Client, error)) (*Client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c, err := open(conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}
