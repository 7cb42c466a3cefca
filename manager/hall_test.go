package manager

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// user is a client's end of a connection, read all the time unless said
// otherwise.
type user struct {
	t    testing.TB
	conn net.Conn
	got  chan string // frames; closed at the end of the stream
	err  error       // what ended it, once got is closed; nil at EOF
}

// sit reads from conn until its end.
func sit(t testing.TB, conn net.Conn) *user {
	u := &user{t: t, conn: conn, got: make(chan string, 10000)}
	go func() {
		defer close(u.got)
		in := bufio.NewScanner(conn)
		in.Buffer(nil, 1<<20)
		in.Split(wholeLines)
		for in.Scan() {
			u.got <- in.Text()
		}
		u.err = in.Err()
	}()
	return u
}

// wholeLines is bufio.ScanLines that makes an error of an unfinished last one.
func wholeLines(data []byte, atEOF bool) (int, []byte, error) {
	if n := strings.IndexByte(string(data), '\n'); n >= 0 {
		return n + 1, data[:n], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, errors.New("the stream ends in the middle of a frame")
	}
	return 0, nil, nil
}

// visit makes an unnamed connection to m over a pipe.
func visit(t testing.TB, m *Manager) *user {
	server, client := net.Pipe()
	go m.ServeConn(server)
	return sit(t, client)
}

// enter logs in over a pipe and reads welcome and roster, which holds the
// assigned names of all who are present.
func enter(t testing.TB, m *Manager, asked string, roster ...string) *user {
	t.Helper()
	u := visit(t, m)
	u.send(asked)
	u.greeted(roster...)
	return u
}

func (u *user) greeted(roster ...string) {
	u.t.Helper()
	u.expect(`{"welcome":"`+roster[len(roster)-1]+`"}`, `["`+strings.Join(roster, `","`)+`"]`)
}

// send writes a line.
func (u *user) send(line string) {
	u.t.Helper()
	if _, err := u.conn.Write([]byte(line + "\n")); err != nil {
		u.t.Fatalf("send %q: %v", line, err)
	}
}

// expect compares what comes next.
func (u *user) expect(frames ...string) {
	u.t.Helper()
	for _, want := range frames {
		got, ok := <-u.got
		if !ok {
			u.t.Fatalf("the stream has ended (%v), want %q", u.err, want)
		}
		if got != want {
			u.t.Fatalf("got  %q\nwant %q", got, want)
		}
	}
}

// ends expects the end of the stream.
func (u *user) ends() {
	u.t.Helper()
	if got, ok := <-u.got; ok {
		u.t.Fatalf("got %q, want the end", got)
	}
}

// quiet expects nothing, as far as anything is on its way; in a bubble.
func (u *user) quiet() {
	u.t.Helper()
	select {
	case got, ok := <-u.got:
		u.t.Fatalf("got %q (stream open: %v), want nothing", got, ok)
	default:
	}
}

func group(sender, text string) string { return private(sender, text, "------Group chat-------") }

func private(sender, text, target string) string {
	return " " + sender + ":" + text + "@" + sender + "@" + target
}

func joined(name string) string { return `{"join":["` + name + `"]}` }
func left(name string) string   { return `{"leave":["` + name + `"]}` }

// shut stops m and expects that nobody is cut off.
func shut(t testing.TB, m *Manager) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := m.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}
