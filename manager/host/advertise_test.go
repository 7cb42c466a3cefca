package host

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chatsim/manager/cert"
	"chatsim/manager/cert/certtest"
	"chatsim/manager/cluster/node"
	"chatsim/manager/wire"
)

// Clients of the others are sent where the room listens, or where it is told to have
// them come; never to where nobody is, or without TLS to a room with TLS only.
func TestAdvertised(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	c, k := certtest.Make(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "chat.example")
	if err := os.WriteFile(certFile, c, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFile, k, 0o600); err != nil {
		t.Fatal(err)
	}
	pair, err := cert.Load(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		cfg   Config
		at    string // that it listens on
		pair  *cert.Pair
		want  wire.Site
		wrong string
	}{
		"where it listens":    {Config{}, "10.1.2.3", nil, "http://10.1.2.3:9", ""},
		"at an IPv6 address":  {Config{}, "2001:db8::1", nil, "http://[2001:db8::1]:9", ""},
		"with TLS":            {Config{}, "10.1.2.3", pair, "https://chat.example:9", ""},
		"everywhere":          {Config{}, "0.0.0.0", nil, "", ""},
		"everywhere and told": {Config{Advertise: "chat.example"}, "::", nil, "http://chat.example", ""},
		"told with TLS":       {Config{Advertise: "chat.example:443"}, "0.0.0.0", pair, "https://chat.example", ""},
		"behind a proxy":      {Config{Advertise: "https://Chat.example"}, "127.0.0.1", nil, "https://chat.example", ""},
		"nowhere":             {Config{Advertise: "off"}, "10.1.2.3", nil, "", ""},
		"without TLS":         {Config{Advertise: "http://chat.example"}, "10.1.2.3", pair, "", "this room speaks TLS only"},
		"garbage":             {Config{Advertise: "javascript:alert(1)"}, "10.1.2.3", nil, "", "is not where clients can come"},
	} {
		c.cfg.Cluster = node.Config{Where: node.Embedded}
		h := &house{cfg: c.cfg, cert: c.pair, ln: listening{&net.TCPAddr{IP: net.ParseIP(c.at), Port: 9}}}
		got, err := h.advertised()
		if got != c.want || (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %q, %v, want %q %s", name, got, err, c.want, c.wrong)
		}
	}
	if got, err := (&house{ln: listening{&net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 9}}}).advertised(); got != "" || err != nil {
		t.Errorf("a room of one process: %q, %v", got, err)
	}
}

// listening is a listener by its address alone.
type listening struct{ at *net.TCPAddr }

func (l listening) Addr() net.Addr            { return l.at }
func (l listening) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (l listening) Close() error              { return nil }
