package manager

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/wire"
)

// TestNobodyWaitsForTheNameless has a thousand who say nothing and a thousand
// who send a byte of their name a second, while others come and talk.
func TestNobodyWaitsForTheNameless(t *testing.T) {
	const crowd = 1000
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		begin := time.Now()
		var waiting sync.WaitGroup
		ends := make(chan string, 2*crowd)
		for i := range 2 * crowd {
			server, client := net.Pipe()
			go m.ServeConn(server)
			waiting.Go(func() {
				words, err := io.ReadAll(client)
				ends <- fmt.Sprintf("%s%v after %v", words, err, time.Since(begin))
			})
			if i < crowd {
				continue
			}
			waiting.Go(func() {
				for {
					if _, err := client.Write([]byte("x")); err != nil {
						return
					}
					<-time.After(time.Second)
				}
			})
		}
		amy := enter(t, m, "amy", "amy")
		for i := range 9 {
			<-time.After(time.Second)
			now := time.Now()
			bob := enter(t, m, "bob", "amy", "bob")
			amy.send(fmt.Sprint(i))
			bob.expect(group("amy", fmt.Sprint(i)))
			bob.conn.Close()
			amy.expect(joined("bob"), group("amy", fmt.Sprint(i)), left("bob"))
			if took := time.Since(now); took != 0 {
				t.Errorf("to come, to be heard and to leave took %v", took)
			}
		}
		synctest.Wait()
		if n := m.Stats().Connections; n != 2*crowd+1 {
			t.Errorf("%d connections before the deadline, want %d", n, 2*crowd+1)
		}
		waiting.Wait()
		for range 2 * crowd {
			if got, want := <-ends, `{"error":"no name came in time"}`+"\n<nil> after 10s"; got != want {
				t.Fatalf("a nameless one got %q, want %q", got, want)
			}
		}
		if st := m.Stats(); st.Connections != 1 || st.LoginFailures[wire.LoginTimeout] != 2*crowd {
			t.Errorf("%d connections after the deadline, want 1; %d refused, want %d",
				st.Connections, st.LoginFailures[wire.LoginTimeout], 2*crowd)
		}
	})
}

// TestNewcomersTakeTurns has newcomers who read nothing come before others: each keeps
// those from their greeting for no longer than a turn, and nobody who talks.
func TestNewcomersTakeTurns(t *testing.T) {
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		amy := enter(t, m, "amy", "amy")
		unread := 10 * cap(m.turns)
		for i := range unread {
			server, client := net.Pipe()
			go m.ServeConn(server)
			defer client.Close()
			name := fmt.Sprintf("unread%d", i)
			fmt.Fprintln(client, name)
			amy.expect(joined(name))
		}
		synctest.Wait() // all have their turn or wait for it
		begin := time.Now()
		amy.send("on")
		amy.expect(group("amy", "on"))
		if took := time.Since(begin); took != 0 {
			t.Errorf("a line took %v", took)
		}
		server, client := net.Pipe()
		go m.ServeConn(server)
		fmt.Fprintln(client, "bob")
		welcome, err := bufio.NewReader(client).ReadString('\n')
		if took := time.Since(begin); err != nil || took > 10*turnTime || took < 9*turnTime {
			t.Errorf("bob was told %q, %v after %v", welcome, err, took)
		}
		client.Close()
	})
}

// TestDribblers has a thousand users who send their lines a byte a second, for
// as long as they like: nobody waits for them, and what they say is whole.
func TestDribblers(t *testing.T) {
	const line = "ten bytes\n"
	crowd := 1000
	if testing.Short() {
		crowd = 200 // each hears the joins of all others
	}
	inBubble(t, Config{}, func(t *testing.T, m *Manager) {
		amy, bob := &audience{}, enter(t, m, "bob", "bob")
		listen(t, m, "amy", amy)
		bob.expect(joined("amy"))
		var dribbling sync.WaitGroup
		for i := range crowd {
			server, client := net.Pipe()
			go m.ServeConn(server)
			go io.Copy(io.Discard, client)
			fmt.Fprintf(client, "dribbler%d\n", i)
			bob.expect(joined(fmt.Sprintf("dribbler%d", i)))
			dribbling.Go(func() {
				for k := range len(line) {
					client.Write([]byte(line[k:][:1]))
					<-time.After(time.Second)
				}
				client.Close()
			})
		}
		for i := range len(line) - 1 {
			now := time.Now()
			bob.send(fmt.Sprint(i))
			bob.expect(group("bob", fmt.Sprint(i)))
			if took := time.Since(now); took != 0 {
				t.Errorf("a line took %v", took)
			}
			<-time.After(time.Second)
		}
		dribbling.Wait()
		synctest.Wait()
		if st := m.Stats(); st.Lines != uint64(crowd+len(line)-1) || st.Leaves != uint64(crowd) || st.Online != 2 || amy.lines != int(st.Lines) {
			t.Errorf("amy heard %d lines; stats %+v", amy.lines, st)
		}
	})
}

