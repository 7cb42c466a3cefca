package manager

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/wire"
)

// hello answers HTTP requests with the path that was asked for.
var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello at "+r.URL.Path) })

// open has m serve a loopback port until the test is over.
func open(t *testing.T, m *Manager) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- m.Serve(ln) }()
	t.Cleanup(func() {
		shut(t, m)
		if err := <-served; !errors.Is(err, ErrShutdown) {
			t.Errorf("Serve: %v", err)
		}
	})
	return ln.Addr().String()
}

// HTTP is answered on the port of the room, also where connections are kept.
func TestHTTPBesideLines(t *testing.T) {
	m := New(Config{Detect: true})
	m.Handle(hello)
	addr := open(t, m)
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	for _, path := range []string{"/", "/a/b"} {
		resp, err := client.Get("http://" + addr + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != "hello at "+path {
			t.Errorf("%q, %v", body, err)
		}
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	bob := sit(t, conn)
	bob.send("bob")
	bob.greeted("bob")
	if st := m.Stats(); st.Joins != 1 || st.Dropouts != 0 || st.Connections != 2 {
		t.Errorf("stats %+v", st)
	}
	conn.Close()
}

func TestIsHTTP(t *testing.T) {
	for line, want := range map[string]bool{
		"GET / HTTP/1.1\r": true, "OPTIONS * HTTP/1.0": true, "PRI * HTTP/2.0\r": true, "GET http://a/ HTTP/1.1": true,
		"bob": false, "": false, "GET /": false, "get / HTTP/1.1": false, "I like HTTP/1.1": false, "GET  HTTP/1.1": false, "Ann / HTTP/1.1": false,
	} {
		if isHTTP([]byte(line)) != want {
			t.Errorf("%q", line)
		}
	}
}

// In a simulation nothing is told apart: any line is a name.
func TestNoDetection(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		enter(t, m, "GET / HTTP/1.1", "GET / HTTP/1.1")
		u := visit(t, m)
		u.conn.Write([]byte("slow"))
		time.Sleep(time.Second)
		u.send("poke")
		u.greeted("GET / HTTP/1.1", "slowpoke")
	})
}

func TestPassword(t *testing.T) {
	inBubble(t, Config{Detect: true, Password: "open sesame"}, func(t *testing.T, m *Manager) {
		u := visit(t, m)
		u.send("open sesame\r\nbob\r\nhi")
		u.greeted("bob")
		u.expect(group("bob", "hi"))
		start := time.Now()
		wrong := visit(t, m)
		wrong.send("amy")
		wrong.expect(`{"error":"wrong password: the first line is the password of the room, the next one your name"}`)
		if took := time.Since(start); took < guessPause {
			t.Errorf("a guess takes %v only", took)
		}
		wrong.ends()
		raw := enterRaw(t, m, "amy")
		raw.expect(" *:wrong password: it takes a client that can send one, as its first line@*@" + wire.Group)
		late := visit(t, m)
		late.send("open sesame")
		late.expect(`{"error":"no name came in time"}`)
		synctest.Wait()
		if st := m.Stats(); st.Joins != 1 || st.LoginFailures[wire.Password] != 2 || st.LoginFailures[wire.LoginTimeout] != 1 {
			t.Errorf("stats %+v", st)
		}
	})
}

func TestMaxUsers(t *testing.T) {
	inBubble(t, Config{MaxUsers: 2}, func(t *testing.T, m *Manager) {
		enter(t, m, "a", "a")
		b := enter(t, m, "b", "a", "b")
		c := visit(t, m)
		c.send("c")
		c.expect(`{"error":"the room is full"}`)
		c.ends()
		b.conn.Close()
		synctest.Wait()
		enter(t, m, "d", "a", "d")
	})
}

// from is a pipe whose other end has this address.
type from struct {
	net.Conn
	addr net.Addr
}

func (f from) RemoteAddr() net.Addr { return f.addr }

func TestPerAddress(t *testing.T) {
	inBubble(t, Config{PerAddress: 2}, func(t *testing.T, m *Manager) {
		come := func(ip string) *user {
			server, client := net.Pipe()
			go m.ServeConn(from{server, &net.TCPAddr{IP: net.ParseIP(ip), Port: 1}})
			return sit(t, client)
		}
		for range 5 {
			come("127.0.0.1")
			come("::1")
		}
		first := come("192.0.2.1")
		come("::ffff:192.0.2.1")
		synctest.Wait()
		third := come("192.0.2.1")
		third.expect(`{"error":"too many connections from your address"}`)
		third.ends()
		other := come("192.0.2.2")
		other.send("other")
		other.greeted("other")
		first.conn.Close()
		synctest.Wait()
		again := come("192.0.2.1")
		again.send("again")
		again.greeted("other", "again")
	})
}

