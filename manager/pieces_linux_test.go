package manager

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"testing"
)

// packets returns both ends of a socket on which each write is one read of the
// peer.
func packets(t testing.TB, ln *net.UnixListener) (server, client *net.UnixConn) {
	t.Helper()
	client, err := net.DialUnix("unixpacket", nil, ln.Addr().(*net.UnixAddr))
	if err != nil {
		t.Fatal(err)
	}
	server, err = ln.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	return server, client
}

// TestEverySplitOnASocket is TestEverySplit where a session borrows its buffer
// when the kernel has something for it.
func TestEverySplitOnASocket(t *testing.T) {
	ln, err := net.ListenUnix("unixpacket", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "s"), Net: "unixpacket"})
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	m := New(Config{MaxLine: 70, Window: 1 << 20})
	stay := func(pieces ...string) []byte {
		server, client := packets(t, ln)
		defer client.Close()
		sent := make(chan error, 1)
		go func() {
			for _, p := range pieces {
				if _, err := client.Write([]byte(p)); err != nil {
					break // refused, which is as good
				}
			}
			sent <- client.CloseWrite()
		}()
		served := make(chan struct{})
		go func() {
			defer close(served)
			m.ServeConn(server)
		}()
		var got []byte
		buf := make([]byte, batchSize) // no write is larger
		for {
			n, err := client.Read(buf)
			if got = append(got, buf[:n]...); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		<-sent
		<-served
		return got
	}
	cuts := 0
	for _, input := range inputs {
		if input == "" || input[0] == '\n' {
			continue // a write of nothing is an end here, and peers have no address for a name
		}
		want := stay(input)
		for at := 1; at < len(input); at++ {
			cuts++
			if got := stay(input[:at], input[at:]); !bytes.Equal(got, want) {
				t.Fatalf("in one piece %q\ncut in %q and %q: %q", want, input[:at], input[at:], got)
			}
		}
	}
	if cuts < 500 {
		t.Errorf("only %d cuts", cuts)
	}
	shut(t, m)
}
