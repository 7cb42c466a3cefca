package poll

import (
	"bytes"
	"io"
	"sync"
	"testing"
	"time"
)

// TestHalfOpen writes to a peer that has ended its own direction, more than the
// socket takes at once, and ends ours.
func TestHalfOpen(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		near, far := pair(t)
		c := add(t, p, near, "", nil)
		far.CloseWrite()
		if _, end := readAll(t, p, c, 10); end != io.EOF {
			t.Errorf("read %v", end)
		}
		want := bytes.Repeat([]byte("0123456789"), 1<<20)
		var got []byte
		var peer sync.WaitGroup
		peer.Go(func() {
			if n, err := c.Write(want); n != len(want) || err != nil {
				t.Errorf("wrote %d: %v", n, err)
			}
			if err := c.CloseWrite(); err != nil {
				t.Error(err)
			}
			p.Wake()
		})
		done := make(chan struct{})
		go func() {
			defer close(done)
			got, _ = io.ReadAll(far)
		}()
		for over := false; !over; {
			if _, err := p.Wait(10 * time.Millisecond); err != nil { // this is what lets Write go on
				t.Fatal(err)
			}
			select {
			case <-done:
				over = true
			default:
			}
		}
		peer.Wait()
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes have come of %d", len(got), len(want))
		}
	})
}

func TestNoAllocations(t *testing.T) {
	each(t, func(t *testing.T, p *Poller) {
		near, far := pair(t)
		c := add(t, p, near, "", nil)
		in, out := make([]byte, 100), make([]byte, 50)
		n := testing.AllocsPerRun(100, func() {
			far.Write(out)
			for got := 0; got < len(out); {
				if _, err := p.Wait(-1); err != nil {
					t.Fatal(err)
				}
				n, _ := c.Read(in)
				got += n
			}
			c.Write(out)
			io.ReadFull(far, in[:len(out)])
		})
		if n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// TestManyAtOnce: all who have something to read are returned by one Wait, once it
// has seen that there are many.
func TestManyAtOnce(t *testing.T) {
	const many = 300
	each(t, func(t *testing.T, p *Poller) {
		for range many {
			near, far := pair(t)
			add(t, p, near, "", nil)
			if _, err := far.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
		}
		for end := time.Now().Add(patience); len(wait(t, p)) != many; {
			if time.Now().After(end) {
				t.Fatal("they are not returned together")
			}
		}
	})
}
