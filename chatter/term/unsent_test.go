//go:build unix

package term

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"chatsim/chatter"
	"chatsim/manager"
	"chatsim/manager/wire"
)

// Each line of a pipe that was not sent is told on standard error, the others
// are sent, and the end says so.
func TestUnsent(t *testing.T) {
	addr, _ := room(t, "127.0.0.1:0", manager.Config{MaxLine: 100})
	long, longer := strings.Repeat("x", wire.DefaultMaxLine), strings.Repeat("y", 10*wire.DefaultMaxLine)
	in := strings.Join([]string{"one", "/msg nobody hi", "two", "/shout", long, longer + "\r", " /msg Ann psst", "", "/msg Ann", "/reply x",
		strings.Repeat("z", 99), "/usr/bin is full", "//who", "/msg Ann for me", "/me waves", "/help", "/who", "last"}, "\n")
	var out, complaints strings.Builder
	err := Run(context.Background(), Config{Addr: addr, Name: "Ann"}, strings.NewReader(in), &out, &complaints)
	var unsent *UnsentError
	if !errors.As(err, &unsent) || unsent.ExitCode() != 1 || err.Error() != "lines that were not sent: 8 of 18" {
		t.Errorf("%v", err)
	}
	want := `chatsim: line 2 was not sent: Nobody here is called nobody; /who lists the names.
chatsim: line 4 was not sent: There is no command /shout. /help lists them; //shout says it as text.
chatsim: line 5 was not sent: That text has 4096 bytes, at most 4068 are possible. It was not sent.
chatsim: line 6 was not sent: That text has 40960 bytes, at most 4068 are possible. It was not sent.
chatsim: line 7 was not sent: That looks like /msg, so nobody was sent it. Begin the line with /msg itself, or with // to say it to everybody.
chatsim: line 9 was not sent: /msg Ann needs a text. /help lists the commands.
chatsim: line 10 was not sent: Nobody has written to you alone yet.
chatsim: line 11 was not sent: The room says: line too long
`
	if complaints.String() != want {
		t.Errorf("complaints\n%s\nwant\n%s", complaints.String(), want)
	}
	sent := regexp.MustCompile(`(?s)Ann: one\n.*Ann: two\n.*Ann: /usr/bin is full\n.*Ann: /who\n.*\[private from Ann\] for me\n.*\* Ann waves\n.*Ann: last\n$`)
	if !sent.MatchString(out.String()) || strings.Contains(out.String(), "psst") || strings.Contains(out.String(), "no command") {
		t.Errorf("output\n%s", out.String())
	}
}

// A room that is lost, and a line that does not come back, leave lines unsent;
// one that was never entered is another matter.
func TestUnsentAtTheEnd(t *testing.T) {
	greeting := `{"welcome":"Ann"}` + "\n" + `["Ann"]` + "\n"
	for name, c := range map[string]struct {
		addr, want string
		exit       int
	}{
		"lost":     {stranger(t, greeting), "the connection to the room was lost: closed by the server", 1},
		"shutdown": {stranger(t, greeting+`{"error":"the server is shutting down"}`+"\n"), "the connection to the room was lost: the server is shutting down", 1},
		"kicked":   {stranger(t, greeting+`{"error":"removed by the operator"}`+"\n"), "the room says: removed by the operator", 1},
		"full":     {stranger(t, `{"error":"the room is full"}`+"\n"), "the room says: the room is full", 0},
	} {
		t.Run(name, func(t *testing.T) {
			in, hold := io.Pipe() // the input does not end
			defer hold.Close()
			go io.WriteString(hold, "hi\n")
			err := Run(context.Background(), Config{Addr: c.addr, Name: "Ann"}, in, io.Discard, io.Discard)
			var unsent *UnsentError
			exit := 0
			if errors.As(err, &unsent) {
				exit = unsent.ExitCode()
			}
			if err == nil || err.Error() != c.want || exit != c.exit {
				t.Errorf("%v, exit code %d", err, exit)
			}
		})
	}
}

// deaf is an output whose reader is gone after some lines.
type deaf struct{ left int }

func (d *deaf) Write(b []byte) (int, error) {
	if d.left--; d.left < 0 {
		return 0, unix.EPIPE
	}
	return len(b), nil
}

// Who hears nothing any more leaves in order, and says so.
func TestDeaf(t *testing.T) {
	for lines := range 3 {
		addr, _ := room(t, "127.0.0.1:0", manager.Config{})
		bob := friend(t, addr, "bob")
		in, hold := io.Pipe() // the input does not end
		defer hold.Close()
		go io.WriteString(hold, "hi\n")
		err := Run(context.Background(), Config{Addr: addr, Name: "Ann"}, in, &deaf{lines}, io.Discard)
		var unsent *UnsentError
		if !errors.As(err, &unsent) || !strings.Contains(err.Error(), "standard output takes nothing more") {
			t.Errorf("after %d lines: %v", lines, err)
		}
		hears(t, bob, wire.Leave)
	}
}

// hears reads until a frame of a kind comes.
func hears(t *testing.T, c *chatter.Client, kind wire.Kind) {
	t.Helper()
	var f chatter.Frame
	for f.Kind != kind {
		if err := c.Next(&f); err != nil {
			t.Fatal(err)
		}
	}
}
