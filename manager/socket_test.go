package manager

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"chatsim/manager/wire"
)

// serve starts a Manager on a free loopback port, for the length of the test.
func serve(t testing.TB, cfg Config) (m *Manager, addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m = New(cfg)
	served := make(chan error, 1)
	go func() { served <- m.Serve(ln) }()
	t.Cleanup(func() {
		shut(t, m)
		if err := <-served; err != ErrShutdown {
			t.Errorf("Serve: %v", err)
		}
		if st := m.Stats(); st.Connections != 0 {
			t.Errorf("%d connections left", st.Connections)
		}
	})
	return m, ln.Addr().String()
}

func dial(t testing.TB, addr string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

// come logs in over a socket.
func come(t testing.TB, addr, asked string, roster ...string) *user {
	t.Helper()
	u := sit(t, dial(t, addr))
	u.send(asked)
	u.greeted(roster...)
	return u
}

func TestWaysToLeave(t *testing.T) {
	_, addr := serve(t, Config{})
	amy := come(t, addr, "amy", "amy")
	bob := come(t, addr, "bob", "amy", "bob")
	amy.expect(joined("bob"))

	// Half-close: all that was sent before is said, and comes back, then the end.
	bob.send("one")
	bob.send("two")
	bob.conn.Write([]byte("unfinished"))
	bob.conn.(*net.TCPConn).CloseWrite()
	amy.expect(group("bob", "one"), group("bob", "two"), left("bob"))
	bob.expect(group("bob", "one"), group("bob", "two"))
	bob.ends()
	if bob.err != nil {
		t.Errorf("after a half-close the stream ends with %v", bob.err)
	}

	// Reset in the middle of a line: no part of it is said, one leave.
	bob = come(t, addr, "bob", "amy", "bob")
	bob.send("three")
	amy.expect(joined("bob"), group("bob", "three"))
	bob.conn.Write([]byte("unfinished"))
	bob.conn.(*net.TCPConn).SetLinger(0)
	bob.conn.Close()
	amy.expect(left("bob"))
	amy.send("done")
	amy.expect(group("amy", "done"))
}

func TestUnnamedOverSocket(t *testing.T) {
	_, addr := serve(t, Config{})
	u := sit(t, dial(t, addr))
	u.send("")
	u.greeted(u.conn.LocalAddr().String())
}

// TestLinesBeforeAReset has a peer that reads nothing and is gone while lines of
// it are still unread: a prefix of them is said, in order.
func TestLinesBeforeAReset(t *testing.T) {
	_, addr := serve(t, Config{})
	amy := come(t, addr, "amy", "amy")
	conn := dial(t, addr)
	conn.Write([]byte("bob\n"))
	amy.expect(joined("bob"))
	for i := range 100 {
		fmt.Fprintf(conn, "%d\n", i)
	}
	conn.SetLinger(0)
	conn.Close()
	for i := 0; ; i++ {
		got := <-amy.got
		if got == left("bob") {
			break
		}
		if want := group("bob", fmt.Sprint(i)); got != want {
			t.Fatalf("got %q, want %q or the leave", got, want)
		}
	}
}

// TestOneOrder has several who talk at once; all see all in one order.
func TestOneOrder(t *testing.T) {
	const users, lines = 10, 300
	m, addr := serve(t, Config{})
	var names []string
	var all []*user
	for i := range users {
		names = append(names, fmt.Sprintf("user%d", i))
		u := come(t, addr, names[i], names...)
		for _, earlier := range all {
			earlier.expect(joined(names[i]))
		}
		all = append(all, u)
	}
	var talking sync.WaitGroup
	for i, u := range all {
		talking.Go(func() {
			for n := range lines {
				u.send(fmt.Sprintf("line %d", n))
				u.send(fmt.Sprintf("note %d@%s@%s", n, names[i], names[i]))
			}
		})
	}
	talking.Wait()
	var first []string
	for i, u := range all {
		var public []string
		notes, own := 0, 0
		for notes < lines || len(public) < users*lines {
			frame := <-u.got
			switch {
			case frame == private(names[i], fmt.Sprintf("note %d", notes), names[i]):
				notes++
				if own != notes {
					t.Fatalf("note %d came after own line %d", notes, own)
				}
			case strings.HasSuffix(frame, wire.Group):
				public = append(public, frame)
				if strings.HasPrefix(frame, " "+names[i]+":") {
					own++
				}
			default:
				t.Fatalf("user %d got %q", i, frame)
			}
		}
		if i == 0 {
			first = public
		} else if fmt.Sprint(public) != fmt.Sprint(first) {
			t.Errorf("user %d saw another order than user 0", i)
		}
	}
	if st := m.Stats(); st.Lines != users*lines || st.PrivateLines != users*lines {
		t.Errorf("stats count %d lines, %d private", st.Lines, st.PrivateLines)
	}
}

// TestStalledReader has one that reads nothing, while more is said than the
// kernel and the window hold.
func TestStalledReader(t *testing.T) {
	const grace, lines = 320 * time.Millisecond, 2500
	m, addr := serve(t, Config{Grace: grace, Window: 1 << 20})
	amy := come(t, addr, "amy", "amy")
	stalled := dial(t, addr)
	if err := stalled.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	stalled.Write([]byte("stalled\n"))
	amy.expect(joined("stalled"))
	text := strings.Repeat("x", 4000)
	go func() {
		for range lines {
			amy.send(text)
		}
	}()
	gone := false
	for n := 0; n < lines || !gone; {
		switch got := <-amy.got; got {
		case group("amy", text):
			n++
		case left("stalled"):
			gone = true
		default:
			t.Fatalf("got %.100q", got)
		}
	}
	// As slow, if the kernel took something late.
	if st := m.Stats(); st.Evicted[wire.Stalled]+st.Evicted[wire.Slow] != 1 || st.Online != 1 {
		t.Errorf("stats %+v", st)
	}
}

func TestListenerClosedByOthers(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	m := New(Config{})
	if err := m.Serve(ln); err == nil {
		t.Error("Serve says nothing of a listener that is closed")
	}
	shut(t, m)
}

// TestChurn has users come and leave in every way; no name may stay taken, and
// the end of the test sees to it that no goroutine stays.
func TestChurn(t *testing.T) {
	const cycles = 1000
	m, addr := serve(t, Config{})
	amy := come(t, addr, "amy", "amy")
	for i := range cycles {
		u := come(t, addr, "bob", "amy", "bob")
		conn := u.conn.(*net.TCPConn)
		switch i % 3 {
		case 0:
			conn.CloseWrite()
			u.ends()
		case 1:
			conn.SetLinger(0)
		}
		conn.Close()
		amy.expect(joined("bob"), left("bob"))
	}
	if st := m.Stats(); st.Joins != cycles+1 || st.Leaves != cycles || st.Online != 1 {
		t.Errorf("stats %+v", st)
	}
}

// TestShutdownWithInputUnread closes on peers that go on sending: what was
// flushed to them must arrive nevertheless.
func TestShutdownWithInputUnread(t *testing.T) {
	m, addr := serve(t, Config{})
	bob := come(t, addr, "bob", "bob")
	talking := make(chan struct{})
	go func() {
		defer close(talking)
		for {
			if _, err := bob.conn.Write([]byte("and on\n")); err != nil {
				return
			}
		}
	}()
	bob.expect(group("bob", "and on"))
	go shut(t, m)
	last := ""
	for frame := range bob.got {
		last = frame
	}
	if want := `{"error":"the server is shutting down"}`; last != want || bob.err != nil {
		t.Errorf("the last frame is %q, then %v; want %q and the end", last, bob.err, want)
	}
	bob.conn.Close()
	<-talking
}
