package loadgen

import (
	"context"
	"net"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// spoken is a dialect as a run speaks it: a new one is a codec in package
// chatter/dialect and an entry in dialects.
type spoken struct {
	codec        func(speaker) dialect.Codec
	path         string // of the WebSocket under it; empty: there is none
	passes       bool   // the codec sends the password
	capabilities Capabilities
}

// speaker is what a codec is told of its client.
type speaker struct {
	name     string
	local    net.Addr
	password string         // of a dialect that has a place of its own for it
	nicks    *dialect.Nicks // of all clients of one Joiner
}

// dialects are those that -dialect knows.
var dialects = map[string]spoken{
	"line": {codec: line},
	"ws":   {codec: line, path: "/ws"},
	"raw": {codec: func(s speaker) dialect.Codec { return dialect.NewRaw(s.name, s.local.String()) },
		capabilities: Capabilities{Protocol: "the raw dialect", Views: ledger.WholeRosters, OneByOne: true}},
	"irc": {codec: irc, passes: true, capabilities: Capabilities{Protocol: "IRC", Sets: true, OwnSuffix: true, NoClaims: true,
		Texts: ledger.Texts{Forbids: "\u2028\u2029", Trims: true}}},
}

func line(s speaker) dialect.Codec { return dialect.NewLine(s.name) }

// ircRoom is the channel that is the room.
const ircRoom = "#chat"

func irc(s speaker) dialect.Codec {
	return dialect.NewIRC(dialect.Account{Name: s.name, Password: s.password, Room: ircRoom}, s.nicks)
}

// Dialect is the Joiner for servers that speak "line", "raw" or "ws", and the
// capabilities of its clients.
func Dialect(name, addr string) (Joiner, Capabilities) {
	d := dialectOf(name)
	return d.over(addr), d.capabilities
}

func dialectOf(name string) spoken {
	if d, ok := dialects[name]; ok {
		return d
	}
	return dialects["line"]
}

// Dial is the Joiner for servers that speak chatsim's line protocol over TCP.
func Dial(addr string) Joiner { return dialects["line"].over(addr) }

// DialWS is the Joiner for servers that speak the line dialect over WebSockets.
func DialWS(addr string) Joiner { return dialects["ws"].over(addr) }

// DialRaw is the Joiner for servers that speak the raw dialect, that of the
// original chat room, over TCP; its Capabilities are Raw.
func DialRaw(addr string) Joiner { return dialects["raw"].over(addr) }

// Raw returns what clients of the raw dialect can show. Their Welcome is their
// own guess.
func Raw() Capabilities { return dialects["raw"].capabilities }

// over is the joiner for a server at addr over TCP.
func (d spoken) over(addr string) Joiner {
	return d.joiner(addr, "", func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	})
}

// joiner joins over what connect connects to; addr is what the server is called,
// and password what a dialect that passes it sends.
func (d spoken) joiner(addr, password string, connect func(context.Context) (net.Conn, error)) Joiner {
	nicks := new(dialect.Nicks)
	return func(ctx context.Context, name string) (Client, error) {
		conn, err := connect(ctx)
		if err != nil {
			return nil, err
		}
		c, err := d.open(ctx, conn, addr, d.codec(speaker{name, conn.LocalAddr(), password, nicks}))
		if err != nil {
			conn.Close()
			return nil, err
		}
		return c, nil
	}
}

func (d spoken) open(ctx context.Context, conn net.Conn, addr string, codec dialect.Codec) (Client, error) {
	var c *chatter.Client
	var err error
	if d.path != "" {
		c, err = chatter.OpenWebSocket(ctx, conn, addr, d.path, codec)
	} else {
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

// claimingClient is a chatter whose false claims are known to come back as text.
type claimingClient struct{ *chatter.Client }

func (claimingClient) ClaimedText(sender string, text []byte) string {
	return string(text) + "@" + sender + "@" + wire.Group
}