// Whoever says too much is read later, and loses nothing, wherever its line ends
// are; the others do not wait.
func TestFlood(t *testing.T) {
	inBubble(t, Config{LineRate: 10, LineBurst: 20}, func(t *testing.T, m *Manager) {
		amy := enter(t, m, "amy", "amy")
		bob := enter(t, m, "bob", "amy", "bob")
		amy.expect(joined("bob"))
		start := time.Now()
		go bob.conn.Write([]byte(strings.Repeat("spam\n", 100) + strings.Repeat("x", 3*floodUnit) + "\nlast\n"))
		for range 20 {
			amy.expect(group("bob", "spam"))
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("the burst takes %v", took)
		}
		amy.send("fine")
		amy.expect(group("bob", "spam"), group("amy", "fine"))
		for range 79 {
			amy.expect(group("bob", "spam"))
		}
		amy.expect(group("bob", strings.Repeat("x", 3*floodUnit)), group("bob", "last"))
		if took := time.Since(start); took < 8*time.Second || took > 9*time.Second {
			t.Errorf("102 lines at 10 a second, 20 at once, take %v", took)
		}
		for range 21 {
			bob.expect(group("bob", "spam"))
		}
		bob.expect(`{"slow":10}`, group("amy", "fine"), group("bob", "spam"), group("bob", "spam")) // once
		bob.conn.Close()
		amy.expect(left("bob"))
	})
}

func TestKick(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		amy := enter(t, m, "amy", "amy")
		bob := enter(t, m, "bob", "amy", "bob")
		raw := enterRaw(t, m, "raw", "amy", "bob", "raw")
		bob.send("before")
		amy.expect(joined("bob"), joined("raw"), group("bob", "before"))
		for _, name := range []string{"raw", "bob"} { // in this order, as a leave may or may not be shown to raw before its own
			if err := m.Kick(name, ""); err != nil {
				t.Fatal(err)
			}
			if err := m.Kick(name, ""); !errors.Is(err, ErrNoSuchUser) {
				t.Errorf("kick %s again: %v", name, err)
			}
		}
		bob.expect(joined("raw"), group("bob", "before"), left("raw"), `{"error":"removed by the operator"}`)
		bob.ends()
		raw.expect(" bob:before@bob"+all, " *:removed by the operator@*@raw")
		amy.expect(left("raw"), left("bob"))
		if err := m.Announce("tea\nis \x1bready"); err != nil {
			t.Fatal(err)
		}
		amy.expect(group("*", "tea is ready"))
		if st := m.Stats(); st.Evicted[wire.Kicked] != 2 || st.Deliveries != 4 {
			t.Errorf("stats %+v", st)
		}
		if got := strings.Join(m.Names(), " "); got != "amy" {
			t.Errorf("names %s", got)
		}
	})
}

// What cannot be seen makes no second viewer, and is not in the name that is given;
// who asked for it may sign with it as it was asked for.
func TestUnseenInNames(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		present := []string{"viewer"}
		enter(t, m, "viewer", present...)
		for i, asked := range []string{"viewer\u200b", "vie\u200dwer", "\u2060viewer", "viewer\ufeff", "view\u00ader", "vi\u034fewer", "viewer\u2800", "viewer\ufe0f"} {
			present = append(present, fmt.Sprint("viewer", i+2))
			u := enter(t, m, asked, present...)
			u.send("hi@" + asked + "@" + wire.Group)
			u.expect(group(present[i+1], "hi"))
			u.send("/msg vi\u200bewer psst")
			u.expect(private(present[i+1], "psst", "viewer"))
		}
		enter(t, m, "❤\ufe0f", append(present, "❤\ufe0f")...)
		enter(t, m, "❤", append(present, "❤\ufe0f", "❤2")...)
	})
}

func TestStrictNames(t *testing.T) {
	inBubble(t, Config{StrictNames: true}, func(t *testing.T, m *Manager) {
		enter(t, m, "Bob", "Bob")
		enter(t, m, "bob", "Bob", "bob2")
		amy := enter(t, m, "ＢＯＢ", "Bob", "bob2", "ＢＯＢ3")
		amy.send("/msg bob psst")
		amy.expect(`{"error":"no such user: bob"}`)
		amy.send("/msg bob2 psst")
		amy.expect(private("ＢＯＢ3", "psst", "bob2"))
		enter(t, m, "ВОВ", "Bob", "bob2", "ＢＯＢ3", "ВОВ4")
		enter(t, m, "B0B\u2800", "Bob", "bob2", "ＢＯＢ3", "ВОВ4", "B0B5")
	})
}
