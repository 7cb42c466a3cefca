package poll

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// each runs a test with what the kernel has to wait with, and with a goroutine a
// connection. No goroutine may be left.
func each(t *testing.T, test func(t *testing.T, p *Poller)) {
	for _, portable := range []bool{false, true} {
		t.Run(fmt.Sprintf("portable=%v", portable), func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			p, err := New()
			if err != nil {
				t.Fatal(err)
			}
			if portable && p.native != nil {
				if err := p.Close(); err != nil {
					t.Fatal(err)
				}
				p = newPoller(nil)
			}
			defer func() {
				if err := p.Close(); err != nil {
					t.Error(err)
				}
			}()
			test(t, p)
		})
	}
}

// pair returns both ends of a connection over loopback.
func pair(t *testing.T) (near, far *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	out, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	in, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	return in.(*net.TCPConn), out.(*net.TCPConn)
}

func add(t *testing.T, p *Poller, conn net.Conn, read string, owner any) *Conn {
	t.Helper()
	c, err := p.Add(conn, []byte(read), owner)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wait waits until one connection or more is returned.
func wait(t *testing.T, p *Poller) []*Conn {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		ready, err := p.Wait(time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if len(ready) > 0 {
			return ready
		}
	}
	t.Fatal("nothing comes")
	return nil
}

// none holds that nothing is returned, also a while later.
func none(t *testing.T, p *Poller) {
	t.Helper()
	for range 3 {
		if ready, err := p.Wait(5 * time.Millisecond); err != nil || len(ready) > 0 {
			t.Fatalf("%d connections are returned, %v", len(ready), err)
		}
	}
}

// readAll reads a connection to its end by reads of a size.
func readAll(t *testing.T, p *Poller, c *Conn, size int) (got []byte, end error) {
	t.Helper()
	for b := make([]byte, size); ; {
		if ready := wait(t, p); len(ready) != 1 || ready[0] != c {
			t.Fatalf("%v are returned, want the one", ready)
		}
		n, err := c.Read(b)
		got = append(got, b[:n]...)
		if err != nil && err != ErrWouldBlock {
			return got, err
		}
	}
}

func TestDataAndEndInOneArrival(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		for i, size := range []int{1, 3, 100, 4096} {
			near, far := pair(t)
			far.Write([]byte("the last words"))
			far.CloseWrite()
			c := add(t, p, near, "", i)
			got, end := readAll(t, p, c, size)
			if string(got) != "the last words" || end != io.EOF {
				t.Errorf("by reads of %d bytes: %q, then %v", size, got, end)
			}
			none(t, p) // although it is at its end
			if _, err := c.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("after its end: %v", err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if ready := wait(t, p); len(ready) != 1 || ready[0].Owner() != i {
				t.Errorf("after Close %v is returned", ready)
			}
			none(t, p)
		}
	})
}

func TestReadBefore(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		near, far := pair(t)
		far.Write([]byte(" and later"))
		far.CloseWrite()
		c := add(t, p, near, "before", nil)
		if got, end := readAll(t, p, c, 4); string(got) != "before and later" || end != io.EOF {
			t.Errorf("%q, then %v", got, end)
		}
	})
}

func TestReset(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		near, far := pair(t)
		c := add(t, p, near, "", nil)
		far.SetLinger(0)
		far.Close()
		if _, end := readAll(t, p, c, 10); end == io.EOF {
			t.Error("a reset looks like an end")
		}
		none(t, p)

		near, far = pair(t)
		c = add(t, p, near, "", nil)
		if err := c.Reset(); err != nil {
			t.Error(err)
		}
		if _, err := far.Read(make([]byte, 1)); err == nil || err == io.EOF {
			t.Errorf("the peer of a reset gets %v", err)
		}
	})
}

// TestCloseFromElsewhere closes while the owner waits and while a Write does.
func TestCloseFromElsewhere(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		near, far := pair(t)
		c := add(t, p, near, "", nil)
		var elsewhere sync.WaitGroup
		elsewhere.Go(func() {
			for b := make([]byte, 1<<20); ; {
				if _, err := c.Write(b); err != nil {
					if !errors.Is(err, net.ErrClosed) {
						t.Errorf("a Write ends with %v", err)
					}
					return
				}
			}
		})
		elsewhere.Go(func() {
			far.Read(make([]byte, 1)) // now something was written
			c.Close()
			if err := c.Close(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("the second Close returns %v", err)
			}
		})
		if ready := wait(t, p); len(ready) != 1 || ready[0] != c {
			t.Errorf("%v is returned", ready)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Read returns %v", err)
		}
		elsewhere.Wait()
		none(t, p)
		c.Pause()
		c.Resume()
		none(t, p)
	})
}

// TestPause has one not be returned whatever comes: data, an end, a reset.
func TestPause(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		near, far := pair(t)
		c := add(t, p, near, "", nil)
		c.Pause()
		far.Write([]byte("unread"))
		none(t, p)
		c.Resume()
		if got, err := c.readSoon(t, p); got != "unread" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
		c.Pause()
		far.SetLinger(0)
		far.Close()
		none(t, p)
		c.Resume()
		if _, err := c.readSoon(t, p); err == nil || err == io.EOF {
			t.Errorf("then %v", err)
		}

		near, _ = pair(t)
		c = add(t, p, near, "before", nil)
		c.Pause()
		none(t, p)
		c.Close()
		wait(t, p) // its close is told nevertheless
	})
}

// readSoon returns one Read that has something to read.
func (c *Conn) readSoon(t *testing.T, p *Poller) (string, error) {
	t.Helper()
	b := make([]byte, 100)
	for {
		wait(t, p)
		if n, err := c.Read(b); err != ErrWouldBlock {
			return string(b[:n]), err
		}
	}
}

// TestAgain has a connection be returned once more by which nothing has come, and not
// while it is paused.
func TestAgain(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		near, far := pair(t)
		c := add(t, p, near, "", nil)
		none(t, p)
		for range 2 {
			c.Again()
			if ready := wait(t, p); len(ready) != 1 || ready[0] != c {
				t.Fatalf("%v are returned", ready)
			}
			if n, err := c.Read(make([]byte, 10)); n != 0 || err != ErrWouldBlock {
				t.Fatalf("read %d bytes, %v", n, err)
			}
			none(t, p)
		}
		c.Pause()
		c.Again()
		none(t, p)
		c.Resume()
		far.Write([]byte("hi"))
		if got, err := c.readSoon(t, p); got != "hi" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
		c.Close()
		c.Again()
	})
}

func TestWake(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		p.Wake()
		if ready, err := p.Wait(-1); err != nil || len(ready) > 0 {
			t.Fatalf("%v, %v", ready, err)
		}
		var waking sync.WaitGroup
		for range 100 {
			waking.Go(p.Wake)
			if _, err := p.Wait(patience); err != nil {
				t.Fatal(err)
			}
			waking.Wait()
			if _, err := p.Wait(0); err != nil {
				t.Fatal(err)
			}
		}
	})
}
