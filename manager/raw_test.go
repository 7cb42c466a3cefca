package manager

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/wire"
)

// rawUser is a client of the raw dialect: each write of the server comes as one
// read.
type rawUser struct {
	t    *testing.T
	conn net.Conn
	got  chan string
	at   []time.Time // when each came, once got is closed
}

// enterRaw sends a name without an end over a pipe and reads the first roster.
func enterRaw(t *testing.T, m *Manager, name string, roster ...string) *rawUser {
	t.Helper()
	server, client := net.Pipe()
	go m.ServeConn(server)
	u := &rawUser{t: t, conn: client, got: make(chan string, 10000)}
	go func() {
		defer close(u.got)
		b := make([]byte, 64<<10)
		for {
			n, err := client.Read(b)
			if err != nil {
				return
			}
			u.at = append(u.at, time.Now())
			u.got <- string(b[:n])
		}
	}()
	u.send(name)
	if len(roster) > 0 {
		u.expect(names(roster...))
	}
	return u
}

func names(of ...string) string { return `["` + strings.Join(of, `","`) + `"]` }

func (u *rawUser) send(message string) {
	u.t.Helper()
	if _, err := io.WriteString(u.conn, message); err != nil {
		u.t.Fatalf("send %q: %v", message, err)
	}
}

func (u *rawUser) expect(frames ...string) {
	u.t.Helper()
	for _, want := range frames {
		if got, ok := <-u.got; !ok || got != want {
			u.t.Fatalf("got  %q (stream open: %v)\nwant %q", got, ok, want)
		}
	}
}

const all = "@" + wire.Group

func TestRawBesideLines(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		amy := enter(t, m, "amy", "amy")
		bob := enterRaw(t, m, "bob", "amy", "bob")
		amy.expect(joined("bob"))
		amy.send("mail me: amy@home")
		bob.expect(" amy:mail me: amy＠home@amy" + all)
		bob.send("hi@bob" + all)
		amy.expect(group("amy", "mail me: amy@home"), group("bob", "hi"))
		bob.expect(" bob:hi@bob" + all)

		again := enterRaw(t, m, "bob", "amy", "bob", "bob2")
		amy.expect(joined("bob2"))
		bob.expect(names("amy", "bob", "bob2"))
		amy.send("/msg bob2 psst")
		again.expect(" amy:psst@amy@bob") // the name that it knows itself by
		again.send("back@bob@amy")
		again.expect(" bob2:back@bob@amy")
		amy.expect(private("amy", "psst", "bob2"), private("bob2", "back", "amy"))
		again.send("x@bob@eve")
		again.expect(" *:no such user: eve@*@bob")

		bob.conn.Close()
		amy.expect(left("bob"))
		again.expect(names("amy", "bob2"))
		unnamed := enterRaw(t, m, wire.NoName, "amy", "bob2", "pipe")
		unnamed.conn.Close()
		amy.expect(joined("pipe"), left("pipe"))
		again.conn.Close()
		amy.expect(left("bob2"))
	})
}

// Whatever reads make of what was sent, the messages are the same.
func TestRawMessagesApart(t *testing.T) {
	for name, sends := range map[string][]string{
		"one by one":         {"小明 1@bob" + all, "2@bob@amy", "3@bob" + all},
		"glued":              {"小明 1@bob" + all + "2@bob@amy3@bob" + all},
		"cut in a rune":      {"小\xe6", "\x98\x8e 1@bob" + all + "2@bob@a", "my3@bob" + all},
		"cut everywhere":     strings.SplitAfter("小明 1@bob"+all+"2@bob@amy3@bob"+all, ""),
		"right behind names": nil,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
				amy := enter(t, m, "amy", "amy")
				first := "bob"
				if sends == nil {
					first += "小明 1@bob" + all + "2@bob@amy3@bob" + all
				}
				bob := enterRaw(t, m, first, "amy", "bob")
				for _, s := range sends {
					bob.send(s)
				}
				amy.expect(joined("bob"), group("bob", "小明 1"), private("bob", "2", "amy"), group("bob", "3"))
				bob.expect(" bob:小明 1@bob"+all, " bob:2@bob@amy", " bob:3@bob"+all)
			})
		})
	}
}

// A private text never becomes public because its target has just left, and
// what is not to be told apart is an error.
func TestRawPrivateStaysPrivate(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		amy := enter(t, m, "amy", "amy")
		amyx := enter(t, m, "amyx", "amy", "amyx")
		bob := enterRaw(t, m, "bob", "amy", "amyx", "bob")
		amyx.conn.Close()
		bob.expect(names("amy", "bob"))
		bob.send("secret@bob@amyxhello@bob" + all)
		bob.expect(" *:no such user: amyx@*@bob", " bob:hello@bob"+all)
		bob.send("secret@bob@zoehello@bob" + all)
		bob.expect(" *:no such user: zoehello@*@bob")
		bob.send("just text")
		bob.expect(" bob:just text@bob" + all)
		amy.expect(joined("amyx"), joined("bob"), left("amyx"), group("bob", "hello"), group("bob", "just text"))
		synctest.Wait()
		amy.quiet()
	})
}

