package poll

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"chatsim/manager/cert/certtest"
)

// TestReuse opens and closes connections from elsewhere while their events are
// under way; nobody may get what was sent to another.
func TestReuse(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		const rounds, users = 100, 4
		var others sync.WaitGroup
		for u := range users {
			others.Go(func() {
				for i := range rounds {
					near, far := pair(t)
					word := fmt.Sprintf("user %d in round %d", u, i)
					c, err := p.Add(near, nil, word)
					if err != nil {
						t.Error(err)
						return
					}
					far.Write([]byte(word))
					if (i+u)%3 == 0 {
						c.Close() // else the owner does, when all has come
					}
				}
			})
		}
		got := map[*Conn][]byte{}
		b := make([]byte, 7)
		for left := users * rounds; left > 0; {
			for _, c := range wait(t, p) {
				n, err := c.Read(b)
				got[c] = append(got[c], b[:n]...)
				switch whole := string(got[c]) == c.Owner(); {
				case errors.Is(err, net.ErrClosed):
					left--
				case err != nil && err != ErrWouldBlock:
					t.Errorf("%v ends with %v", c.Owner(), err)
				case !bytes.HasPrefix([]byte(c.Owner().(string)), got[c]):
					t.Fatalf("%v gets %q", c.Owner(), got[c])
				case whole:
					c.Close()
				}
			}
		}
		others.Wait()
		if n := len(p.slots); n > users*rounds/2 {
			t.Errorf("%d slots for a few at a time", n)
		}
	})
}

// TestNoSocket has connections that only a goroutine can wait for.
func TestNoSocket(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		near, far := net.Pipe()
		c := add(t, p, near, "", nil)
		go func() {
			fmt.Fprint(far, "over a pipe")
			far.Close()
		}()
		if got, end := readAll(t, p, c, 4); string(got) != "over a pipe" || end != io.EOF {
			t.Errorf("%q, then %v", got, end)
		}
		c.Close()
		wait(t, p)

		server, client := pair(t)
		cert, err := tls.X509KeyPair(certtest.Make(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "127.0.0.1"))
		if err != nil {
			t.Fatal(err)
		}
		inner := tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert}})
		outer := tls.Client(client, &tls.Config{InsecureSkipVerify: true})
		c = add(t, p, outer, "", nil)
		go func() {
			fmt.Fprint(inner, "over TLS")
			inner.CloseWrite()
		}()
		if got, end := readAll(t, p, c, 3); string(got) != "over TLS" || end != io.EOF {
			t.Errorf("%q, then %v", got, end)
		}
		if _, err := fmt.Fprint(c, "back"); err != nil {
			t.Error(err)
		}
		b := make([]byte, 4)
		if _, err := io.ReadFull(inner, b); err != nil || string(b) != "back" {
			t.Errorf("%q comes back, %v", b, err)
		}
	})
}

func TestClosedPoller(t *testing.T) {
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	near, far := pair(t)
	c := add(t, p, near, "", nil)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := p.Close(); err != nil { // must not close the descriptors of others
		t.Error(err)
	}
	p.Wake()
	if _, err := c.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write returns %v", err)
	}
	if _, err := p.Add(far, nil, nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Add returns %v", err)
	}
	if _, err := far.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the peer reads %v", err)
	}
}
