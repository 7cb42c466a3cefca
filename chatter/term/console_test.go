//go:build unix

package term

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"chatsim/chatter"
	"chatsim/manager"
)

// room serves on a loopback port until the test is over, or stop.
func room(t *testing.T, addr string, cfg manager.Config) (at string, stop func()) {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, ln, manager.New(cfg))
}

func serve(t *testing.T, ln net.Listener, m *manager.Manager) (at string, stop func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); m.Serve(ln) }()
	stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		m.Shutdown(ctx)
		<-done
	})
	t.Cleanup(stop)
	return ln.Addr().String(), stop
}

// console is a pseudo-terminal with a chatter at it.
type console struct {
	t      *testing.T
	master *os.File
	slave  *os.File
	before string // the slave's settings
	cancel func()
	result chan error

	mu    sync.Mutex
	wrote string // all that was written to the terminal
	more  chan struct{}
}

func sit(t *testing.T, cfg Config) *console {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &console{t: t, master: master, slave: slave, cancel: cancel, result: make(chan error, 1), more: make(chan struct{}, 1)}
	if state, err := term.GetState(int(slave.Fd())); err == nil {
		c.before = sprint(state)
	}
	go c.watch()
	go func() { c.result <- Run(ctx, cfg, slave, slave, slave) }()
	t.Cleanup(func() {
		cancel()
		slave.Close()
		master.Close()
	})
	return c
}

func (c *console) watch() {
	b := make([]byte, 4096)
	for {
		n, err := c.master.Read(b)
		if err != nil {
			return
		}
		c.mu.Lock()
		c.wrote += string(b[:n])
		c.mu.Unlock()
		select {
		case c.more <- struct{}{}:
		default:
		}
	}
}

// sees waits until the terminal was sent something that fits, and forgets all
// up to there.
func (c *console) sees(pattern string) string {
	c.t.Helper()
	re := regexp.MustCompile(`(?s)` + pattern)
	limit := time.After(20 * time.Second)
	for {
		c.mu.Lock()
		if at := re.FindStringIndex(c.wrote); at != nil {
			got := c.wrote[:at[1]]
			c.wrote = c.wrote[at[1]:]
			c.mu.Unlock()
			return got
		}
		wrote := c.wrote
		c.mu.Unlock()
		select {
		case <-c.more:
		case err := <-c.result:
			c.result <- err
			c.t.Fatalf("ended (%v) before %q came; what came is %q", err, pattern, wrote)
		case <-limit:
			c.t.Fatalf("%q does not come; what came is %q", pattern, wrote)
		}
	}
}

func (c *console) types(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c.master, keys); err != nil {
		c.t.Fatal(err)
	}
}

// ends waits for the end, after which the terminal is as it was.
func (c *console) ends() error {
	c.t.Helper()
	select {
	case err := <-c.result:
		if state, e := term.GetState(int(c.slave.Fd())); e != nil || sprint(state) != c.before {
			c.t.Errorf("the terminal is not as it was: %v", e)
		}
		return err
	case <-time.After(20 * time.Second):
		c.t.Fatal("it does not end")
		return nil
	}
}

func friend(t *testing.T, addr, name string) *chatter.Client {
	t.Helper()
	c, err := chatter.Dial(context.Background(), addr, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	var f chatter.Frame
	for range 2 {
		if err := c.Next(&f); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// stranger listens, says something to each who comes, and closes.
func stranger(t *testing.T, says string) (addr string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			io.ReadFull(conn, make([]byte, len("Ann\n")))
			io.WriteString(conn, says)
			conn.(*net.TCPConn).CloseWrite() // what it has not read would make a reset of its end
			go func() { io.Copy(io.Discard, conn); conn.Close() }()
		}
	}()
	return ln.Addr().String()
}

func sprint(state *term.State) string { return fmt.Sprintf("%+v", *state) }