func TestRawLimits(t *testing.T) {
	inBubble(t, Config{Detect: true, MaxLine: 100}, func(t *testing.T, m *Manager) {
		bob := enterRaw(t, m, "bob", "bob")
		bob.send(strings.Repeat("x", 5000))
		bob.expect(" *:line too long@*@bob")
		bob.send(strings.Repeat("x", 50) + "@bob" + all) // still of that one
		time.Sleep(2 * m.cfg.RawWait)
		bob.send("again@bob" + all)
		bob.expect(" bob:again@bob" + all)
		bad := enterRaw(t, m, "a\x1bb")
		bad.expect(" *:name refused: name has a control character in it@*" + all)
		if _, ok := <-bad.got; ok {
			t.Error("the refused one is still there")
		}
	})
}

// A message without an end is complete when its sender leaves.
func TestRawLastWords(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		amy := enter(t, m, "amy", "amy")
		bob := enterRaw(t, m, "bob", "amy", "bob")
		bob.send("bye@bob@amyand all")
		bob.conn.Close()
		amy.expect(joined("bob"), left("bob")) // amyand all is nobody
		bob = enterRaw(t, m, "bob", "amy", "bob")
		bob.send("bye all")
		bob.conn.Close()
		amy.expect(joined("bob"), group("bob", "bye all"), left("bob"))
	})
}

// Frames come one a write, spaced; many joins at once cost few rosters, and the
// last one is right within a second.
func TestRawSpacing(t *testing.T) {
	inBubble(t, Config{Detect: true}, func(t *testing.T, m *Manager) {
		bob := enterRaw(t, m, "bob", "bob")
		start := time.Now()
		var want []string
		for n := range 200 {
			name := fmt.Sprintf("n%03d", n)
			visit(t, m).send(name)
			want = append(want, name)
			if n%4 == 0 {
				time.Sleep(20 * time.Millisecond)
			}
		}
		talker := visit(t, m)
		talker.send("talker")
		for range 50 {
			talker.send("line")
			time.Sleep(20 * time.Millisecond)
		}
		joins := time.Second // that they took
		lines, last := 0, ""
		var shown []int // which of the frames are rosters; the first one was read
		for frame := 1; lines < 50; frame++ {
			if got := <-bob.got; got == " talker:line@talker"+all {
				lines++
			} else {
				shown, last = append(shown, frame), got
			}
		}
		if took := time.Since(start); took > joins+time.Second+time.Second {
			t.Errorf("the last line came after %v", took)
		}
		var f wire.Frame
		if err := f.Parse([]byte(last)); err != nil || len(last) > wire.RawMax || len(f.Names) < 100 || string(f.Names[1]) != want[0] {
			t.Errorf("the last roster is %q (%v)", last, err)
		}
		if len(shown) > 80 {
			t.Errorf("%d rosters for 200 joins", len(shown))
		}
		bob.conn.Close()
		for range bob.got {
		}
		for i := range bob.at[1:] {
			if gap := bob.at[i+1].Sub(bob.at[i]); gap < leastSpacing {
				t.Fatalf("frames %d and %d are %v apart", i, i+1, gap)
			}
		}
		for i := range shown[1:] {
			if gap := bob.at[shown[i+1]].Sub(bob.at[shown[i]]); gap < rosterSpacing*m.cfg.RawSpacing {
				t.Fatalf("rosters %d and %d are %v apart", i, i+1, gap)
			}
		}
	})
}

// A shutdown does not wait for the pauses between frames for longer than it has
// to, and everybody is told.
func TestRawShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Detect: true})
		bob := enterRaw(t, m, "bob", "bob")
		var want []string
		for n := range 20 {
			bob.send(fmt.Sprintf("%d@bob%s", n, all))
			want = append(want, fmt.Sprintf(" bob:%d@bob%s", n, all))
		}
		synctest.Wait()
		go shut(t, m)
		bob.expect(append(want, " *:the server is shutting down@*@bob")...)
		if _, ok := <-bob.got; ok {
			t.Error("something comes after the end")
		}
	})
}

func TestPast(t *testing.T) {
	var p past
	for n := range 3 * maxPast {
		p.add(fmt.Sprint(n % (2 * maxPast)))
	}
	var got []string
	for name := range p.names {
		got = append(got, name)
	}
	if len(got) != maxPast || len(p.ring) != maxPast || slices.Contains(got, fmt.Sprint(2*maxPast-1)) || !slices.Contains(got, fmt.Sprint(maxPast-1)) {
		t.Errorf("%d names of %d places", len(got), len(p.ring))
	}
}
