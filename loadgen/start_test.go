package loadgen_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
	"chatsim/loadgen/scenario"
	"chatsim/manager/wire"
)

// listen accepts connections and has handle do what it wants with them, until
// the end of the test; ended is closed then.
func listen(t *testing.T, handle func(conn net.Conn, ended <-chan struct{})) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			handle(conn, ended)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		close(ended)
		ln.Close()
		<-done
	})
	return ln.Addr().String()
}

// nobody returns where nobody listens, also while other tests open ports.
func nobody(*testing.T) string { return "127.0.0.1:1" }

func website(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.NotFoundHandler(), ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(ln)
	}()
	t.Cleanup(func() {
		srv.Close()
		<-done
	})
	return ln.Addr().String()
}

func says(t *testing.T, words string, thenCloses bool) string {
	return listen(t, func(conn net.Conn, ended <-chan struct{}) {
		var buf [64]byte
		_, _ = conn.Read(buf[:])
		_, _ = io.WriteString(conn, words)
		if !thenCloses {
			<-ended
		}
	})
}

func TestStartErrors(t *testing.T) {
	full := string(wire.AppendError(nil, "the room is full"))
	for _, c := range []struct {
		name string
		addr func(t *testing.T) string
		want string
		hint string
	}{
		{"nobody listens", nobody, "nobody listens there", "chatsim -serve"},
		{"closes at once", func(t *testing.T) string { return says(t, "", true) }, "it closed the connection at once, after ", "-target tls://HOST:PORT"},
		{"a page", func(t *testing.T) string { return says(t, "<!DOCTYPE HTML>\n<html>", true) }, `it speaks HTTP, it answered "<!DOCTYPE HTML>"`, "ws://"},
		{"HTTP", website, `it speaks HTTP, it answered "HTTP/1.1 400 Bad Request"`, "-target ws://HOST:PORT/PATH"},
		{"SMTP", func(t *testing.T) string { return says(t, "220 mail ESMTP\r\n", false) }, "it speaks SMTP or FTP", "line protocol"},
		{"SSH", func(t *testing.T) string { return says(t, "SSH-2.0-x\r\n", false) }, "it speaks SSH", "line protocol"},
		{"Redis", func(t *testing.T) string { return says(t, "-ERR unknown command\r\n", false) }, "it speaks Redis", "-dialect redis"},
		{"NATS", func(t *testing.T) string { return says(t, "INFO {}\r\n", false) }, "it speaks NATS", "-dialect nats"},
		{"NATS to IRC", func(t *testing.T) string { return says(t, "-ERR 'Unknown Protocol Operation'\r\n", false) }, "it speaks NATS", "-dialect nats"},
		{"IRC", func(t *testing.T) string { return says(t, ":irc.example 451 * :Not registered\r\n", false) }, "it speaks IRC", "-dialect irc"},
		{"TLS", func(t *testing.T) string { return says(t, "\x15\x03\x01\x00\x02\x02\n", false) }, "it speaks TLS", "-target tls://HOST:PORT"},
		{"another protocol", func(t *testing.T) string { return says(t, "hello, who are you?\r\n", false) }, "it speaks another protocol", "README.md"},
		{"wants a password", func(t *testing.T) string { return says(t, string(wire.AppendError(nil, wire.Password.Text())), true) }, "it refused", "-password-file"},
		{"wants TLS", func(t *testing.T) string { return says(t, string(wire.AppendError(nil, wire.NeedTLS.Text())), true) }, "it refused", "-target tls://HOST:PORT"},
		{"mute", func(t *testing.T) string { return says(t, "", false) }, "gave no name within 1.5s", "chat server"},
		{"refuses and closes", func(t *testing.T) string { return says(t, full, true) }, `it refused: "the room is full"`, "full"},
		{"refuses and waits", func(t *testing.T) string { return says(t, full, false) }, `it refused: "the room is full"`, "full"},
		{"refuses at length", func(t *testing.T) string {
			return says(t, string(wire.AppendError(nil, strings.Repeat("full\x1b[1m ", 5e4))), false)
		}, `full\x1b[1m fu…"`, "full"},
		{"half a frame", func(t *testing.T) string { return says(t, `{"welco`, true) }, `, having sent "{\"welco"`, "another protocol than chatsim's line protocol"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			addr, began := c.addr(t), time.Now()
			_, err := loadgen.Run(context.Background(), loadgen.Config{Join: loadgen.Dial(addr), Where: "server at " + addr,
				Users: 3, JoinTimeout: patient})
			var se *loadgen.StartError
			if !errors.As(err, &se) {
				t.Fatalf("error %v (%T), want a StartError", err, err)
			}
			if text := err.Error(); !strings.HasPrefix(text, "join server at "+addr+": ") || !strings.Contains(text, c.want) || strings.Contains(text, "\n") {
				t.Errorf("error %q, want one line with %q", text, c.want)
			}
			if !strings.Contains(se.Hint(), c.hint) {
				t.Errorf("hint %q, want %q in it", se.Hint(), c.hint)
			}
			if took := time.Since(began); took > limit {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestRampFailsAtTheFifth(t *testing.T) {
	t.Parallel()
	s := serve(t, faults{join: func(_ *server, join int) bool { return join < 5 }})
	cfg := short(s, lively(t, "steady"))
	cfg.JoinTimeout = patient
	began := time.Now()
	_, err := loadgen.Run(context.Background(), cfg)
	var se *loadgen.StartError
	if !errors.As(err, &se) || !strings.Contains(err.Error(), "with 4 of 8 chatters there: ") || se.Hint() == "" {
		t.Errorf("error %v, hint %q", err, se.Hint())
	}
	if took := time.Since(began); took > limit {
		t.Errorf("it took %v", took)
	}
}

func TestConfigIsChecked(t *testing.T) {
	join := loadgen.Dial("127.0.0.1:1")
	for want, cfg := range map[string]loadgen.Config{
		"no Joiner":             {},
		"-1 users":              {Join: join, Users: -1},
		"texts of 1 bytes":      {Join: join, Size: 1},
		"rate -5 ":              {Join: join, Rate: -5},
		"with -1 lines":         {Join: join, Inflight: -1},
		"texts of 21 bytes, a ": {Join: join, Size: scenario.MinSize - 1},
	} {
		_, err := loadgen.Run(context.Background(), cfg)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
		if errors.As(err, new(*loadgen.StartError)) {
			t.Errorf("%v is told as the server's doing", err)
		}
	}
}
