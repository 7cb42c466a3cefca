//go:build unix

package socket

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
)

// outer is a connection built upon another.
type outer struct{ net.Conn }

func (o outer) NetConn() net.Conn { return o.Conn }

func pair(t testing.TB) (client, server net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if client, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

func TestReset(t *testing.T) {
	client, server := pair(t)
	if err := Reset(outer{outer{client}}); err != nil {
		t.Error(err)
	}
	if _, err := server.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the peer gets %v, want an RST", err)
	}
	if err := Reset(client); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the second time: %v", err)
	}
	near, far := net.Pipe()
	if err := Reset(near); err != nil {
		t.Error(err)
	}
	if _, err := far.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("a pipe is not closed: %v", err)
	}
}

func TestRaw(t *testing.T) {
	client, server := pair(t)
	if Raw(outer{client}) != nil {
		t.Error("what only embeds a socket may have a Read of its own")
	}
	in, out, got := Raw(server), Raw(Under(outer{client})), make([]byte, 10)
	err := in.Control(func(fd uintptr) {
		if _, err := Read(fd, got); err != ErrWouldBlock {
			t.Errorf("with nothing to read: %v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	err = out.Control(func(fd uintptr) {
		for b := make([]byte, 64<<10); ; {
			n, err := Write(fd, b)
			if size += n; err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				return // full
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var p Probe
	if n := p.Unsent(out); n > size || n == 0 {
		t.Errorf("%d of %d bytes are unsent, and the peer takes nothing", n, size)
	}
	if n := testing.AllocsPerRun(100, func() { p.Unsent(out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	client.Close()
	if n := p.Unsent(out); n != -1 {
		t.Errorf("of a closed socket %d bytes are unsent", n)
	}
}
