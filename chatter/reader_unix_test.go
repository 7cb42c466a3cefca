//go:build unix

package chatter

import (
	"net"
	"strings"
	"testing"

	"chatsim/chatter/dialect"
)

// A client that waits holds no buffer, one with the start of a frame does.
func TestIdleHoldsNoBuffer(t *testing.T) {
	client, server := connect(t)
	try := func() (ready bool) {
		if err := client.in.raw.Control(func(fd uintptr) { ready = client.in.tryRead(fd) }); err != nil {
			t.Fatal(err)
		}
		return ready
	}
	write(t, server, some)
	expect(t, client, "amy to bob: hello +", "5 [amy]")
	if client.in.makeRoom(); try() || client.in.buf != nil {
		t.Errorf("an idle client holds %d bytes", len(client.in.buf))
	}
	write(t, server, some[:5])
	if err := client.in.fill(); err != nil {
		t.Fatal(err)
	}
	if try() || string(client.in.buf[:client.in.end]) != some[:5] {
		t.Error("the start of a frame is lost while its end is waited for")
	}
	write(t, server, some[5:])
	expect(t, client, "amy to bob: hello +", "5 [amy]")
}

// A WebSocket is read like a socket: in a borrowed buffer, wherever it is cut.
func TestWebSocketHoldsNoBuffer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client, err := open(conn, dialect.NewWebSocket(dialect.NewLine("bob")), []byte(serverFrame(0x81, `{"leave":["early"]}`)))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	in := &client.in
	expect(t, client, "5 [early]")
	// look takes what the socket has, and waits for nothing.
	look := func() {
		t.Helper()
		in.makeRoom()
		err := in.raw.Control(func(fd uintptr) {
			if in.tryRead(fd) {
				in.end += in.got.n
			}
		})
		if err != nil || in.got.err != nil {
			t.Fatal(err, in.got.err)
		}
	}
	stream := serverFrame(0x89, "ping") + serverFrame(0x01, " amy:hel") + serverFrame(0x8a, "") + serverFrame(0x80, "lo@amy@bob") + serverFrame(0x81, `{"leave":["amy"]}`)
	for cut := range len(stream) {
		write(t, server, stream[:cut])
		look()
		if in.end == 0 && in.buf != nil {
			t.Fatalf("cut at %d: with nothing unread it holds %d bytes", cut, len(in.buf))
		}
		write(t, server, stream[cut:])
		for _, want := range []string{"amy to bob: hello", "5 [amy]"} {
			if got := strings.TrimSuffix(next(client), " +"); got != want {
				t.Fatalf("cut at %d: %q, want %q", cut, got, want)
			}
		}
	}
	write(t, server, serverFrame(0x88, "\x03\xe8"))
	expect(t, client, "EOF")
}
