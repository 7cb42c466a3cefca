// Package guard stands in front of everything that is served by HTTP: it
// answers requests for this server's own names only, and sets headers that keep
// a browser from doing what no page here does.
//
// Why names matter: a page of evil.example can have its name resolve to
// 127.0.0.1 once it is loaded (DNS rebinding). To the browser what it fetches
// then is of its own origin, so no check of origins stops it; the Host header
// still tells the name that was asked for.
//
// It does not know what is served.
package guard

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path"
	"slices"
	"strings"
)

// policy lets an answer do nothing in a browser.
const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// PagePolicy returns the Content-Security-Policy of a page whose script and style are
// written into it, named by their hashes. It lets those act, the page ask its own
// server, and nothing else.
func PagePolicy(script, style string) string {
	return policy + "; script-src " + script + "; style-src " + style + "; " + connects + "; img-src 'self'"
}

const connects = "connect-src 'self'"

// WithSockets returns a PagePolicy that lets the page connect to WebSockets elsewhere too:
// it finds out only later where the room's other servers are.
func WithSockets(policy string) string {
	return strings.Replace(policy, connects, connects+" ws: wss:", 1)
}

// headers are those of every answer, unless a handler sets its own.
var headers = [...][2]string{
	{policyHeader, policy},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
}

const policyHeader = "Content-Security-Policy"

// exempt are the paths for probes, which know a machine by many names. What is
// there tells nothing about the people.
var exempt = []string{"/healthz", "/readyz"}

// Names are those by which a server may be asked, beside IP addresses,
// localhost and the name of the machine. A page elsewhere cannot be served from
// any of these.
type Names struct {
	Listen      string          // HOST:PORT that the server was told to listen on: the host is one
	Own         string          // one more that is its own, as hostOf returns it; empty: none
	Allow       []string        // patterns of path.Match, in ASCII (xn--)
	Certificate func() []string // DNS names of the certificate, as patterns; nil: none

	own []string // of Listen and of the machine
}

// Handler passes on to h what is asked by one of the names, with the headers
// set, and refuses all else.
func Handler(n Names, h http.Handler) http.Handler {
	n.own = append(machineNames(os.Hostname()), hostOf(n.Listen), cmp.Or(n.Own, "localhost"))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, pair := range headers {
			w.Header().Set(pair[0], pair[1])
		}
		// A browser always names a host; a program that speaks HTTP/1.0 may not.
		if host := hostOf(r.Host); r.Host != "" && !n.known(host) && !slices.Contains(exempt, r.URL.Path) {
			refuse(w, host)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// known reports whether a host, as hostOf returns it, may be asked for.
func (n *Names) known(host string) bool {
	if addr, _, _ := strings.Cut(host, "%"); isAddress(addr) {
		return true
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || slices.Contains(n.own, host) || matches(n.Allow, host) {
		return true
	}
	return n.Certificate != nil && matches(n.Certificate(), host)
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

func matches(patterns []string, host string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(strings.ToLower(p), host)
		return ok && err == nil
	})
}

// hostOf returns the host of a Host header without its port, in the form in
// which names are compared. A header without a host is none of the names.
func hostOf(header string) string {
	host, _, err := net.SplitHostPort(header)
	if err != nil { // there is no port
		host = strings.TrimSuffix(strings.TrimPrefix(header, "["), "]")
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// machineNames returns those by which others on the same network find this machine.
func machineNames(name string, err error) []string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if err != nil || name == "" {
		return nil
	}
	short, _, _ := strings.Cut(name, ".")
	return []string{name, short, short + ".local"}
}

// refuse tells whoever sees the answer how the name is made one of this server.
// The status is that of a request which reached the wrong server (RFC 9110,
// 15.5.20).
func refuse(w http.ResponseWriter, host string) {
	name := host
	if name == "" || len(name) > 253 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		name = "NAME"
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusMisdirectedRequest)
	fmt.Fprintf(w, "This server is not known as %.253q. If it is to be, start it with -allow-host %s\n", host, name)
}
