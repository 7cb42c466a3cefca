//go:build (linux || darwin) && !portable

package manager

import (
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"chatsim/manager/socket"
	"chatsim/manager/wire"
)

// parkSoon has sessions be parked almost at once for the length of a test.
func parkSoon(t *testing.T) {
	before := parkAfter
	parkAfter = time.Millisecond
	t.Cleanup(func() { parkAfter = before })
}

// parked waits until so many sessions are parked.
func parked(t *testing.T, m *Manager, want int) {
	t.Helper()
	settle(t, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		n := 0
		for s := range m.sessions {
			if s.spot.Parked() {
				n++
			}
		}
		return n == want
	})
}

// TestParked has what is said, and every end of a session, come to parked ones.
func TestParked(t *testing.T) {
	parkSoon(t)
	m, addr := serve(t, Config{})
	amy := come(t, addr, "amy", "amy")
	bob := come(t, addr, "bob", "amy", "bob")
	amy.expect(joined("bob"))
	for i := range 10 {
		parked(t, m, 2)
		line := fmt.Sprint("line ", i)
		bob.send(line)
		amy.expect(group("bob", line))
		bob.expect(group("bob", line))
	}
	bob.conn.Write([]byte("the first half"))
	parked(t, m, 2)
	bob.send(", and the second")
	amy.expect(group("bob", "the first half, and the second"))
	bob.expect(group("bob", "the first half, and the second"))

	for name, end := range map[string]func(c *net.TCPConn){
		"FIN":            func(c *net.TCPConn) { c.Close() },
		"half-close":     func(c *net.TCPConn) { c.CloseWrite() },
		"RST":            func(c *net.TCPConn) { c.SetLinger(0); c.Close() },
		"kicked":         func(*net.TCPConn) { m.Kick("eve", "") },
		"a line and FIN": func(c *net.TCPConn) { c.Write([]byte("bye\n")); c.Close() },
	} {
		eve := come(t, addr, "eve", "amy", "bob", "eve")
		amy.expect(joined("eve"))
		parked(t, m, 3)
		end(eve.conn.(*net.TCPConn))
		if name == "a line and FIN" {
			amy.expect(group("eve", "bye"))
		}
		amy.expect(left("eve"))
		if name == "kicked" {
			eve.expect(`{"error":"` + wire.Kicked.Text() + `"}`)
			eve.ends()
		}
		if name == "half-close" {
			eve.ends()
			if eve.err != nil {
				t.Errorf("after a half-close the stream ends with %v", eve.err)
			}
		}
		settle(t, func() bool { return m.Stats().Connections == 2 })
	}
	parked(t, m, 2)
	shut(t, m)
	for _, u := range []*user{amy, bob} {
		for frame := range u.got {
			if frame != `{"error":"`+wire.Shutdown.Text()+`"}` && !strings.Contains(frame, "eve") {
				t.Errorf("got %q", frame)
			}
		}
	}
}

// TestParkedGhost has a parked session's place taken by its user's next one.
func TestParkedGhost(t *testing.T) {
	parkSoon(t)
	m, addr := serve(t, Config{})
	come := func(token string) (u *user, told string) {
		u = sit(t, dial(t, addr))
		u.conn.Write(wire.AppendName(nil, "Ann", wire.Coming{Token: token}))
		return u, u.restored("Ann")
	}
	ghost, token := come("")
	parked(t, m, 1)
	ann, _ := come(token)
	ghost.expect(`{"error":"you joined from somewhere else"}`)
	ghost.ends()
	settle(t, func() bool { return m.Stats().Connections == 1 })
	ann.send("I am back")
	ann.expect(group("Ann", "I am back"))
}

// TestParkedAndStalled evicts one that is parked, as it says nothing, and reads
// nothing either.
func TestParkedAndStalled(t *testing.T) {
	parkSoon(t)
	TestStalledReader(t)
}

// TestParkedToo has what other tests hold hold where everybody is parked soon.
func TestParkedToo(t *testing.T) {
	parkSoon(t)
	for name, test := range map[string]func(*testing.T){
		"ways to leave": TestWaysToLeave, "lines before a reset": TestLinesBeforeAReset, "one order": TestOneOrder,
		"churn": TestChurn, "much unsaid": TestLeaveIsToldWithMuchUnsaid, "shutdown": TestShutdownWithInputUnread,
	} {
		t.Run(name, test)
	}
}

// TestParkedNeedNoGoroutine has a crowd that says nothing, and nothing of package net
// either.
func TestParkedNeedNoGoroutine(t *testing.T) {
	parkSoon(t)
	const crowd = 200
	m, addr := serve(t, Config{})
	before := runtime.NumGoroutine()
	for i := range crowd {
		conn := dial(t, addr)
		fmt.Fprintf(conn, "user%d\n", i)
	}
	parked(t, m, crowd)
	settle(t, func() bool { return runtime.NumGoroutine() <= before+1 }) // the one that waits for all
	m.mu.Lock()
	defer m.mu.Unlock()
	for s := range m.sessions {
		if socket.TCP(s.conn) != nil {
			t.Fatalf("%s is parked with all of its connection", s.calledNow())
		}
	}
}
