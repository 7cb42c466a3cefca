package chaos

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// behind returns the address of a proxy before a server that echoes.
func behind(t *testing.T, delay time.Duration) (addr string, end func()) {
	t.Helper()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				io.Copy(c, c)
				c.Close()
			})
		}
	})
	wg.Go(func() {
		p := &Proxy{Target: server.Addr().String(), Delay: delay}
		if err := p.Serve(proxy); err != nil {
			t.Error(err)
		}
	})
	return proxy.Addr().String(), func() {
		proxy.Close()
		server.Close()
		wg.Wait()
	}
}

func TestDelaysAndKeepsAll(t *testing.T) {
	defer goleak.VerifyNone(t)
	const delay = 30 * time.Millisecond
	addr, end := behind(t, delay)
	defer end()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sent := bytes.Repeat([]byte("all of it\n"), 50_000)
	begin := time.Now()
	var wg sync.WaitGroup
	wg.Go(func() {
		c.Write(sent)
		c.(*net.TCPConn).CloseWrite()
	})
	got, err := io.ReadAll(c)
	wg.Wait()
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes came back: %v", len(got), len(sent), err)
	}
	if took := time.Since(begin); took < delay {
		t.Errorf("it took %v", took)
	}
}

// A connection that nobody ends is ended with the proxy.
func TestEndsWhatIsUnderWay(t *testing.T) {
	defer goleak.VerifyNone(t)
	addr, end := behind(t, 0)
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("x"))
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	end()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection goes on")
	}
}
