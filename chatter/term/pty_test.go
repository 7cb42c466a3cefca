//go:build unix

package term

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/hinted"
	"chatsim/manager/listen/listentest"
	"chatsim/manager/wire"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv("CHATTER_ROOM"); addr != "" {
		alone(addr)
	}
	// Reads from terminals, which nothing ends.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("chatsim/chatter/term.(*person).readLines"),
		goleak.IgnoreAnyFunction("chatsim/chatter/term.(*console).watch"))
}

// A line that is being typed survives what comes in, and is sent whole.
func TestTypingWhileOthersTalk(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{})
	bob := friend(t, addr, "Ann")
	c := sit(t, Config{Addr: addr, Name: "Ann"})
	c.sees("Welcome.*You are Ann2 here: Ann is taken.*2 online: Ann, Ann2")
	c.types("half a li")
	c.sees("half a li")
	if err := bob.Say([]byte("in between")); err != nil {
		t.Fatal(err)
	}
	c.sees(`Ann: in between[^>]*Ann2> half a li`)
	c.types("ne\r")
	c.sees(`Ann2: half a line`)
	if err := bob.Tell("Ann2", []byte("psst")); err != nil {
		t.Fatal(err)
	}
	c.sees(`\[private from Ann\] psst`)
	c.types("/reply aha\r")
	c.sees(`\[private to Ann\] aha`)
	if err := pty.Setsize(c.master, &pty.Winsize{Rows: 10, Cols: 30}); err != nil {
		t.Fatal(err)
	}
	c.types("/nope\r")
	c.sees(`There is no command /nope`)
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

func TestWaysToLeave(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{})
	for name, leave := range map[string]func(c *console){
		"Ctrl-C": func(c *console) { c.types("\x03") },
		"Ctrl-D": func(c *console) { c.types("\x04") },
		"/quit":  func(c *console) { c.types("/quit\r") },
		"signal": func(c *console) { c.cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			bob := friend(t, addr, "bob")
			c := sit(t, Config{Addr: addr, Name: "Ann", NoColor: true})
			c.sees("2 online: bob, Ann")
			leave(c)
			if err := c.ends(); err != nil {
				t.Error(err)
			}
			var f chatter.Frame
			for _, want := range []wire.Kind{wire.Join, wire.Leave} {
				if err := bob.Next(&f); err != nil || f.Kind != want || string(f.Names[0]) != "Ann" {
					t.Errorf("kind %d %q, %v, want %d", f.Kind, f.Names, err, want)
				}
			}
			bob.Leave(chatter.FIN)
			for bob.Next(&f) == nil {
			}
		})
	}
}

// Names and passwords are asked for until they will do; the password is not to
// be seen.
func TestAsked(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{Password: "sesame"})
	c := sit(t, Config{Addr: addr, Locale: "zh_CN.UTF-8"})
	c.sees("用户名：")
	c.types("\r")
	c.sees("用户名不能为空")
	c.types("a@b\r")
	c.sees("用户名不能含有 @")
	c.types("小明\r")
	c.sees("密码不正确")
	c.sees("房间密码：")
	c.types("sesame\r")
	if got := c.sees("欢迎进入群聊，大家开始聊天吧！"); strings.Contains(got, "sesame") {
		t.Errorf("the password is to be seen: %q", got)
	}
	c.types("\x03")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

// A lost room is said to be so, and joined again when it is back.
func TestReconnects(t *testing.T) {
	addr := listentest.Port(t)
	_, stop := room(t, addr, manager.Config{})
	c := sit(t, Config{Addr: addr, Name: "Ann"})
	c.sees("1 online: Ann")
	stop()
	c.sees("The room says: the server is shutting down")
	c.sees("The connection is lost")
	c.sees("Trying again in 1 s")
	c.types("hello?\r")
	c.sees("You are not connected. It was not sent.")
	room(t, addr, manager.Config{})
	c.sees("Back in the room. What was said meanwhile was missed.")
	c.sees("1 online: Ann")
	c.types("hello!\r")
	c.sees("Ann: hello!")
	c.types("\x04")
	if err := c.ends(); err != nil {
		t.Error(err)
	}
}