// TestNamelessOverSockets is the deadline again where the kernel keeps it.
func TestNamelessOverSockets(t *testing.T) {
	const crowd, deadline = 1000, time.Second
	m, addr := serve(t, Config{LoginTimeout: deadline})
	amy := come(t, addr, "amy", "amy")
	var nameless []net.Conn
	for range crowd {
		conn := dial(t, addr)
		conn.Write([]byte("half a na"))
		nameless = append(nameless, conn)
		if len(nameless)%20 == 0 {
			bob := come(t, addr, "bob", "amy", "bob")
			bob.conn.Close()
			amy.expect(joined("bob"), left("bob"))
		}
	}
	for _, conn := range nameless {
		words, err := io.ReadAll(conn)
		if want := `{"error":"no name came in time"}` + "\n"; string(words) != want || err != nil {
			t.Fatalf("a nameless one got %q, %v; want %q", words, err, want)
		}
		conn.Close()
	}
	settle(t, func() bool { return m.Stats().Connections == 1 })
	if n := m.Stats().LoginFailures[wire.LoginTimeout]; n != crowd {
		t.Errorf("%d refused, want %d", n, crowd)
	}
}

// limit is how long anything may take before a test has failed. The machine may
// have other work: only what does not end at all takes so long.
const limit = time.Minute

// settle waits for what must come to pass soon.
func settle(t testing.TB, done func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for begin := time.Now(); !done(); <-tick.C {
		if time.Since(begin) > limit {
			t.Fatal("it does not come to rest")
		}
	}
}

// descriptors returns how many files are open, 0 where the system does not tell.
func descriptors() int {
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(names)
}

// TestManyStays has one hundred thousand stays, some of them refused, some under
// one name: no goroutine, descriptor or name is left.
func TestManyStays(t *testing.T) {
	stays, sockets := 100_000, 5_000
	if testing.Short() {
		stays, sockets = 5_000, 500
	}
	m, addr := serve(t, Config{})
	amy := &audience{}
	listen(t, m, "amy", amy)
	m.lot.open() // it has descriptors of its own
	before, open, routines := memory(), descriptors(), runtime.NumGoroutine()
	var coming sync.WaitGroup
	for range 4 {
		coming.Go(func() {
			for i := range (stays - sockets) / 4 {
				name := []string{"bob\nhi\n", "", "amy\n\n", "b@b\n", "half", "\nhi\nhalf"}[i%6]
				m.ServeConn(&script{pieces: [][]byte{[]byte(name)}})
			}
		})
		coming.Go(func() {
			for i := range sockets / 4 {
				conn, err := net.Dial("tcp", addr)
				if err != nil {
					t.Error(err)
					return
				}
				fmt.Fprintf(conn, "bob\nhi\nhalf a li")
				if i%2 == 0 {
					conn.Read(make([]byte, 1)) // the welcome: it is in
				}
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
		})
	}
	coming.Wait()
	settle(t, func() bool { return m.Stats().Connections == 0 && runtime.NumGoroutine() <= routines })
	st := m.Stats()
	if st.Online != 1 || st.Joins != st.Leaves+1 || st.Joins < uint64(stays/3) || st.Panics != 0 {
		t.Errorf("stats %+v", st)
	}
	if n := descriptors(); n > open {
		t.Errorf("%d descriptors are open, %d were before", n, open)
	}
	if grown := memory() - before; grown > 4<<20 {
		t.Errorf("%d bytes more are in use than before", grown)
	}
	m.seq.feed.Lock()
	names := slices.Collect(m.seq.state.room.Roster().Names())
	first, _ := m.seq.state.room.Join("bob")
	m.seq.state.room.Leave(first)
	m.seq.feed.Unlock()
	if first.Name() != "bob" {
		t.Errorf("bob is taken for ever: %q", names)
	}
	t.Logf("%d connections: %d joins, %d lines, %d refused, %d dropouts", stays, st.Joins, st.Lines, st.LoginFailures[wire.BadName], st.Dropouts)
}
