package manager

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/wire"
)

// Names of nobody, and one who leaves at once.
func TestIRCLeavesEarly(t *testing.T) {
	for _, first := range []string{"", "CAP LS\r\n", "NICK bob\r\n", "NICK bob\r\nQUIT\r\n", "CAP LS\r\nQUIT\r\n"} {
		inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
			u := visit(t, m)
			if _, err := u.conn.Write([]byte(first)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			u.conn.Close()
			time.Sleep(20 * time.Second)
			if st := m.Stats(); st.Online != 0 || st.Connections != 0 || st.Panics != 0 {
				t.Errorf("%q leaves %+v", first, st)
			}
		})
	}
}

func TestIRCEndless(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		u := visit(t, m)
		u.sayAll(append([]string{"CAP LS"}, slices.Repeat([]string{"PING x"}, ircLines)...)...)
		for range ircLines {
			<-u.got
		}
		u.expectIRC("ERROR :Closing link: no name came in time")
		u.ends()
		u.conn.Close()
	})
}

// Whoever is put out is told so in its own words, and everybody else.
func TestIRCEnds(t *testing.T) {
	inBubble(t, Config{Detect: true, MaxUsers: 3}, func(t *testing.T, m *Manager) {
		amy := enterIRC(t, m, "amy", "amy")
		bob := enterIRC(t, m, "bob", "amy", "bob")
		cat := enterIRC(t, m, "cat", "amy", "bob", "cat")
		amy.expectIRC(cameIRC("bob"), cameIRC("cat"))
		bob.expectIRC(cameIRC("cat"))
		full := visit(t, m)
		full.sayAll("NICK dan", "USER d 0 * :d")
		full.expectIRC("ERROR :Closing link: the room is full")
		full.ends()
		if err := m.Kick("bob", ""); err != nil {
			t.Fatal(err)
		}
		bob.expectIRC(">KICK #chat bob :removed by the operator", "ERROR :Closing link: removed by the operator")
		bob.ends()
		amy.expectIRC(":bob!u@chatsim QUIT :kicked")
		cat.expectIRC(":bob!u@chatsim QUIT :kicked")
		cat.sayAll("PART #chat")
		cat.expectIRC("ERROR :Closing link: you have left")
		amy.expectIRC(":cat!u@chatsim QUIT :quit")
		cat.ends()
		go func() { full.conn.Close(); bob.conn.Close(); cat.conn.Close() }()
		shut(t, m)
		amy.expectIRC("ERROR :Closing link: the server is shutting down")
		amy.ends()
	})
}

func TestIRCLimits(t *testing.T) {
	inBubble(t, Config{Detect: true, LineRate: 10, LineBurst: 5}, func(t *testing.T, m *Manager) {
		amy := enterIRC(t, m, "amy", "amy")
		start := time.Now()
		amy.sayAll(strings.Repeat("x", wire.DefaultMaxLine+1), "PING 1", "PING 2", "PING 3")
		amy.expectIRC(">417 amy :Input line was too long", ">PONG room.chatsim :1", ">NOTICE amy :more than 10 lines a second: the others are read later")
		amy.expectIRC(">PONG room.chatsim :2", ">PONG room.chatsim :3")
		if took := time.Since(start); took < 200*time.Millisecond {
			t.Errorf("the limit slows nobody: %v", took)
		}
	})
}

// A publication that was encoded before anybody read IRC is encoded again.
func TestIRCEncodedInTime(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		var st *stay
		m.mu.Lock()
		for s := range m.sessions {
			st = &s.stay
		}
		m.mu.Unlock()
		p := new(publication)
		p.say("bob", []byte("before"))
		p.say("bob", []byte("and more"))
		p.encode(st, m.seq.feed.Read())
		amy := enterIRC(t, m, "amy", "bob", "amy")
		if done, err := m.seq.tryPublish(st, p); done || err != nil {
			t.Fatalf("published in one form only: %v, %v", done, err)
		}
		if err := m.seq.publish(st, p); err != nil {
			t.Fatal(err)
		}
		amy.expectIRC(saidBy("bob", "before"), saidBy("bob", "and more"))
		bob.expect(joined("amy"), group("bob", "before"), group("bob", "and more"))
	})
}

// Everybody reads one order, whatever they speak, and nobody who does not want
// to reads its own lines.
func TestIRCOneOrder(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		const lines = 200
		roster := []string{}
		var talkers []*user
		for i := range 4 {
			name := fmt.Sprint("user", i)
			roster = append(roster, name)
			if i%2 == 0 {
				talkers = append(talkers, enter(t, m, name, roster...))
			} else {
				talkers = append(talkers, enterIRC(t, m, name, roster...))
			}
		}
		ear := enter(t, m, "ear", append(roster, "ear")...)
		for i, u := range talkers {
			go func() {
				for n := range lines {
					line := fmt.Sprintf("line %d of %d", n, i)
					if i%2 == 1 {
						line = "PRIVMSG #chat :" + line + "\r"
					}
					if _, err := u.conn.Write([]byte(line + "\n")); err != nil {
						return
					}
				}
			}()
		}
		var order []string
		for range 4 * lines {
			_, text, _ := strings.Cut(<-ear.got, ":")
			text, _, _ = strings.Cut(text, "@")
			order = append(order, text)
		}
		for i, u := range talkers {
			var want, got []string
			for _, text := range order {
				if i%2 == 0 || !strings.HasSuffix(text, fmt.Sprint(" of ", i)) {
					want = append(want, text)
				}
			}
			for len(got) < len(want) {
				line := <-u.got
				if at := strings.Index(line, ":line "); at >= 0 {
					text, _, _ := strings.Cut(strings.TrimRight(line[at+1:], "\r"), "@")
					got = append(got, text)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("user%d has another order", i)
			}
		}
	})
}

// TestIRCOverSockets is over TCP with a client that reads slowly: its place in
// the feed is like everybody's.
func TestIRCOverSockets(t *testing.T) {
	m := New(Config{Detect: true})
	addr := open(t, m)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	u := sit(t, conn)
	u.sayAll("NICK amy", "USER a 0 * :a")
	u.greetedIRC("amy", "amy")
	other, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	bob := sit(t, other)
	bob.send("bob")
	bob.greeted("amy", "bob")
	u.expectIRC(cameIRC("bob"))
	for n := range 2000 {
		bob.send(fmt.Sprint("line ", n))
	}
	for n := range 2000 {
		u.expectIRC(saidBy("bob", fmt.Sprint("line ", n)))
	}
	u.sayAll("PRIVMSG #chat :done", "PING x")
	u.expectIRC(">PONG room.chatsim :x")
}