// In a pipe all lines are sent, and all of its own come back before it leaves.
func TestPipe(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{})
	dir := t.TempDir()
	var in, want strings.Builder
	for range 500 {
		in.WriteString("hello\n")
		want.WriteString("hello@Ann@------Group chat-------\n")
	}
	in.WriteString("/msg Ann note\n\n/usr/bin is full\n/who\nlast, without an end")
	want.WriteString("note@Ann@Ann\n/usr/bin is full@Ann@------Group chat-------\nlast, without an end@Ann@------Group chat-------\n")
	var out, complaints strings.Builder
	if err := Run(context.Background(), Config{Addr: addr, Name: "Ann", LogDir: dir}, strings.NewReader(in.String()), &out, &complaints); err != nil || complaints.String() != "" {
		t.Fatal(err, complaints.String())
	}
	got := out.String()
	if strings.Count(got, "Ann: hello\n") != 500 || !strings.HasSuffix(got, "Ann: last, without an end\n") ||
		!strings.Contains(got, "1 online: Ann") || strings.Contains(got, "\x1b") {
		t.Errorf("%d bytes, ends in %q", len(got), got[max(0, len(got)-200):])
	}
	record, err := os.ReadFile(filepath.Join(dir, "clientAnn.txt"))
	if err != nil || string(record) != want.String() {
		t.Errorf("the record has %d bytes, want %d (%v)", len(record), want.Len(), err)
	}
}

// What one cannot talk to is told in words.
func TestRefusals(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{Password: "x", LoginTimeout: time.Minute})
	full, _ := room(t, "127.0.0.1:0", manager.Config{MaxUsers: 1})
	logs := t.TempDir()
	if err := os.WriteFile(filepath.Join(logs, "clientAnn.txt"), []byte("notes of mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	friend(t, full, "bob")
	for _, c := range []struct {
		cfg        Config
		want, hint string
	}{
		{Config{Addr: addr, Name: "Ann"}, "the room says: wrong password", "-password"},
		{Config{Addr: full, Name: "Ann"}, "the room says: the room is full", "later"},
		{Config{Addr: full, Name: "Ann", TLS: true}, full + " does not speak TLS", "leave -tls out"},
		{Config{Addr: "tls://" + full, Name: "Ann"}, full + " does not speak TLS", "without tls://"},
		{Config{Addr: full}, "a name is needed", "-name"},
		{Config{Addr: full, Name: "a@b"}, "-name a@b: name has an @ in it", "-name"},
		{Config{Addr: full, Name: "Ann", LogDir: "/no/where"}, "keep a record in /no/where", "-log"},
		{Config{Addr: full, Name: " Ann", LogDir: logs}, "clientAnn.txt is not a record", "-log"},
		{Config{Addr: full, Name: "Ann", TLS: true, TLSCA: "/no/where"}, "read -tls-ca", "in PEM"},
		{Config{Addr: stranger(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), Name: "Ann"}, "is not a room that chatsim can talk to: it said \"HTTP/1.1 400", "right port"},
		{Config{Addr: stranger(t, ""), Name: "Ann"}, "is not a room that chatsim can talk to: it closed", "right port"},
		{Config{Addr: stranger(t, "SSH-2.0-x\x1b[2J\n"), Name: "Ann"}, "it said \"SSH-2.0-x[2J\"", ""},
		{Config{Addr: stranger(t, "[]\n"), Name: "Ann"}, "a frame before its welcome", ""},
	} {
		err := Run(context.Background(), c.cfg, strings.NewReader("hi\n"), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(hinted.Hint(err), c.hint) {
			t.Errorf("%+v: %v (%s)", c.cfg, err, hinted.Hint(err))
		}
	}
}
