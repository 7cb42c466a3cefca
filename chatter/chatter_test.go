package chatter

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/wire"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// connect returns a client called bob over a socket and the server's end of it,
// which has read the name.
func connect(t testing.TB) (*Client, *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := Dial(context.Background(), listener.Addr().String(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	name := make([]byte, len("bob\n"))
	if _, err := io.ReadFull(conn, name); err != nil || string(name) != "bob\n" {
		t.Fatalf("the server reads %q, %v as the name", name, err)
	}
	return client, conn.(*net.TCPConn)
}

func write(t testing.TB, w io.Writer, s string) {
	t.Helper()
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
}

// next returns what Next says, as text.
func next(c *Client) string {
	var f Frame
	if err := c.Next(&f); err != nil {
		return err.Error()
	}
	return show(&f)
}

func show(f *Frame) string {
	more := map[bool]string{true: " +"}[f.More]
	switch f.Kind {
	case wire.Line:
		return fmt.Sprintf("%s to %s: %s%s", f.Sender, f.Target, f.Text, more)
	case wire.Error:
		return fmt.Sprintf("error: %s%s", f.Text, more)
	}
	return fmt.Sprintf("%d %s%s", f.Kind, f.Names, more)
}

func expect(t *testing.T, c *Client, want ...string) {
	t.Helper()
	for _, want := range want {
		if got := next(c); got != want {
			t.Fatalf("Next gave %q, want %q", got, want)
		}
	}
}

func TestConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mine, theirs := net.Pipe()
		server := bufio.NewReader(theirs)
		defer mine.Close()
		defer theirs.Close()
		lines := make(chan string)
		go func() {
			defer close(lines)
			for {
				line, err := server.ReadString('\n')
				if err != nil {
					return
				}
				lines <- line
			}
		}()
		client, err := New(mine, " bob\t")
		if err != nil {
			t.Fatal(err)
		}
		sent := func(err error, want string) {
			t.Helper()
			if got := <-lines; got != want || err != nil {
				t.Errorf("the server reads %q, %v, want %q", got, err, want)
			}
		}
		sent(nil, " bob\t\n")
		sent(client.Say([]byte("first")), "first@bob@"+wire.Group+"\n")

		start := time.Now()
		time.AfterFunc(time.Minute, func() { // of the bubble's time: Next waits
			io.WriteString(theirs, "{\"welcome\":\"bob2\"}\n[\"bob\",\"bob2\"]\n")
		})
		var f Frame
		if err := client.Next(&f); err != nil || show(&f) != "3 [bob2] +" || f.At.Sub(start) != time.Minute {
			t.Errorf("Next gave %s at %v, %v", show(&f), f.At.Sub(start), err)
		}
		expect(t, client, "2 [bob bob2]")
		if client.Name() != "bob2" {
			t.Errorf("name is %q after the welcome", client.Name())
		}
		sent(client.Say([]byte("a@b /who")), "a@b /who@bob2@"+wire.Group+"\n")
		sent(client.Say(nil), "@bob2@"+wire.Group+"\n")
		sent(client.Tell("bob", []byte("psst\r\x1b")), "psst\r\x1b@bob2@bob\n")
		sent(client.Claim("amy", []byte("I am amy")), "I am amy@amy@"+wire.Group+"\n")

		go io.WriteString(theirs, " bob:psst@bob@bob2\n"+`{"error":"the end"}`+"\n")
		expect(t, client, "bob to bob2: psst +", "error: the end")
		theirs.Close()
		expect(t, client, "EOF", "EOF")
		client.Close()
		for line := range lines {
			t.Errorf("the server reads %q more", line)
		}
	})
}

func TestRefused(t *testing.T) {
	client, server := connect(t)
	for _, c := range []struct {
		what string
		err  error
		want error
	}{
		{"text with a line break", client.Say([]byte("a\nb")), ErrNewline},
		{"target with a line break", client.Tell("a\nb", nil), ErrNewline},
		{"sender with a line break", client.Claim("a\nb", nil), ErrNewline},
		{"target with an @", client.Tell("amy@home", nil), ErrTarget},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: error %v, want %v", c.what, c.err, c.want)
		}
	}
	if _, err := New(server, "bob\namy"); !errors.Is(err, ErrNewline) {
		t.Errorf("name with a line break: error %v", err)
	}
	client.Leave(FIN)
	if rest, err := io.ReadAll(server); len(rest) > 0 || err != nil {
		t.Errorf("of what was refused the server reads %q, %v", rest, err)
	}
}

func TestDialNobody(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	var op *net.OpError
	if _, err := Dial(context.Background(), listener.Addr().String(), "bob"); !errors.As(err, &op) || op.Op != "dial" {
		t.Errorf("dialling where nobody listens gives %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Dial(ctx, listener.Addr().String(), "bob"); err == nil {
		t.Error("dialling with a dead context succeeds")
	}
}

func TestNewOnClosedConnection(t *testing.T) {
	mine, theirs := net.Pipe()
	theirs.Close()
	if _, err := New(mine, "bob"); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("New gives %v", err)
	}
	mine.Close()
}

// Texts that several goroutines say at once stay whole.
func TestSayFromManyGoroutines(t *testing.T) {
	const talkers, each = 8, 50
	client, server := connect(t)
	done := make(chan error, talkers)
	for i := range talkers {
		go func() {
			var err error
			for j := range each {
				err = errors.Join(err, client.Say(fmt.Appendf(nil, "%d %s %d", i, strings.Repeat("x", 500), j)))
			}
			done <- err
		}()
	}
	scanner := bufio.NewScanner(server)
	var heard [talkers]int
	for range talkers * each {
		if !scanner.Scan() {
			t.Fatal(scanner.Err())
		}
		var i, j int
		var x string
		if _, err := fmt.Sscanf(scanner.Text(), "%d %s %d@bob@"+wire.Group, &i, &x, &j); err != nil || j != heard[i] || len(x) != 500 {
			t.Fatalf("line %q: %v, want %d's line %d", scanner.Text(), err, i, heard[i])
		}
		heard[i]++
	}
	for range talkers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// A deadline on the connection ends a Next, but not what comes after.
func TestReadDeadline(t *testing.T) {
	client, server := connect(t)
	write(t, server, " amy:hel")
	if err := client.in.fill(); err != nil {
		t.Fatal(err)
	}
	client.conn.SetReadDeadline(time.Now().Add(-time.Second))
	var f Frame
	if err := client.Next(&f); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("Next gave %v behind the deadline", err)
	}
	client.conn.SetReadDeadline(time.Time{})
	write(t, server, "lo@amy@bob\n")
	expect(t, client, "amy to bob: hello")
}
