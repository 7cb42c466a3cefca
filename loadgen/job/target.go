package job

import (
	"errors"
	"net/http"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpguts"

	"chatsim/chatter/dial"
	"chatsim/loadgen"
	"chatsim/manager/choice"
	"chatsim/manager/secret"
)

// Target is a running server, and how it is reached.
type Target struct {
	Addr         string // [tls://|ws://|wss://]HOST:PORT[/PATH], or several of one room with commas between them; empty: there is none
	Trust        dial.Trust
	Password     secret.Password
	Headers      headers // of the request for a WebSocket
	Subprotocols subprotocols
	Sources      sources
	Room         string // empty: the dialect's own
	QoS          int
	Order        string // that the server is held to: one of orders
}

// orders are what a broker may be held to, the default first.
var orders = []string{"own", "sender", "total"}

// Flags defines the flags that set t.
func (t *Target) Flags(fs *pflag.FlagSet) {
	fs.StringVar(&t.Addr, "target", "", "`HOST:PORT`|load a running server instead of one in this process; tls://HOST:PORT, ws://HOST:PORT/PATH and wss:// too; several addresses of one room with commas between them")
	fs.BoolVar(&t.Trust.Insecure, "tls-insecure", false, "take any certificate of the target; the report says so")
	fs.Var(&t.Headers, "header", "`NAME:VALUE`|send it when a WebSocket is asked for, such as a cookie; repeatable")
	fs.StringVar(&t.Room, "room", "", "`NAME`|a channel, subject or topic, with -dialect irc, redis, nats, mqtt or FILE (default chat, or the file's); with -serve -cluster the room of those that one NATS has")
	choice.Var(fs, &t.Order, "order", "`WORD`|that a broker is held to: own, what its protocol promises, sender, of each sender's lines, total, of all", orders, choice.Itself)
	fs.IntVar(&t.QoS, "qos", 0, "`N`|quality of service, with -dialect mqtt: 0, 1, 2")
	fs.Var(&t.Subprotocols, "subprotocol", "`NAME`|that the WebSocket is to have; repeatable")
	fs.Var(&t.Sources, "source-addresses", "`LIST`|addresses of this machine from which to connect in turn, where a server limits those of one: 127.0.0.2-127.0.0.9")
}

// SharedFlags defines those that other ways to run have, too.
func (t *Target) SharedFlags(fs *pflag.FlagSet) {
	fs.StringVar(&t.Trust.CA, "tls-ca", "", "`FILE`|certificates in PEM to trust instead of the system's")
	t.Password.Flags(fs)
}

// Reach returns what the chatters need to reach the target, which is at an
// address, or at several.
func (t *Target) Reach(at string) (*loadgen.Target, error) {
	if err := t.Password.Read(); err != nil {
		return nil, err
	}
	var sources *dial.Sources
	if t.Sources != "" {
		var err error
		if sources, err = dial.ParseSources(string(t.Sources)); err != nil {
			return nil, err
		}
	}
	var all []*dial.Dialer
	for _, at := range dial.List(at) {
		addr, _ := dial.Split(at)
		d, err := dial.New(addr, t.Trust)
		if err != nil {
			return nil, err
		}
		d.Sources = sources
		all = append(all, d)
	}
	return &loadgen.Target{Dialer: all[0], Others: all[1:], Header: t.header(), Password: t.Password.Word, Room: t.Room, QoS: t.QoS}, nil
}

// header returns what a WebSocket is asked for with.
func (t *Target) header() http.Header {
	header := http.Header{}
	for _, h := range t.Headers {
		name, value, _ := strings.Cut(h, ":")
		header.Add(name, strings.TrimSpace(value))
	}
	if len(t.Subprotocols) > 0 {
		header.Set("Sec-WebSocket-Protocol", strings.Join(t.Subprotocols, ", "))
	}
	return header
}

// headers gathers the values of a flag.
type headers []string

func (h *headers) String() string     { return strings.Join(*h, ", ") }
func (h *headers) Type() string       { return "header" }
func (h *headers) GetSlice() []string { return *h }

func (h *headers) Set(s string) error {
	name, value, ok := strings.Cut(s, ":")
	switch {
	case !ok:
		return &headerError{"has no colon"}
	case !httpguts.ValidHeaderFieldName(name):
		return &headerError{"has no name that a header can have"}
	case !httpguts.ValidHeaderFieldValue(strings.TrimSpace(value)):
		return &headerError{"has a value that a header cannot have"}
	case reserved[http.CanonicalHeaderKey(name)]:
		return &headerError{"is one that every WebSocket is asked for with"}
	}
	*h = append(*h, s)
	return nil
}

// reserved are the headers that a request for a WebSocket has by itself.
var reserved = map[string]bool{"Connection": true, "Upgrade": true, "Sec-Websocket-Version": true, "Sec-Websocket-Key": true,
	"Sec-Websocket-Protocol": true, "Sec-Websocket-Extensions": true, "Content-Length": true, "Transfer-Encoding": true}

// headerError is what is wrong with a header.
type headerError struct{ why string }

func (e *headerError) Error() string { return e.why }

// Hint is advice beside the error.
func (e *headerError) Hint() string { return "write -header 'Origin: https://chat.example.org'" }

// subprotocols gathers the values of a flag.
type subprotocols []string

func (p *subprotocols) String() string     { return strings.Join(*p, ", ") }
func (p *subprotocols) Type() string       { return "subprotocol" }
func (p *subprotocols) GetSlice() []string { return *p }

func (p *subprotocols) Set(s string) error {
	if !httpguts.ValidHeaderFieldName(s) { // both are tokens of HTTP
		return errors.New("is no name of a subprotocol")
	}
	*p = append(*p, s)
	return nil
}

// sources is the value of a flag that takes addresses, as dial.ParseSources has them.
type sources string

func (s *sources) String() string { return string(*s) }
func (s *sources) Type() string   { return "addresses" }

func (s *sources) Set(text string) error {
	_, err := dial.ParseSources(text)
	if err == nil {
		*s = sources(text)
	}
	return err
}
