//go:build unix

package host

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"chatsim/chatter"
	"chatsim/manager/hinted"
)

// shell is an interactive one at a terminal.
type shell struct {
	t      *testing.T
	master *os.File
	wrote  chan string
	seen   string
}

func newShell(t *testing.T) *shell {
	t.Helper()
	cmd := exec.Command("sh", "-i")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "PS1=$ ", childRoom + "=1"}
	master, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	s := &shell{t: t, master: master, wrote: make(chan string, 1000)}
	go func() {
		defer close(s.wrote)
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			if err != nil {
				return // EIO when all have closed the terminal
			}
			s.wrote <- string(buf[:n])
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		master.Close()
		for range s.wrote {
		}
	})
	return s
}

// enter types a line, or a control character.
func (s *shell) enter(text string) { io.WriteString(s.master, text) }

// shows waits until the terminal shows what the pattern is for, and returns its
// submatches; the next call looks behind it.
func (s *shell) shows(pattern string) []string {
	s.t.Helper()
	re := regexp.MustCompile(pattern)
	limit := time.After(30 * time.Second)
	for {
		if m := re.FindStringSubmatchIndex(s.seen); m != nil {
			found := re.FindStringSubmatch(s.seen)
			s.seen = s.seen[m[1]:]
			return found
		}
		select {
		case more, open := <-s.wrote:
			if !open {
				s.t.Fatalf("the terminal was closed before it showed %s: %q", pattern, s.seen)
			}
			s.seen += more
		case <-limit:
			s.t.Fatalf("the terminal does not show %s: %q", pattern, s.seen)
		}
	}
}

// A room in the background serves, whether it was started there or sent there,
// also where a terminal stops what writes there; the console comes and goes with
// the foreground.
func TestJobControl(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t)
	s.enter("stty tostop\n")
	s.enter(program + " &\n")
	addr := s.shows(`open on (127\.0\.0\.1:\d+)`)[1]
	serves := func() {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		c, err := chatter.Dial(ctx, addr, "bob")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.Say([]byte("hello"))
		hears(t, c, "hello")
	}
	s.shows(`Ctrl-C closes the room`)
	serves()
	s.enter("fg\n")
	s.shows(`You are the operator`)
	s.enter("who\n")
	s.shows(`0 online`)
	s.enter("\x1a") // Ctrl-Z
	s.shows(`Stopped|Suspended|suspended`)
	s.enter("bg\n")
	serves()
	s.enter("fg\n")
	s.enter("dance\n")
	s.shows(`the commands are`)
	s.enter("\x04") // Ctrl-D
	s.shows(`console has ended, the room goes on`)
	serves()
	s.enter("\x03")
	s.shows(`closed: 3 joins`)
}

// A named pipe takes commands from one writer after the other, and with them a
// flood without an end of a line.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "console")
	answers, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := Run(t.Context(), Config{Listen: "127.0.0.1:0", Drain: 5 * time.Second, Console: path}, strings.NewReader(""), out, io.Discard)
		out.Close()
		done <- err
	}()
	said := make(chan string, 1000)
	go func() {
		defer close(said)
		buf := make([]byte, 4096)
		for {
			n, err := answers.Read(buf)
			if err != nil {
				return
			}
			said <- string(buf[:n])
		}
	}()
	seen := ""
	hears := func(want string) {
		t.Helper()
		for !strings.Contains(seen, want) {
			more, open := <-said
			if !open {
				t.Fatalf("the output ended without %q: %q", want, seen)
			}
			seen += more
		}
		_, seen, _ = strings.Cut(seen, want)
	}
	hears("Ctrl-C closes the room")
	write := func(text string) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	write("who\n")
	hears("0 online")
	write("dance") // and no end
	hears("the commands are")
	write(string(bytes.Repeat([]byte("x"), 300_000)) + "\nkick eve\n")
	hears("at most 4096 bytes")
	hears("nobody here is called eve")
	write("quit\n")
	hears("closed: 0 joins")
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the pipe is left behind: %v", err)
	}
}

func TestNoPipe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, t.TempDir(), "/no/where"} {
		err := Run(t.Context(), Config{Listen: "127.0.0.1:0", Console: path}, strings.NewReader(""), io.Discard, io.Discard)
		if hinted.Hint(err) == "" {
			t.Errorf("%s: %v", path, err)
		}
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "kept" {
		t.Errorf("the file that is there: %q, %v", b, err)
	}
}

// Standard input that has ended leaves the room open.
func TestStandardInput(t *testing.T) {
	o := open(t, Config{})
	var answers output
	o.h.console = &console{Reader: strings.NewReader("who\ndance"), name: "standard input", out: &answers}
	o.h.operate(t.Context(), func() { t.Error("the room was closed") })
	if s := answers.String(); !strings.Contains(s, "0 online") || !strings.Contains(s, "the commands are") {
		t.Errorf("answered %q", s)
	}
	o.join("bob")
}
