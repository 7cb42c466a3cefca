//go:build unix

package term

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/wire"
)

// talking is a line client that reads all the time.
type talking struct {
	*chatter.Client
	back chan string // lines of its own as they come back, empty for an error
}

// says has a line said: it has its place in the order when says returns.
func (c talking) says(t *testing.T, line string) {
	t.Helper()
	if err := c.Say([]byte(line)); err != nil {
		t.Fatal(err)
	}
	if got := <-c.back; got == "" {
		t.Fatalf("%q does not come back", line)
	}
}

// tells has a line told to one alone, and reports whether that one was there.
func (c talking) tells(t *testing.T, name, line string) bool {
	t.Helper()
	if err := c.Tell(name, []byte(line)); err != nil {
		t.Fatal(err)
	}
	return <-c.back != ""
}

func talker(t *testing.T, addr, name string) talking {
	t.Helper()
	c, err := chatter.Dial(context.Background(), addr, name)
	if err != nil {
		t.Fatal(err)
	}
	var f chatter.Frame
	for f.Kind != wire.Roster {
		if err := c.Next(&f); err != nil {
			t.Fatal(err)
		}
	}
	back := make(chan string, 100)
	go func() {
		defer close(back)
		var f chatter.Frame
		for c.Next(&f) == nil { // until it is closed
			switch {
			case f.Kind == wire.Error:
				back <- ""
			case f.Kind == wire.Line && string(f.Sender) == name:
				back <- string(f.Text)
			}
		}
	}()
	t.Cleanup(func() { c.Close() })
	return talking{c, back}
}

// Who comes sees what was said before; /history shows it again, and a gap after a
// lost connection is filled, by what was said to a room that goes on.
func TestPast(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{History: 200})
	through, cut := cuts(t, addr)
	bob := talker(t, addr, "bob")
	bob.says(t, "one\u2028and two")
	c := sit(t, Config{Addr: through, Name: "Ann"})
	c.sees("bob: one\r\n      and two.*said before you joined.*2 online: bob, Ann")
	bob.says(t, "three")
	c.sees("bob: three")
	c.types("/history 1\r")
	c.sees("bob: three")
	for i := range 3 {
		cut()
		want := 1
		if bob.tells(t, "Ann", fmt.Sprint("alone ", i)) { // her leave is not known yet
			want++
		}
		bob.says(t, fmt.Sprint("missed ", i))
		got := c.sees("Back in the room; nothing was missed.")
		if strings.Count(got, fmt.Sprintf("private from bob] alone %d", i))+strings.Count(got, fmt.Sprintf("bob: missed %d", i)) != want || strings.Contains(got, "three") {
			t.Errorf("coming back one sees %q", got)
		}
	}
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

// cuts passes connections on. cut ends those of now.
func cuts(t *testing.T, room string) (addr string, cut func()) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns = make(chan net.Conn, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", room)
			if err != nil {
				near.Close()
				continue
			}
			conns <- near // first: whoever sees what is passed on may cut it
			go pass(near, far)
			go pass(far, near)
		}
	}()
	cut = func() {
		for len(conns) > 0 {
			near := (<-conns).(*net.TCPConn)
			near.SetLinger(0)
			near.Close()
		}
	}
	t.Cleanup(func() { ln.Close(); <-done; cut() })
	return ln.Addr().String(), cut
}

// pass passes on what comes; the end of one side is that of the other.
func pass(to, from net.Conn) {
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	to.Close()
	from.Close()
}

// Tab completes names and commands, a pasted tab is a space; the operators' password
// is not to be seen, and not brought back by the arrow keys.
func TestTabAndOperator(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{OperatorPassword: "sesame", KickTime: time.Minute})
	talker(t, addr, "bob")
	talker(t, addr, "Bob Smith")
	c := sit(t, Config{Addr: addr, Name: "Ann"})
	c.sees("3 online")
	c.types("b")
	c.types("\t")
	c.sees("bob: ")
	c.types("\t")
	c.sees("Bob Smith: ")
	c.types("hello\r")
	c.sees("Ann: Bob Smith: hello")
	c.types("/op sesame")
	if got := c.sees("Ann> /op [*]{6}"); strings.Contains(got, "sesame") {
		t.Errorf("the password is shown: %q", got)
	}
	c.types("\r")
	c.sees("you are an operator now")
	c.types("\x1b[A")
	if got := c.sees("Ann> Bob Smith: hello"); strings.Contains(got, "op") {
		t.Errorf("the arrow key brings %q", got)
	}
	c.types("\x15/nick Anna\r")
	c.sees("You are Anna here.*Anna> ")
	c.types("/kick Bob Smith\r")
	c.sees("Bob Smith was removed by Anna")
	c.types("/bans\r")
	c.sees("banned: Bob Smith, for (1m|[0-9]+s) more, by Anna")
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

func TestCompleter(t *testing.T) {
	c := completer{names: []string{"bob", "Bob Smith", "小明", "eve"}}
	for before, want := range map[string][]string{
		"b":            {"bob: ", "Bob Smith: ", "bob: "},
		"hi b":         {"hi bob ", "hi Bob Smith "},
		"hi @b":        {"hi @bob ", "hi @Bob Smith "},
		"@":            {"@bob ", "@Bob Smith ", "@小明 ", "@eve "},
		"/msg bob s":   {"/msg Bob Smith "},
		"小":            {"小明: "},
		"/k":           {"/kick "},
		"/ba":          {"/ban ", "/banaddress ", "/bans "},
		"/x":           {},
		"":             {},
		"hi ":          {},
		"hi zoe":       {},
		"Bob Smith, e": {"Bob Smith, eve "},
	} {
		c.stop()
		var got []string
		text, ok := before, true
		for range max(len(want), 1) {
			if text, ok = c.next(text[:min(len(text), len(text))]); ok {
				got = append(got, text)
			}
		}
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q is completed to %q, want %q", before, got, want)
		}
	}
}

func TestWrapped(t *testing.T) {
	for _, tc := range []struct {
		text  string
		width int
		want  string
	}{
		{"short", 40, "short"},
		{"a line of words that is longer than its row", 30, "a line of words that is|longer than its row"},
		{"two\nlines", 40, "two|lines"},
		{"群聊大家好群聊大家好群聊大家好", 26, "群聊大家好群聊大家好|群聊大家好"},
		{"before " + strings.Repeat("x", 50) + " behind", 30, "before|" + strings.Repeat("x", 50) + "|behind"},
		{"a line of words that is longer than its row", 0, "a line of words that is longer than its row"},
		{"a line of words", 10, "a line of words"},
	} {
		got := strings.ReplaceAll(wrapped(tc.text, tc.width), "\n      ", "|")
		if got != tc.want {
			t.Errorf("%q in %d columns is %q, want %q", tc.text, tc.width, got, tc.want)
		}
	}
}
