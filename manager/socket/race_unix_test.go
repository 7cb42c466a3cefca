//go:build unix

package socket

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// descriptors returns how many this process has.
func descriptors() (n int) {
	for fd := range 2000 {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			n++
		}
	}
	return n
}

// TestBareRace has connections be closed from elsewhere while they become bare and
// whole, are written to and read. What is said on one may come nowhere else, and no
// descriptor may be left.
func TestBareRace(t *testing.T) {
	const users, rounds = 4, 20
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	before := descriptors()
	var all sync.WaitGroup
	var making sync.Mutex
	for u := range users {
		all.Go(func() {
			for range rounds {
				making.Lock()
				peer, _ := net.Dial("tcp", ln.Addr().String())
				server, err := ln.Accept()
				making.Unlock()
				if err != nil {
					t.Error(err)
					return
				}
				c := New(server).(*Conn)
				var wg sync.WaitGroup
				wg.Go(func() { // its owner
					var b [8]byte
					for err, rerr := error(nil), error(nil); err == nil && rerr == nil; {
						var n int
						c.Bare()
						err = Raw(c).Read(reading(b[:], &n, &rerr))
					}
				})
				wg.Go(func() { // the feed
					word := bytes.Repeat([]byte{byte(u)}, 8)
					for err, werr := error(nil), error(nil); err == nil && werr == nil; {
						err = Raw(c).Write(func(fd uintptr) (done bool) {
							var n int
							n, werr = Write(fd, word)
							return n > 0 || werr != nil
						})
					}
				})
				got := make([]byte, 1<<10)
				for range 5 {
					n, _ := peer.Read(got)
					if bytes.Count(got[:n], []byte{byte(u)}) != n {
						t.Errorf("user %d gets %v", u, got[:n])
					}
					peer.Write([]byte("x"))
				}
				c.SetReadDeadline(time.Now().Add(time.Hour))
				if err := Reset(c); err != nil {
					t.Error(err)
				}
				wg.Wait()
				peer.Close()
			}
		})
	}
	all.Wait()
	if after := descriptors(); after != before {
		t.Errorf("%d descriptors, then %d", before, after)
	}
}

// TestBareAllocates: a write to a bare connection, as the feed makes it, allocates nothing.
func TestBareAllocates(t *testing.T) {
	_, raw, peer := bare(t)
	go io.Copy(io.Discard, peer)
	word := []byte("x")
	write := func(fd uintptr) bool { Write(fd, word); return true }
	if n := testing.AllocsPerRun(100, func() { raw.Write(write) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkBare is how long it takes to have a connection be whole and bare again.
func BenchmarkBare(b *testing.B) {
	_, server := pair(b)
	c := New(server).(*Conn)
	defer c.Close()
	for b.Loop() {
		if c.SetReadDeadline(longAgo) != nil || c.SetReadDeadline(time.Time{}) != nil || !c.Bare() {
			b.Fatal("it is not bare")
		}
	}
}
