package dial

import (
	"context"
	"net"
	"testing"
)

// Connections come from the addresses in turn, and begin again. Linux has all of
// 127.0.0.0/8.
func TestSources(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	d, err := New(Address{Scheme: TCP, HostPort: ln.Addr().String()}, Trust{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Sources, err = ParseSources("127.0.0.2-127.0.0.3, 127.0.0.9"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.9", "127.0.0.2"} {
		conn, err := d.Dial(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if host, _, _ := net.SplitHostPort(conn.LocalAddr().String()); host != want {
			t.Errorf("from %s, want %s", host, want)
		}
		conn.Close()
	}
}
