package manager

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/wire"
)

// inBubble runs a test with a Manager in fake time and over pipes.
func inBubble(t *testing.T, cfg Config, test func(t *testing.T, m *Manager)) {
	synctest.Test(t, func(t *testing.T) {
		m := New(cfg)
		test(t, m)
		shut(t, m)
	})
}

func TestNames(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		bob2 := enter(t, m, "  bob \r", "bob", "bob2")
		pipe := enter(t, m, "", "bob", "bob2", "pipe")
		pipe2 := enter(t, m, wire.NoName, "bob", "bob2", "pipe", "pipe2")
		bob.expect(joined("bob2"), joined("pipe"), joined("pipe2"))
		bob2.conn.Close()
		bob.expect(left("bob2"))
		pipe.expect(joined("pipe2"), left("bob2"))
		again := enter(t, m, "bob", "bob", "pipe", "pipe2", "bob2")
		again.send("back")
		pipe2.expect(left("bob2"), joined("bob2"), group("bob2", "back"))
		if st := m.Stats(); st.Joins != 5 || st.Leaves != 1 || st.Online != 4 || st.Lines != 1 {
			t.Errorf("stats %+v", st)
		}
	})
}

func TestLines(t *testing.T) {
	for _, tc := range []struct {
		name string
		send []string
		amy  []string // what the sender "amy smith" gets
		bob  []string // and the other one
	}{
		{name: "typed by a person", send: []string{"hello\r"}, amy: []string{group("amy smith", "hello")}},
		{name: "our own client", send: []string{"a@b@amy smith@" + wire.Group}, amy: []string{group("amy smith", "a@b")}},
		{name: "a claimed sender is text", send: []string{"hi@bob@" + wire.Group}, amy: []string{group("amy smith", "hi@bob@"+wire.Group)}},
		{name: "private", send: []string{"psst@amy smith@bob"}, amy: []string{private("amy smith", "psst", "bob")}},
		{name: "private to oneself", send: []string{"note@amy smith@amy smith"},
			amy: []string{private("amy smith", "note", "amy smith")}, bob: []string{}},
		{name: "nobody of that name", send: []string{"psst@amy smith@eve", "next"}, amy: []string{`{"error":"no such user: eve"}`, group("amy smith", "next")},
			bob: []string{group("amy smith", "next")}},
		{name: "in order", send: []string{"1", "2@amy smith@eve", "3@amy smith@bob", "4", "5\n6"},
			amy: []string{group("amy smith", "1"), `{"error":"no such user: eve"}`, private("amy smith", "3", "bob"),
				group("amy smith", "4"), group("amy smith", "5"), group("amy smith", "6")},
			bob: []string{group("amy smith", "1"), private("amy smith", "3", "bob"),
				group("amy smith", "4"), group("amy smith", "5"), group("amy smith", "6")}},
		{name: "/msg", send: []string{"/msg bob psst"}, amy: []string{private("amy smith", "psst", "bob")}},
		{name: "/msg to a name with a space", send: []string{"/msg amy smith  two"},
			amy: []string{private("amy smith", " two", "amy smith")}, bob: []string{}},
		{name: "/msg to nobody", send: []string{"/msg eve adam psst"}, amy: []string{`{"error":"no such user: eve"}`}, bob: []string{}},
		{name: "/msg with more spaces", send: []string{"/msg  bob psst"}, amy: []string{private("amy smith", "psst", "bob")}},
		{name: "meant for a command", send: []string{" /msg bob psst", "/Reply psst", "next"},
			amy: []string{`{"error":"not said to anybody: write /msg NAME TEXT from the first character on, with one space between; a line that begins with // is text"}`,
				`{"error":"not said to anybody: write /msg NAME TEXT; a line that begins with // is text"}`, group("amy smith", "next")},
			bob: []string{group("amy smith", "next")}},
		{name: "what one does", send: []string{"/me waves"}, amy: []string{group("amy smith", "/me waves")}},
		{name: "/who, each time", send: []string{"/who\n/who\nhi"},
			amy: []string{`["amy smith","bob"]`, `["amy smith","bob"]`, group("amy smith", "hi")}, bob: []string{group("amy smith", "hi")}},
		{name: "slashes", send: []string{"//who", "/whom"}, amy: []string{group("amy smith", "/who"), group("amy smith", "/whom")}},
		{name: "slashes of paths", send: []string{"/usr/bin is full", " /usr/bin"}, amy: []string{group("amy smith", "/usr/bin is full"), group("amy smith", " /usr/bin")}},
		{name: "empty", send: []string{""}, amy: []string{group("amy smith", "")}},
		{name: "noise", send: []string{"a\x00\x1b[2Jb\xff\tc\u0085"}, amy: []string{group("amy smith", "a[2Jb\uFFFD\tc")}},
		{name: "noise in a target", send: []string{"x@amy smith@\x1b\xff" + strings.Repeat("n", 1000)},
			amy: []string{`{"error":"no such user: ` + "\uFFFD" + strings.Repeat("n", maxShown-2) + `"}`}, bob: []string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, Config{}, func(t *testing.T, m *Manager) {
				amy := enter(t, m, "amy smith", "amy smith")
				bob := enter(t, m, "bob", "amy smith", "bob")
				amy.expect(joined("bob"))
				for _, line := range tc.send {
					amy.send(line)
				}
				amy.expect(tc.amy...)
				if tc.bob == nil {
					tc.bob = tc.amy
				}
				bob.expect(tc.bob...)
				synctest.Wait()
				amy.quiet()
				bob.quiet()
			})
		})
	}
}

