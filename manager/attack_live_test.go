package manager_test

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chatsim/manager"
)

var (
	attackAddr = flag.String("attack", "", "address of a live room to attack; none: one of the test's own")
	attackOnly = flag.String("attack.only", "", "regular expression for the names of the attacks to make")
	attackPace = flag.Duration("attack.pace", 10*time.Millisecond, "least time between two connections of one attacker")
	attackFor  = flag.Duration("attack.for", 500*time.Millisecond, "how long to attack")
)

// attack is one way to do a room harm: called again and again by a number of
// attackers, each time with a new connection, until the context is done.
type attack struct {
	name string
	many int // attackers at once
	harm func(ctx context.Context, c *net.TCPConn) error
	done atomic.Int64
}

func attacks() []*attack {
	return []*attack{
		{name: "silent without a name", many: 100, harm: silent},
		{name: "name, a byte a second", many: 100, harm: func(ctx context.Context, c *net.TCPConn) error {
			return dribble(ctx, c, "a name that never ends")
		}},
		{name: "line, a byte a second", many: 100, harm: func(ctx context.Context, c *net.TCPConn) error {
			return errors.Join(login(c, "dribbler"), dribble(ctx, c, "a line that takes its time\n"))
		}},
		{name: "binary noise", many: 4, harm: noisy},
		{name: "names that cannot be", many: 2, harm: func(ctx context.Context, c *net.TCPConn) error {
			fmt.Fprintf(c, "\x1b]0;%s\a@\xff\n", strings.Repeat("n", 100))
			return rest(ctx, c)
		}},
		{name: "lines of 16 MiB", many: 2, harm: endless},
		{name: "reset in mid-line", many: 4, harm: func(_ context.Context, c *net.TCPConn) error {
			fmt.Fprint(c, "rst\nwhole\nhalf a li")
			return errors.Join(c.SetLinger(0), c.Close())
		}},
		{name: "stalled readers", many: 20, harm: func(ctx context.Context, c *net.TCPConn) error {
			if err := errors.Join(c.SetReadBuffer(4<<10), login(c, "stalled")); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		}},
		{name: "askers who do not read", many: 4, harm: func(ctx context.Context, c *net.TCPConn) error {
			if err := errors.Join(c.SetReadBuffer(4<<10), login(c, "asker")); err != nil {
				return err
			}
			return flood(ctx, c, []byte(strings.Repeat("/who\nto nobody@asker@nobody\n/msg bob hi\n", 100)))
		}},
		{name: "come and go", many: 4, harm: func(ctx context.Context, c *net.TCPConn) error {
			if err := errors.Join(login(c, "rst"), c.CloseWrite()); err != nil {
				return err
			}
			return rest(ctx, c)
		}},
	}
}

// login sends a name and waits for the first byte of the answer.
func login(c *net.TCPConn, name string) error {
	if _, err := fmt.Fprintln(c, name); err != nil {
		return err
	}
	_, err := c.Read(make([]byte, 1))
	return err
}

// rest reads to the end.
func rest(_ context.Context, c *net.TCPConn) error {
	_, err := io.Copy(io.Discard, c)
	return err
}

func silent(ctx context.Context, c *net.TCPConn) error { return rest(ctx, c) }

// dribble sends words a byte a second, while somebody reads.
func dribble(ctx context.Context, c *net.TCPConn, words string) error {
	var reading sync.WaitGroup
	defer reading.Wait()
	defer c.Close()
	reading.Go(func() { rest(ctx, c) })
	for i := 0; i < len(words); i++ {
		if _, err := c.Write([]byte(words[i:][:1])); err != nil {
			return err
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// flood sends b a hundred times a second.
func flood(ctx context.Context, c *net.TCPConn, b []byte) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		if _, err := c.Write(b); err != nil {
			return err
		}
		<-tick.C
	}
	return nil
}

func noisy(ctx context.Context, c *net.TCPConn) error {
	if err := login(c, "noise"); err != nil {
		return err
	}
	var reading sync.WaitGroup
	defer reading.Wait()
	defer c.Close()
	reading.Go(func() { rest(ctx, c) })
	noise := make([]byte, 4<<10)
	rand.Read(noise) // never fails
	return flood(ctx, c, noise)
}

func endless(ctx context.Context, c *net.TCPConn) error {
	if err := login(c, "endless"); err != nil {
		return err
	}
	piece := make([]byte, 1<<20)
	for range 16 {
		if _, err := c.Write(piece); err != nil {
			return err
		}
	}
	fmt.Fprint(c, "\n/who\n")
	return errors.Join(c.CloseWrite(), rest(ctx, c))
}

// run attacks until the context is done. What the room does to the attackers is
// its right: only that it is there is asked.
func (a *attack) run(ctx context.Context, addr string) error {
	var d net.Dialer
	pace := time.NewTicker(*attackPace)
	defer pace.Stop()
	for ; ctx.Err() == nil; <-pace.C {
		conn, err := d.DialContext(ctx, "tcp", addr)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", a.name, err)
		}
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		_ = a.harm(ctx, conn.(*net.TCPConn))
		stop()
		conn.Close()
		a.done.Add(1)
	}
	return nil
}

// TestAttack does a room all harm at once. With -attack HOST:PORT that is a room
// elsewhere, in which others may see meanwhile whether it keeps its promises:
//
//	chatsim -serve
//	go test ./manager -run TestAttack -v -attack 127.0.0.1:9999 -attack.for 20s
//	chatsim -target 127.0.0.1:9999 -users 200
func TestAttack(t *testing.T) {
	addr := *attackAddr
	if addr == "" {
		addr = ownRoom(t)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	defer time.AfterFunc(*attackFor, cancel).Stop()
	only, err := regexp.Compile(*attackOnly)
	if err != nil {
		t.Fatal(err)
	}
	all := slices.DeleteFunc(attacks(), func(a *attack) bool { return !only.MatchString(a.name) })
	if len(all) == 0 {
		t.Fatalf("no attack is %q", *attackOnly)
	}
	var attacking sync.WaitGroup
	for _, a := range all {
		for range a.many {
			attacking.Go(func() {
				if err := a.run(ctx, addr); err != nil {
					t.Error(err)
				}
			})
		}
	}
	attacking.Wait()
	for _, a := range all {
		t.Logf("%4d × %-24s %7d times", a.many, a.name, a.done.Load())
	}
	// The room is open still.
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := login(conn.(*net.TCPConn), "after"); err != nil {
		t.Errorf("nobody is let in after the attack: %v", err)
	}
}

// ownRoom opens a room for the time of the test, and looks at the end that
// nobody is left in it.
func ownRoom(t *testing.T) (addr string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := manager.New(manager.Config{LoginTimeout: 200 * time.Millisecond, Grace: time.Second})
	served := make(chan error, 1)
	go func() { served <- m.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := m.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		if err := <-served; !errors.Is(err, manager.ErrShutdown) {
			t.Errorf("Serve: %v", err)
		}
		st := m.Stats()
		if st.Connections != 0 || st.Panics != 0 || st.Joins != st.Leaves+uint64(st.Online) {
			t.Errorf("stats %+v", st)
		}
		t.Logf("the room counts %+v", st)
	})
	return ln.Addr().String()
}
