//go:build unix

package term

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"chatsim/chatter"
	"chatsim/manager"
)

// alone is the test's program as a chatter of a shell's job.
func alone(addr string) {
	err := os.WriteFile(os.Getenv("CHATTER_PID"), []byte(strconv.Itoa(os.Getpid())), 0o600)
	if err == nil {
		err = Run(context.Background(), Config{Addr: addr, Name: "Ann", NoColor: true}, os.Stdin, os.Stdout, os.Stderr)
	}
	fmt.Println("ended:", err)
	os.Exit(0)
}

// shell returns a console at which a shell runs the test's program, joined to a room.
func shell(t *testing.T, addr string) (c *console, id func() int) {
	t.Helper()
	pid := filepath.Join(t.TempDir(), "pid")
	cmd := exec.Command("sh", "-i")
	cmd.Env = append(os.Environ(), "CHATTER_ROOM="+addr, "CHATTER_PID="+pid, "PS1=shell: ", "ENV=", "TERM=xterm")
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	c = &console{t: t, master: master, result: make(chan error, 1), more: make(chan struct{}, 1)}
	go c.watch()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		master.Close()
	})
	c.sees("shell: ")
	c.types("'" + os.Args[0] + "'\n")
	c.sees("Ann> ")
	return c, func() int {
		b, err := os.ReadFile(pid)
		n, _ := strconv.Atoi(string(b))
		if err != nil || n == 0 {
			t.Fatalf("no process: %q, %v", b, err)
		}
		return n
	}
}

// settings are those of the terminal that a shell should find.
const settings = `[^-]icanon.*[^-]echo `

// isRaw waits until keys come as they are typed.
func (c *console) isRaw() {
	c.t.Helper()
	limit := time.After(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		tty, err := unix.IoctlGetTermios(int(c.master.Fd()), getTermios)
		if err == nil && tty.Lflag&unix.ICANON == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			c.t.Fatalf("the terminal is as a shell wants it: %+v, %v", tty, err)
		}
	}
}

// A chatter that is stopped hands the terminal back, and comes back to the line
// as it was, and to what was said meanwhile.
func TestJobControl(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{})
	bob := friend(t, addr, "bob")
	c, pid := shell(t, addr)
	signal := func(s unix.Signal) func() {
		return func() {
			if err := unix.Kill(pid(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n, stop := range []func(){
		func() { c.types("\x1a") }, // Ctrl-Z
		signal(unix.SIGTSTP),
		signal(unix.SIGSTOP),
	} {
		c.types("half a ")
		c.sees("half a ")
		stop()
		c.sees("(?i)(stopped|suspended).*shell: ")
		if n < 2 { // whoever is stopped by SIGSTOP can do nothing
			c.types("stty -a\n")
			c.sees(settings)
			c.sees("shell: ")
		} else {
			c.types("stty sane\n")
			c.sees("shell: ")
		}
		meanwhile := fmt.Sprint("said meanwhile ", n)
		if err := bob.Say([]byte(meanwhile)); err != nil {
			t.Fatal(err)
		}
		var f chatter.Frame
		for string(f.Text) != meanwhile { // it has its place before what is typed
			if err := bob.Next(&f); err != nil {
				t.Fatal(err)
			}
		}
		if err := pty.Setsize(c.master, &pty.Winsize{Rows: 20, Cols: uint16(40 + n)}); err != nil {
			t.Fatal(err)
		}
		c.types("fg\n")
		got := c.sees("Ann> half a ")
		c.isRaw() // what comes in may be shown before that
		c.types("line\r")
		got += c.sees("Ann: half a line\r")
		if !strings.Contains(got, "bob: "+meanwhile+"\r") {
			t.Errorf("%q did not come: %q", meanwhile, got)
		}
	}
	c.types("\x04")
	c.sees("ended: <nil>.*shell: ")
	c.types("stty -a\n")
	c.sees(settings)
}

// One that nobody could bring back goes on.
func TestNoJobControl(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{})
	c, _ := shell(t, addr)
	c.types("\x04")
	c.sees("shell: ")
	c.types("exec '" + os.Args[0] + "'\n")
	c.sees("Ann> ")
	c.types("half ")
	c.sees("half ")
	c.types("\x1a")
	c.sees("Ann> half ")
	c.isRaw()
	c.types("a line\r")
	c.sees("Ann: half a line")
	c.types("\x04")
	c.sees("ended: <nil>")
}