func TestRefusedNames(t *testing.T) {
	for _, tc := range []struct{ name, asked, want string }{
		{"too long", strings.Repeat("n", 65), "name refused: name is 65 bytes long, at most 64 are allowed"},
		{"a claim", "a@b", "name refused: name has an @ in it"},
		{"control", "a\x1bb", "name refused: name has a control character in it"},
		{"not UTF-8", "\xff", "name refused: name is not valid UTF-8"},
		{"the group", wire.Group, "name refused: name is that of the group"},
		{"like the group", "–––Group\u00a0chat———", "name refused: name is that of the group"},
		{"like the server", "＊\u200b", "name refused: name is that of the server"},
		{"unseen", "\u200b\u3164", "name refused: name has nothing in it that can be seen"},
		{"no end", strings.Repeat("n", 5000), "name refused: no end of the name line in 4096 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, Config{}, func(t *testing.T, m *Manager) {
				other := enter(t, m, "other", "other")
				u := visit(t, m)
				go u.conn.Write([]byte(tc.asked + "\n"))
				u.expect(`{"error":"` + tc.want + `"}`)
				u.ends()
				synctest.Wait()
				other.quiet()
				if st := m.Stats(); st.LoginFailures[wire.BadName] != 1 || st.Joins != 1 || st.Connections != 1 {
					t.Errorf("stats %+v", st)
				}
			})
		})
	}
}

func TestLoginDeadline(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		begin := time.Now()
		u := visit(t, m)
		u.conn.Write([]byte("bo")) // progress is not enough
		u.expect(`{"error":"no name came in time"}`)
		u.ends()
		if d := time.Since(begin); d != 10*time.Second {
			t.Errorf("refused after %v, want 10 s", d)
		}
		gone := visit(t, m)
		gone.conn.Write([]byte("half a name"))
		gone.conn.Close()
		synctest.Wait()
		if st := m.Stats(); st.LoginFailures[wire.LoginTimeout] != 1 || st.Dropouts != 1 || st.Connections != 0 {
			t.Errorf("stats %+v", st)
		}
		bob := enter(t, m, "bob", "bob")
		<-time.After(time.Hour) // the deadline is the login's only
		bob.send("still here")
		bob.expect(group("bob", "still here"))
	})
}

func TestLinesBehindTheName(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		u := visit(t, m)
		u.send("bob\none\ntwo")
		u.greeted("bob")
		u.expect(group("bob", "one"), group("bob", "two"))
	})
}

func TestLongLines(t *testing.T) {
	inBubble(t, Config{MaxLine: 100}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		amy := enter(t, m, "amy", "bob", "amy")
		bob.expect(joined("amy"))
		fits := strings.Repeat("f", 100)
		bob.send("before")
		bob.send(fits + "x")
		bob.send(strings.Repeat("y", 300_000))
		bob.send(fits)
		bob.expect(group("bob", "before"), `{"error":"line too long"}`, `{"error":"line too long"}`, group("bob", fits))
		amy.expect(group("bob", "before"), group("bob", fits))
		if n := m.Stats().LongLines; n != 2 {
			t.Errorf("%d long lines counted, want 2", n)
		}
	})
}

