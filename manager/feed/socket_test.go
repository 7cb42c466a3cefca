package feed

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sockets returns the two ends of a loopback connection whose kernel buffers
// hold about size bytes each; 0 leaves them alone.
func sockets(t testing.TB, size int) (server, client *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	server, client = s.(*net.TCPConn), c.(*net.TCPConn)
	if size > 0 {
		if err := server.SetWriteBuffer(size); err != nil {
			t.Fatal(err)
		}
		if err := client.SetReadBuffer(size); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { server.Close(); client.Close() })
	return server, client
}

// end is how a subscription went out.
type end struct {
	reason Reason
	err    error
}

// subscribe makes conn a subscriber that gets what is appended from now on.
func subscribe(t testing.TB, f *Feed, conn Conn) (*Subscriber, <-chan end) {
	t.Helper()
	ended := make(chan end, 1)
	s := NewSubscriber(conn, func(r Reason, err error) { ended <- end{r, err} })
	f.Lock()
	ok := f.SubscribeLocked(s)
	f.Unlock()
	if !ok {
		t.Fatal("the feed takes no subscriber")
	}
	f.Release(s)
	return s, ended
}

func stop(t testing.TB, f *Feed) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := f.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func finish(f *Feed, s *Subscriber) {
	f.Lock()
	defer f.Unlock()
	f.FinishLocked(s)
}

func TestEverybodyGetsTheSame(t *testing.T) {
	const readers, publishers, lines = 20, 4, 2000
	f := New(Config{Window: 64 << 10, Grace: time.Minute}) // TCP itself may wait for 200 ms where buffers are so small
	var subs []*Subscriber
	var ends []<-chan end
	got := make([][]byte, readers)
	var reading, publishing sync.WaitGroup
	for i := range readers {
		server, client := sockets(t, 8<<10)
		s, ended := subscribe(t, f, server)
		subs, ends = append(subs, s), append(ends, ended)
		reading.Go(func() { got[i], _ = io.ReadAll(client) })
	}
	for p := range publishers {
		publishing.Go(func() {
			for n := range lines {
				f.Lock()
				f.WaitRoomLocked()
				f.AppendLocked(fmt.Appendf(nil, "line %d of %d\n", n, p))
				if n%100 == 0 {
					f.AppendPrivateLocked(subs[p], fmt.Appendf(nil, "for %d alone\n", p))
				}
				f.Unlock()
			}
		})
	}
	publishing.Wait()
	for i, s := range subs {
		finish(f, s)
		if e := <-ends[i]; e.reason != Finished {
			t.Fatalf("reader %d went out as %v: %v", i, e.reason, e.err)
		}
		s.conn.(*net.TCPConn).Close()
	}
	reading.Wait()
	want := got[readers-1]
	if n := bytes.Count(want, []byte("\n")); n != publishers*lines {
		t.Fatalf("%d lines arrived, want %d", n, publishers*lines)
	}
	for i, b := range got {
		if i < publishers {
			private := fmt.Appendf(nil, "for %d alone\n", i)
			if n := bytes.Count(b, private); n != lines/100 {
				t.Errorf("reader %d got %d private lines, want %d", i, n, lines/100)
			}
			b = bytes.ReplaceAll(b, private, nil)
		}
		if !bytes.Equal(b, want) {
			t.Errorf("reader %d got other bytes than the last one", i)
		}
	}
	stop(t, f)
}

// TestStalledReader has one that reads nothing among four that do, while more
// is appended than the window holds. How long that holds up the others is
// measured in TestStalledAmongMany, whose clock is the bubble's.
func TestStalledReader(t *testing.T) {
	const grace = 400 * time.Millisecond
	f := New(Config{Window: 256 << 10, Grace: grace})
	stalled, _ := sockets(t, 8<<10)
	_, stalledEnd := subscribe(t, f, stalled)
	var subs []*Subscriber
	var reading sync.WaitGroup
	got := make([]int64, 4)
	for i := range got {
		server, client := sockets(t, 0)
		s, _ := subscribe(t, f, server)
		subs = append(subs, s)
		reading.Go(func() { got[i], _ = io.Copy(io.Discard, client) })
	}
	line := bytes.Repeat([]byte("x"), 1000)
	const lines = 2000
	for range lines {
		f.Lock()
		f.WaitRoomLocked()
		f.AppendLocked(line)
		f.Unlock()
	}
	if e := <-stalledEnd; e.reason != Stalled {
		t.Errorf("the stalled one went out as %v, want stalled", e.reason)
	}
	stop(t, f)
	for _, s := range subs {
		s.conn.(*net.TCPConn).Close()
	}
	reading.Wait()
	for i, n := range got {
		if n != lines*int64(len(line)) {
			t.Errorf("reader %d got %d bytes, want %d", i, n, lines*len(line))
		}
	}
	if st := f.Stats(); st.Ended[Stalled] != 1 || st.Parks == 0 || st.Ended[Finished] != 4 {
		t.Errorf("stats %+v, want 1 stalled, 4 finished and some parks", st)
	}
}

// TestSlowReaderStays has a reader slower than the kernel wakes writers, but
// never still for the grace.
func TestSlowReaderStays(t *testing.T) {
	const grace = 480 * time.Millisecond
	f := New(Config{Grace: grace})
	other, otherClient := sockets(t, 0)
	subscribe(t, f, other)
	server, client := sockets(t, 256<<10)
	if err := server.SetWriteBuffer(2 << 20); err != nil {
		t.Fatal(err)
	}
	_, ended := subscribe(t, f, server)
	var reading sync.WaitGroup
	reading.Go(func() { io.Copy(io.Discard, otherClient) })
	f.Lock()
	f.AppendLocked(make([]byte, 6<<20))
	f.Unlock()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	piece := make([]byte, 8<<10)
	for begin := time.Now(); time.Since(begin) < 3*grace; <-tick.C {
		client.SetReadDeadline(time.Now().Add(grace))
		if _, err := client.Read(piece); err != nil {
			t.Fatalf("read after %v: %v", time.Since(begin), err)
		}
	}
	select {
	case e := <-ended:
		t.Fatalf("a reading one went out as %v: %v", e.reason, e.err)
	default:
	}
	client.SetReadDeadline(time.Time{})
	reading.Go(func() { io.Copy(io.Discard, client) })
	stop(t, f)
	if e := <-ended; e.reason != Finished {
		t.Errorf("went out as %v, want finished", e.reason)
	}
	server.Close()
	other.Close()
	reading.Wait()
}

func TestBrokenConnection(t *testing.T) {
	f := New(Config{})
	broken, client := sockets(t, 0)
	_, brokenEnd := subscribe(t, f, broken)
	healthy, healthyClient := sockets(t, 0)
	subscribe(t, f, healthy)
	client.SetLinger(0)
	client.Close()
	r := make([]byte, 2)
	for open := true; open; { // the reset may arrive after some writes
		f.Lock()
		f.AppendLocked([]byte("hi"))
		f.Unlock()
		if _, err := io.ReadFull(healthyClient, r); err != nil {
			t.Fatalf("the healthy one: %v", err)
		}
		select {
		case e := <-brokenEnd:
			if e.reason != Broken || e.err == nil {
				t.Errorf("went out as %v, %v; want broken with an error", e.reason, e.err)
			}
			open = false
		default:
		}
	}
	if err := broken.SetReadDeadline(time.Now()); err != nil {
		t.Errorf("the feed has closed the connection: %v", err)
	}
	stop(t, f)
}
