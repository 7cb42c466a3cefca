package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"

	"chatsim/manager/hinted"
)

// Trust is whose certificates are taken.
type Trust struct {
	CA       string // a PEM file of those to trust instead of the system's; empty: none
	Insecure bool   // any, whoever shows it
}

// Dialer connects to one address, as often as is asked for. It is safe for
// concurrent use.
type Dialer struct {
	Address
	Sources *Sources    // nil: the system decides
	tls     *tls.Config // nil: none
	trust   Trust
}

// New returns what dials addr. Its errors are about Trust's file.
func New(addr Address, trust Trust) (*Dialer, error) {
	d := &Dialer{Address: addr, trust: trust}
	if !addr.Secure() {
		return d, nil
	}
	host, _, err := net.SplitHostPort(addr.HostPort)
	if err != nil {
		return nil, err
	}
	d.tls = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: trust.Insecure}
	if trust.CA == "" {
		return d, nil
	}
	pem, err := os.ReadFile(trust.CA)
	if err != nil {
		return nil, hinted.New(fmt.Sprintf("read -tls-ca: %v", err), caHint)
	}
	d.tls.RootCAs = x509.NewCertPool()
	if !d.tls.RootCAs.AppendCertsFromPEM(pem) {
		return nil, hinted.New(fmt.Sprintf("-tls-ca %s holds no certificate in PEM", trust.CA), caHint)
	}
	return d, nil
}

// Beside returns what dials another server, or another port of the same one, from the
// same addresses and with the same trust.
func (d *Dialer) Beside(addr Address) (*Dialer, error) {
	other, err := New(addr, d.trust)
	if err == nil {
		other.Sources = d.Sources
	}
	return other, err
}

// Pinned returns d with all connections from one address, the next in turn.
func (d *Dialer) Pinned() *Dialer {
	pinned := *d
	pinned.Sources = d.Sources.pinned()
	return &pinned
}

// caHint is what to do where the file of those to trust will not do.
const caHint = "-tls-ca takes a file of certificates in PEM, such as the server's own"

// Dial connects until ctx ends. With TLS the handshake is over when it returns.
// The error of a handshake that failed is a *Error.
func (d *Dialer) Dial(ctx context.Context) (net.Conn, error) {
	from := net.Dialer{LocalAddr: d.Sources.next()}
	conn, err := from.DialContext(ctx, "tcp", d.HostPort)
	if err != nil || d.tls == nil {
		return conn, err
	}
	secure := tls.Client(conn, d.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, d.explain(err)
	}
	return secure, nil
}
