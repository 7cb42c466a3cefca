package manager

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// certificate returns one for 127.0.0.1, signed by itself.
func certificate(t *testing.T) (cert tls.Certificate, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "chatsim"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// With TLS everything is as without, and who does not speak it is told so.
func TestTLS(t *testing.T) {
	cert, pool := certificate(t)
	m := New(Config{Detect: true, TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	m.Handle(hello)
	addr := open(t, m)
	dial := func(name string) *user {
		conn, err := tls.Dial("tcp", addr, &tls.Config{RootCAs: pool})
		if err != nil {
			t.Fatal(err)
		}
		u := sit(t, conn)
		u.send(name)
		return u
	}
	amy := dial("amy")
	amy.greeted("amy")
	bob := dial("bob")
	bob.greeted("amy", "bob")
	long := strings.Repeat("long ", 700)
	for range 100 {
		bob.send(long)
	}
	amy.expect(joined("bob"))
	for range 100 {
		amy.expect(group("bob", long))
	}
	if err := bob.conn.(*tls.Conn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		bob.expect(group("bob", long))
	}
	bob.ends()
	amy.expect(left("bob"))

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, Timeout: 10 * time.Second}
	resp, err := client.Get("https://" + addr + "/x")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	client.CloseIdleConnections()
	if string(body) != "hello at /x" {
		t.Errorf("body %q", body)
	}

	plain, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	eve := sit(t, plain)
	eve.send("eve says hello")
	eve.expect(`{"error":"this room speaks TLS only: join it with chatsim -join HOST:PORT -tls"}`)
	eve.ends()
	resp, err = http.Get("http://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	body, _ = io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "https://") {
		t.Errorf("%s %q", resp.Status, body)
	}
	m.Shutdown(context.Background())
	amy.expect(`{"error":"the server is shutting down"}`)
	amy.ends()
}
