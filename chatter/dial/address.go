// Package dial connects to the address of a server over TCP or TLS. It knows no
// chat protocol, and nothing of what is said over the connection.
package dial

import (
	"net"
	"strings"
)

// Schemes of addresses. One without a scheme is TCP's.
const (
	TCP = "tcp"
	TLS = "tls"
	WS  = "ws"
	WSS = "wss"
)

// webPorts are those of addresses of WebSockets that name none.
var webPorts = map[string]string{WS: "80", WSS: "443"}

// Address is where a server is.
type Address struct {
	Scheme   string
	HostPort string // HOST:PORT
	Path     string // of a WebSocket, from the slash on, with the query; elsewhere empty
}

// Split takes [SCHEME://]HOST[:PORT][/PATH] apart and reports whether the scheme
// is known. It does not look at the parts, but adds the port and the path that
// the address of a WebSocket may leave out.
func Split(text string) (a Address, known bool) {
	scheme, rest, has := strings.Cut(text, "://")
	if !has {
		return Address{Scheme: TCP, HostPort: text}, true
	}
	a.Scheme = strings.ToLower(scheme)
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	a.HostPort, a.Path = rest[:end], rest[end:]
	switch a.Scheme {
	case TCP, TLS:
		return a, true
	case WS, WSS:
		if a.Path == "" || a.Path[0] != '/' {
			a.Path = "/" + a.Path
		}
		if hostOnly(a.HostPort) {
			a.HostPort = net.JoinHostPort(strings.Trim(a.HostPort, "[]"), webPorts[a.Scheme])
		}
		return a, true
	}
	return a, false
}

// List takes apart the addresses of one room, with commas between them. A comma in
// the path of a WebSocket is the path's, unless a scheme follows it.
func List(text string) (all []string) {
	for begin, at := 0, 0; ; at++ {
		comma := strings.IndexByte(text[at:], ',')
		if comma < 0 {
			return append(all, text[begin:])
		}
		at += comma
		if _, path, has := strings.Cut(text[begin:at], "://"); !has || !strings.ContainsAny(path, "/?#") || beginsWithScheme(text[at+1:]) {
			all, begin = append(all, text[begin:at]), at+1
		}
	}
}

// beginsWithScheme reports whether a text begins with a scheme that is known.
func beginsWithScheme(text string) bool {
	a, known := Split(text)
	return known && len(text) > len(a.Scheme) && strings.HasPrefix(text[len(a.Scheme):], "://")
}

// hostOnly reports whether an address has a host and no port.
func hostOnly(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	return addr != "" && (err != nil && !strings.Contains(strings.Trim(addr, "[]"), ":") || err != nil && strings.HasSuffix(addr, "]")) && port == ""
}

// String returns the address as Split takes it.
func (a Address) String() string {
	if a.Scheme == TCP {
		return a.HostPort
	}
	return a.Scheme + "://" + a.HostPort + a.Path
}

// Secure reports whether the server has to show a certificate.
func (a Address) Secure() bool { return a.Scheme == TLS || a.Scheme == WSS }

// WebSocket reports whether a WebSocket is asked for.
func (a Address) WebSocket() bool { return a.Scheme == WS || a.Scheme == WSS }
