package cert

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"time"
)

// soon is how long before its end a certificate is about to expire. Those that
// are renewed by machines are renewed 30 days before, or after two thirds of
// their time where that is shorter.
const soon = 14 * 24 * time.Hour

// http11 is what a browser is told by ALPN that it may speak.
const http11 = "http/1.1"

// suites are those of TLS 1.2 that keep what was said secret when the key is
// lost, and are authenticated encryption. All of TLS 1.3 are such.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// Config returns a server's. Each handshake has the certificate of its moment.
func (p *Pair) Config() *tls.Config {
	plain := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		CipherSuites:   suites,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return p.current.Load(), nil },
	}
	// One who offers HTTP gets it agreed, and clients of the line dialect may
	// offer whatever they like: with NextProtos for all they would be refused.
	http := plain.Clone()
	http.NextProtos = []string{http11}
	plain.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Contains(hello.SupportedProtos, http11) {
			return http, nil
		}
		return nil, nil
	}
	return plain
}

// Names returns the hosts that the certificate is for: DNS names, also with "*" as
// their first label, and IP addresses.
func (p *Pair) Names() []string {
	leaf := p.current.Load().Leaf
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// Covers reports whether a client that asks for host takes the certificate for
// that host's.
func (p *Pair) Covers(host string) bool { return p.current.Load().Leaf.VerifyHostname(host) == nil }

// Private reports whether the certificate's authority is none that this system
// trusts, so that clients have to be told whom to trust.
func (p *Pair) Private(now time.Time) bool {
	cert := p.current.Load()
	between := x509.NewCertPool()
	for _, der := range cert.Certificate[1:] {
		if c, err := x509.ParseCertificate(der); err == nil {
			between.AddCert(c)
		}
	}
	now = clamp(now, cert.Leaf) // an expired one may be of a known authority, too
	_, err := cert.Leaf.Verify(x509.VerifyOptions{Intermediates: between, CurrentTime: now})
	return err != nil
}

func clamp(t time.Time, leaf *x509.Certificate) time.Time {
	switch {
	case t.Before(leaf.NotBefore):
		return leaf.NotBefore
	case t.After(leaf.NotAfter):
		return leaf.NotAfter
	}
	return t
}

// Doubts returns the reasons for which clients will or may soon refuse the
// certificate, in words that stay the same for a day.
func (p *Pair) Doubts(now time.Time) (of []string) {
	leaf := p.current.Load().Leaf
	const day = "2 January 2006"
	switch left := leaf.NotAfter.Sub(now); {
	case left < 0:
		of = append(of, fmt.Sprintf("the certificate expired on %s: clients refuse it", leaf.NotAfter.Format(day)))
	case now.Before(leaf.NotBefore):
		of = append(of, fmt.Sprintf("the certificate is valid only from %s on: clients refuse it until then", leaf.NotBefore.Format(day+" 15:04 MST")))
	case left < soon && left < leaf.NotAfter.Sub(leaf.NotBefore)/3:
		of = append(of, fmt.Sprintf("the certificate expires on %s: renew it", leaf.NotAfter.Format(day)))
	}
	if len(leaf.DNSNames) == 0 && len(leaf.IPAddresses) == 0 {
		of = append(of, "the certificate names no host: clients refuse it; it takes a subjectAltName")
	}
	return of
}
