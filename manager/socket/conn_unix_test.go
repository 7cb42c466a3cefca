//go:build unix

package socket

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var longAgo = time.Unix(1, 0)

// bare returns a Conn that is bare, with its descriptor, and the peer.
func bare(t *testing.T) (c *Conn, raw syscall.RawConn, peer net.Conn) {
	t.Helper()
	peer, server := pair(t)
	c = New(server).(*Conn)
	t.Cleanup(func() { c.Close() })
	becomeBare(t, c)
	return c, Raw(c), peer
}

func becomeBare(t *testing.T, c *Conn) {
	t.Helper()
	if !c.Bare() || c.whole.Load() != nil {
		t.Fatal("it is not bare")
	}
}

// reading returns a callback of Read that reads to b and asks to wait where nothing is
// there.
func reading(b []byte, n *int, err *error) func(fd uintptr) bool {
	return func(fd uintptr) bool {
		*n, *err = Read(fd, b)
		return *err != ErrWouldBlock
	}
}

// fill writes to a socket until it takes no more.
func fill(t *testing.T, raw syscall.RawConn) (size int) {
	t.Helper()
	b := make([]byte, 64<<10)
	err := raw.Write(func(fd uintptr) bool {
		for {
			n, err := Write(fd, b)
			if size += n; n == 0 {
				return err == nil
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

// waits waits until a call of whole waits.
func waits(t *testing.T, c *Conn) {
	t.Helper()
	for late := time.Now().Add(10 * time.Second); ; {
		if time.Now().After(late) {
			t.Fatal("nothing waits")
		}
		c.mu.Lock()
		waiting := c.waiting > 0
		c.mu.Unlock()
		if waiting {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// TestBare has a connection be bare and whole in turn, with what comes and goes.
func TestBare(t *testing.T) {
	c, raw, peer := bare(t)
	for i := range 50 {
		becomeBare(t, c)
		word := []byte{byte(i), 'x', 'y'}
		if err := raw.Write(func(fd uintptr) bool { n, err := Write(fd, word); return n == len(word) && err == nil }); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(word))
		if _, err := io.ReadFull(peer, got); err != nil || !bytes.Equal(got, word) {
			t.Fatalf("%q comes, %v", got, err)
		}
		if c.whole.Load() != nil {
			t.Error("what does not wait has made it whole")
		}
		var n int
		var rerr error
		read := make(chan error)
		go func() { read <- raw.Read(reading(got[:1], &n, &rerr)) }()
		waits(t, c)
		peer.Write(word)
		if err := <-read; err != nil || rerr != nil || n != 1 || got[0] != byte(i) {
			t.Fatalf("it reads %q, %v, %v", got[:n], err, rerr)
		}
		if _, err := io.ReadFull(c, got[1:]); err != nil || !bytes.Equal(got, word) {
			t.Fatalf("%q comes, %v", got, err)
		}
	}
}

// TestBareEnds has the peer close a bare connection in every way.
func TestBareEnds(t *testing.T) {
	for name, end := range map[string]struct {
		of   func(peer *net.TCPConn) error
		want error
	}{
		"FIN": {(*net.TCPConn).CloseWrite, io.EOF},
		"RST": {func(peer *net.TCPConn) error { return Reset(peer) }, syscall.ECONNRESET},
	} {
		c, _, peer := bare(t)
		if err := end.of(peer.(*net.TCPConn)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, end.want) {
			t.Errorf("after %s: %v", name, err)
		}
		var op *net.OpError
		if _, err := c.Read(make([]byte, 1)); err != io.EOF && !errors.As(err, &op) {
			t.Errorf("after %s: %#v", name, err)
		}
	}
}

// TestBareWaits has a write wait for a peer that reads nothing at first.
func TestBareWaits(t *testing.T) {
	var reads atomic.Bool // the peer does
	for name, end := range map[string]struct {
		of   func(c *Conn, peer net.Conn) error
		want error
	}{
		"reads on": {func(_ *Conn, peer net.Conn) error { reads.Store(true); go io.Copy(io.Discard, peer); return nil }, nil},
		"deadline": {func(c *Conn, _ net.Conn) error { return c.SetWriteDeadline(longAgo) }, os.ErrDeadlineExceeded},
		"closed":   {func(c *Conn, _ net.Conn) error { return c.Close() }, net.ErrClosed},
		"reset":    {func(c *Conn, _ net.Conn) error { return Reset(c) }, net.ErrClosed},
	} {
		c, raw, peer := bare(t)
		fill(t, raw)
		reads.Store(false)
		wrote := make(chan error)
		go func() {
			wrote <- raw.Write(func(fd uintptr) bool {
				n, err := Write(fd, []byte("x"))
				return n > 0 && reads.Load() || err != nil
			})
		}()
		waits(t, c)
		if c.Bare() {
			t.Errorf("%s: it is bare while a write waits", name)
		}
		if err := end.of(c, peer); err != nil {
			t.Error(err)
		}
		if err := <-wrote; !errors.Is(err, end.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBareDeadline has a deadline count that was set while the connection was bare.
func TestBareDeadline(t *testing.T) {
	c, raw, _ := bare(t)
	for range 3 {
		if err := c.SetReadDeadline(longAgo); err != nil {
			t.Fatal(err)
		}
		if c.Bare() {
			t.Error("it is bare in spite of a deadline")
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read returns %v", err)
		}
		if err := raw.Read(func(uintptr) bool { return false }); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Read of the descriptor returns %v", err)
		}
		if err := c.SetDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		becomeBare(t, c)
	}
}

// TestBareClosed has nothing done to a descriptor that is another's by now.
func TestBareClosed(t *testing.T) {
	for name, end := range map[string]func(*Conn) error{
		"bare":  (*Conn).Close,
		"reset": func(c *Conn) error { return Reset(c) },
		"whole": func(c *Conn) error { return errors.Join(c.SetReadDeadline(longAgo), c.Close()) },
	} {
		c, raw, _ := bare(t)
		if err := end(c); err != nil {
			t.Error(err)
		}
		use := func(uintptr) bool { t.Errorf("%s: the descriptor is used", name); return true }
		for call, err := range map[string]error{
			"Control": raw.Control(func(fd uintptr) { use(fd) }), "Read": raw.Read(use), "Write": raw.Write(use),
			"CloseWrite": c.CloseWrite(), "SetLinger": c.SetLinger(0), "Close": c.Close(), "Reset": Reset(c),
			"SetReadDeadline": c.SetReadDeadline(time.Time{}), "SetWriteDeadline": c.SetWriteDeadline(longAgo),
		} {
			if !errors.Is(err, net.ErrClosed) {
				t.Errorf("%s: %s returns %v", name, call, err)
			}
		}
		if c.Bare() {
			t.Error("a closed one is bare")
		}
	}
}

// TestBareOptions has the socket be as it was, and called as it was.
func TestBareOptions(t *testing.T) {
	_, server := pair(t)
	local, remote := server.LocalAddr().String(), server.RemoteAddr().String()
	c := New(server).(*Conn)
	defer c.Close()
	if err := TCP(c).SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: 77 * time.Second, Interval: 7 * time.Second, Count: 5}); err != nil {
		t.Fatal(err)
	}
	before := options(t, c)
	becomeBare(t, c)
	if TCP(c) != nil {
		t.Error("a bare one is a net.TCPConn")
	}
	for range 2 {
		if err := c.SetReadDeadline(longAgo); err != nil {
			t.Fatal(err)
		}
		if after := options(t, c); after != before {
			t.Errorf("options were %v, are %v", before, after)
		}
		c.SetReadDeadline(time.Time{})
		becomeBare(t, c)
	}
	if c.LocalAddr().String() != local || c.RemoteAddr().String() != remote {
		t.Errorf("%v to %v, want %s to %s", c.LocalAddr(), c.RemoteAddr(), local, remote)
	}
}

func options(t *testing.T, c *Conn) (values [4]int) {
	t.Helper()
	err := Raw(c).Control(func(fd uintptr) {
		for i, o := range [...][2]int{{unix.IPPROTO_TCP, unix.TCP_NODELAY}, {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
			{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL}, {unix.IPPROTO_TCP, unix.TCP_KEEPCNT}} {
			var err error
			if values[i], err = unix.GetsockoptInt(int(fd), o[0], o[1]); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return values
}
