package web

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager"
	"chatsim/manager/wire/ws"
)

// pipe returns a WebSocket over a pipe, and its peer's end.
func pipe(t *testing.T) (*conn, net.Conn) {
	server, client := net.Pipe()
	t.Cleanup(func() { server.Close(); client.Close() })
	return newConn(server, nil), client
}

// frames are what comes to a peer, as bytes.
func frames(t *testing.T, peer net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(peer, got); err != nil || string(got) != want {
		t.Errorf("the peer gets %q, %v, want %q", got, err, want)
	}
}

// A silent peer is asked each half minute, and gone when it does not answer
// twice; whatever comes is an answer.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := pipe(t)
		begin := time.Now()
		ended := make(chan error, 1)
		go func() {
			for {
				if _, err := c.Read(make([]byte, 100)); err != nil {
					ended <- err
					return
				}
			}
		}()
		at := func(want time.Duration) {
			t.Helper()
			if got := time.Since(begin); got != want {
				t.Errorf("it is after %v, want %v", got, want)
			}
		}
		for n := range 100 {
			frames(t, peer, "\x89\x00")
			at(time.Duration(n+1) * silence)
			io.WriteString(peer, frame(ws.Final|ws.Pong, ""))
		}
		time.Sleep(silence - time.Second)
		io.WriteString(peer, text("x"))
		begin = time.Now()
		frames(t, peer, "\x89\x00")
		at(silence)
		frames(t, peer, "\x89\x00")
		at(2 * silence)
		if err := <-ended; err != errSilent {
			t.Errorf("the end is %v", err)
		}
		at(3 * silence)
		go c.CloseWrite()
		frames(t, peer, "\x88\x19\x03\xf0two pings had no answer")
	})
}

// The owner's deadline is kept, whatever the silence's is; and it may be past.
func TestDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := pipe(t)
		go io.Copy(io.Discard, peer)
		p := make([]byte, 100)
		for _, limit := range []time.Duration{time.Second, 45 * time.Second, 10 * time.Second} {
			begin := time.Now()
			c.heard = begin
			c.SetDeadline(begin.Add(limit))
			if _, err := c.Read(p); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begin) != limit {
				t.Errorf("%v after %v, want the deadline after %v", err, time.Since(begin), limit)
			}
		}
		c.SetReadDeadline(time.Time{})
		ended := make(chan error)
		go func() { _, err := c.Read(p); ended <- err }()
		synctest.Wait()
		c.SetReadDeadline(time.Unix(1, 0)) // as a session is interrupted
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	})
}

// Reads of any size get the same text.
func TestSmallReads(t *testing.T) {
	for size := 1; size < 20; size++ {
		c, peer := pipe(t)
		go func() {
			io.WriteString(peer, text("héllo\nworld\n")+frame(ws.Final|ws.Ping, "")+text("again")+frame(ws.Final|ws.Close, ""))
			io.Copy(io.Discard, peer)
		}()
		go io.Copy(io.Discard, peer)
		var got strings.Builder
		var err error
		for n, p := 0, make([]byte, size); err == nil; {
			n, err = c.Read(p)
			got.Write(p[:n])
		}
		if got.String() != "héllo world\nagain\n" || err != io.EOF {
			t.Errorf("by %d: %q, %v", size, got.String(), err)
		}
	}
}

// listen reads to the end, and tells when "end" came.
func listen(peer net.Conn, heard chan<- struct{}) (bytes int) {
	var all strings.Builder
	for p := make([]byte, 1000); ; {
		n, err := peer.Read(p)
		all.Write(p[:n])
		if heard != nil && strings.Contains(all.String(), "end") {
			close(heard)
			heard = nil
		}
		if err != nil {
			return all.Len()
		}
	}
}

// Frames beside lines are limited as lines are: pings, answers that nobody
// asked for, parts without text, before the name and after it. One answer is
// enough for the pings that came at once.
func TestFramesAreCharged(t *testing.T) {
	const limit, burst, count = 200, 1000, 10_000
	for what, one := range map[string]string{
		"pings": frame(ws.Final|ws.Ping, "x"), "pongs": frame(ws.Final|ws.Pong, ""), "parts": frame(ws.More, ""),
	} {
		for _, before := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				m := manager.New(manager.Config{LineRate: limit, LineBurst: burst, LoginTimeout: time.Hour})
				c, peer := pipe(t)
				var served, read = make(chan struct{}), make(chan int)
				go func() { m.ServeLines(c); close(served) }()
				heard := make(chan struct{})
				go func() { read <- listen(peer, heard) }()
				if !before {
					io.WriteString(peer, text("ann"))
				}
				if what == "parts" {
					io.WriteString(peer, frame(ws.Text, ""))
				}
				begin := time.Now()
				io.WriteString(peer, strings.Repeat(one, count))
				if what == "parts" {
					io.WriteString(peer, frame(ws.Final|ws.More, ""))
				}
				if before {
					io.WriteString(peer, text("ann"))
				}
				io.WriteString(peer, text("what comes at once is paid for by")+text("end"))
				<-heard
				took := time.Since(begin)
				// What is read at once is paid for by one burst, and 8 MB may be.
				if least, most := time.Second*burst/limit-100*time.Millisecond, time.Second*count/limit; took < least || took > most {
					t.Errorf("%s, before the name: %v: %d are taken in %v", what, before, count, took)
				}
				peer.Close()
				<-served
				if answered := <-read; answered > count {
					t.Errorf("%s: answered with %d bytes", what, answered)
				}
				if err := m.Shutdown(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
