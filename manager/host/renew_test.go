package host

import (
	"context"
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chatsim/manager/cert/certtest"
)

// A room that is asked to reload has the new certificate for those who come
// from then on, and says by which names it is joined.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	put := func(name string, valid time.Duration) {
		t.Helper()
		c, k := certtest.Make(t, time.Now().Add(-24*time.Hour), time.Now().Add(valid), name)
		if err := os.WriteFile(cert, c, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(key, k, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("old.example", 24*time.Hour)
	asked := make(chan os.Signal)
	o := open(t, Config{TLSCert: cert, TLSKey: key, Reload: asked})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); o.h.renew(ctx) }()
	names := func() string {
		t.Helper()
		c, err := tls.Dial("tcp", o.addr, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return strings.Join(c.ConnectionState().PeerCertificates[0].DNSNames, " ")
	}
	if got := names(); got != "old.example" {
		t.Errorf("the certificate is for %s", got)
	}
	if said := o.out.String(); !strings.Contains(said, "https://old.example:") || !strings.Contains(said, "-tls -tls-ca "+cert) {
		t.Errorf("said %q", said)
	}
	put("new.example", -time.Hour)
	asked <- os.Interrupt // whatever the signal is
	for end := time.Now().Add(20 * time.Second); names() != "new.example"; {
		if time.Now().After(end) {
			t.Fatal("the old certificate stays in use")
		}
	}
	stop()
	<-done
	o.h.flush()
	if said := o.err.String(); !strings.Contains(said, "a new certificate is in use") || !strings.Contains(said, "the certificate expired on") {
		t.Errorf("logged %q", said)
	}
}