func TestLineInPieces(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		amy := enter(t, m, "amy", "bob", "amy")
		for _, b := range []byte("héllo\nbye\nunfinished") {
			bob.conn.Write([]byte{b})
		}
		bob.conn.Close()
		amy.expect(group("bob", "héllo"), group("bob", "bye"), left("bob"))
		synctest.Wait()
		amy.quiet()
	})
}

func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{})
		bob := enter(t, m, "bob", "bob")
		amy := enter(t, m, "amy", "bob", "amy")
		nameless := visit(t, m)
		synctest.Wait()
		bob.send("last words")
		bob.conn.Write([]byte("unfinished"))
		synctest.Wait()
		shut(t, m)
		bob.expect(joined("amy"), group("bob", "last words"), `{"error":"the server is shutting down"}`)
		bob.ends()
		amy.expect(group("bob", "last words"), `{"error":"the server is shutting down"}`)
		amy.ends()
		nameless.expect(`{"error":"the server is shutting down"}`)
		nameless.ends()
		late := visit(t, m)
		late.ends()
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Serve(ln); err != ErrShutdown {
			t.Errorf("Serve after shutdown: %v", err)
		}
		if st := m.Stats(); st.Connections != 0 {
			t.Errorf("%d connections left", st.Connections)
		}
	})
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{})
		server, client := net.Pipe()
		defer client.Close()
		go m.ServeConn(server)
		client.Write([]byte("bob\n")) // and it reads nothing, not even its welcome
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		synctest.Wait()
		if err := m.Shutdown(ctx); err != context.DeadlineExceeded {
			t.Errorf("shutdown: %v, want the deadline", err)
		}
	})
}

func TestNewcomerThatDoesNotRead(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		for _, others := range []bool{false, true} {
			var amy *user
			if others {
				amy = enter(t, m, "amy", "amy")
			}
			server, client := net.Pipe()
			defer client.Close()
			begin := time.Now()
			go m.ServeConn(server)
			client.Write([]byte("bob\n"))
			if others {
				amy.expect(joined("bob"), left("bob"))
				if d := time.Since(begin); d > 5*time.Second {
					t.Errorf("the leave came after %v", d)
				}
			} else {
				<-time.After(6 * time.Second)
			}
		}
		synctest.Wait()
		if st := m.Stats(); st.Evicted[wire.Stalled] != 2 || st.Online != 1 || st.Connections != 1 {
			t.Errorf("stats %+v", st)
		}
	})
}

func TestWhoDoesNotGrowMemory(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		server, client := net.Pipe()
		defer client.Close()
		go m.ServeConn(server)
		client.Write([]byte("bob\n"))
		in := make([]byte, 1000)
		client.Read(in)
		if _, err := client.Write([]byte(strings.Repeat("/who\n", 100))); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		m.seq.feed.Lock()
		owed := m.seq.feed.OwedLocked(bobOf(m).sub)
		m.seq.feed.Unlock()
		if want := int64(len("[\"bob\"]\n")); owed != want {
			t.Errorf("%d bytes of answers are made for one who does not read, want %d", owed, want)
		}
		u := sit(t, client)
		for range 100 {
			u.expect(`["bob"]`)
		}
	})
}

func bobOf(m *Manager) *session { return m.seq.state.room.Lookup("bob").Session.(*stay).session }

// bomb is a connection that panics when it reads a certain line.
type bomb struct{ net.Conn }

func (b bomb) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if string(p[:n]) == "boom\n" {
		panic("bang")
	}
	return n, err
}

func TestPanicsAreContained(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		amy := enter(t, m, "amy", "amy")
		server, client := net.Pipe()
		go m.ServeConn(bomb{server})
		bob := sit(t, client)
		bob.send("bob")
		bob.greeted("amy", "bob")
		bob.send("hi")
		bob.expect(group("bob", "hi"))
		bob.send("boom")
		bob.ends()
		amy.expect(joined("bob"), group("bob", "hi"), left("bob"))
		if n := m.Stats().Panics; n != 1 {
			t.Errorf("%d panics counted, want 1", n)
		}
	})
}
