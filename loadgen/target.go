package loadgen

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"

	"chatsim/chatter"
	"chatsim/chatter/dial"
	"chatsim/chatter/dialect"
	"chatsim/chatter/dialect/file"
)

// Target is a running server, or several that are one room, and how it is reached.
type Target struct {
	Dialer   *dial.Dialer
	Others   []*dial.Dialer // of the room's other addresses
	Header   http.Header    // of the request for a WebSocket; may be nil
	Password string         // empty: none
	Room     string         // of a dialect that has several; empty: its own one
	QoS      int            // of MQTT
}

// At returns the target at addr (HOST:PORT), over TCP.
func At(addr string) *Target {
	return &Target{Dialer: &dial.Dialer{Address: dial.Address{Scheme: dial.TCP, HostPort: addr}}}
}

// Dialect returns the doors to servers that speak a dialect, and the capabilities of their clients. "ws" is "line" over a WebSocket at /ws, as
// "line" is where the target's address is a WebSocket's.
func (t *Target) Dialect(name string) ([]Door, Capabilities) {
	d := dialectOf(name)
	if name == "mqtt" && t.QoS == 0 {
		d.capabilities = atMostOnce(d.capabilities)
		d.capabilities.Protocol += " at QoS 0"
	}
	if n := len(t.Others); d.linked && n > 0 {
		d.capabilities.Servers = 1 + n
	}
	return t.doors(d), d.capabilities
}

// Speaking returns the doors to servers that speak the dialect of a file, and the
// capabilities of their clients. trace, if it is not nil, is told of each step of a
// client, as a transcript has it; several clients call it at a time.
func (t *Target) Speaking(d *file.Dialect, trace func(name, step string)) ([]Door, Capabilities) {
	s := ofFile(d, trace)
	return t.doors(s), s.capabilities
}

// doors are those to all of the target's addresses. What tells the clients apart is
// of all of them together.
func (t *Target) doors(d spoken) (all []Door) {
	nicks, run, clients := new(dialect.Nicks), rand.Text()[:clientDigits], new(atomic.Int64)
	for _, to := range append([]*dial.Dialer{t.Dialer}, t.Others...) {
		all = append(all, Door{to.String(), func(ctx context.Context, name string) (Client, error) {
			n := clients.Add(1)
			s := speaker{name: name, room: cmp.Or(t.Room, d.room), password: t.Password,
				nicks: nicks, client: fmt.Sprintf("chatsim-%s-%d", run, n), n: int(n), qos: t.QoS}
			if d.calls {
				return t.call(ctx, to.Pinned(), d, s)
			}
			conn, err := to.Dial(ctx)
			if err != nil {
				return nil, err
			}
			s.local = conn.LocalAddr()
			return t.open(ctx, conn, d, t.webSocket(to, d), d.codec(s))
		}})
	}
	return all
}

// clientDigits is how many letters tell the clients of two runs apart.
const clientDigits = 8

// webSocket returns the WebSocket that a dialect is spoken over; nil: none.
func (t *Target) webSocket(to *dial.Dialer, d spoken) *chatter.WebSocket {
	at := &chatter.WebSocket{Host: to.HostPort, Path: d.path, Header: t.Header}
	switch {
	case to.WebSocket() && (!d.fallback || d.path == "" || to.Path != "/"):
		at.Path = to.Path
	case !to.WebSocket() && d.path == "":
		return nil
	}
	return at
}

// open begins to speak a dialect over a connection that is there, with a WebSocket if
// at says where. It closes the connection if that comes to nothing.
func (t *Target) open(ctx context.Context, conn net.Conn, d spoken, at *chatter.WebSocket, codec dialect.Codec) (_ Client, err error) {
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	if t.Password != "" && !d.passes {
		if _, err := conn.Write([]byte(t.Password + "\n")); err != nil {
			return nil, err
		}
	}
	var c *chatter.Client
	if at != nil {
		c, err = chatter.OpenWebSocket(ctx, conn, *at, codec)
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
