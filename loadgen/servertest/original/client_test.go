package original_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen/servertest/original"
	"chatsim/manager"
	"chatsim/manager/wire"
)

// room returns a live room on loopback.
func room(t *testing.T) (addr string, m *manager.Manager) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m = manager.New(manager.Config{Detect: true})
	done := make(chan struct{})
	go func() { defer close(done); m.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		m.Shutdown(ctx)
		<-done
	})
	return ln.Addr().String(), m
}

func start(t *testing.T, addr, name string) *original.Client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c, err := original.Start(conn, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// until reads what the client shows until something fits; it must stay alive.
func until(t *testing.T, c *original.Client, what string, fits func(original.Shown) bool) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case s := <-c.Got:
			if s.Died != "" {
				t.Fatalf("waiting for %s the client has died of %s", what, s.Died)
			}
			if fits(s) {
				return
			}
		case <-limit:
			t.Fatalf("%s does not come", what)
		}
	}
}

func line(text string) func(original.Shown) bool {
	return func(s original.Shown) bool { return s.Line == " "+text }
}

func roster(names ...string) func(original.Shown) bool {
	return func(s original.Shown) bool { return slices.Equal(s.Roster, names) }
}

// The original's client joins a room of today, is listed, talks, is talked to
// alone, and leaves in each way, beside clients of the line dialect.
func TestOriginalClientInARoomOfToday(t *testing.T) {
	addr, m := room(t)
	amy, err := chatter.Dial(context.Background(), addr, "amy")
	if err != nil {
		t.Fatal(err)
	}
	defer amy.Close()
	bob := start(t, addr, "bob")
	until(t, bob, "its roster", roster("amy", "bob"))
	bob2 := start(t, addr, "bob")
	until(t, bob2, "its roster", roster("amy", "bob", "bob2"))
	until(t, bob, "the newcomer", roster("amy", "bob", "bob2"))
	bob.Send("hello @ all", wire.Group)
	until(t, bob, "its own line", line("bob:hello ＠ all"))
	until(t, bob2, "the line", line("bob:hello ＠ all"))
	amy.Tell("bob2", []byte("psst"))
	until(t, bob2, "the private line", line("amy:psst"))
	bob2.Send("back", "amy")
	until(t, bob2, "its private line", line("bob2:back"))
	bob2.Send("x", "nobody")
	until(t, bob2, "the error", line("*:no such user: nobody"))
	amy.Say([]byte(strings.Repeat("long", 900)))
	until(t, bob, "the long line", func(s original.Shown) bool { return strings.HasSuffix(s.Line, "…") && s.To == wire.Group })
	bob2.Conn.(*net.TCPConn).SetLinger(0)
	bob2.Conn.Close()
	until(t, bob, "the RST", roster("amy", "bob"))
	bob.Conn.(*net.TCPConn).CloseWrite()
	var f chatter.Frame
	for gone := 0; gone < 2; {
		if err := amy.Next(&f); err != nil {
			t.Fatal(err)
		}
		if f.Kind == wire.Leave {
			gone += len(f.Names)
		}
	}
	if st := m.Stats(); st.Online != 1 || st.Leaves != 2 || st.Dropouts != 0 {
		t.Errorf("stats %+v", st)
	}
}

// 200 who join at once and 50 lines a second are not too much for it.
func TestOriginalClientInABusyRoom(t *testing.T) {
	addr, _ := room(t)
	bob := start(t, addr, "bob")
	until(t, bob, "its roster", roster("bob"))
	want := []string{"bob"}
	var crowd []*chatter.Client
	for n := range 200 {
		name := fmt.Sprintf("n%03d", n)
		c, err := chatter.Dial(context.Background(), addr, name)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		crowd = append(crowd, c)
		want = append(want, name)
	}
	var f chatter.Frame
	for _, c := range crowd {
		for f.Kind = wire.Invalid; f.Kind != wire.Roster; {
			if err := c.Next(&f); err != nil {
				t.Fatal(err)
			}
		}
	}
	joined := time.Now()
	until(t, bob, "the roster of all", func(s original.Shown) bool { return len(s.Roster) > 100 })
	if took := time.Since(joined); took > 5*time.Second {
		t.Errorf("the roster came after %v", took)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := range 50 {
		<-tick.C
		if err := crowd[n].Say(fmt.Append(nil, "line ", n)); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 50 {
		text := fmt.Sprintf(":line %d", n)
		until(t, bob, text, func(s original.Shown) bool { return strings.HasSuffix(s.Line, text) })
	}
}
