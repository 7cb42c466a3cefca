package dial

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/manager/cert/certtest"
	"chatsim/manager/hinted"
)

func TestAddress(t *testing.T) {
	for _, c := range []struct {
		text          string
		want          Address
		known, secure bool
	}{
		{"h:1", Address{TCP, "h:1", ""}, true, false},
		{"[::1]:1", Address{TCP, "[::1]:1", ""}, true, false},
		{"tls://h:1", Address{TLS, "h:1", ""}, true, true},
		{"TLS://h", Address{TLS, "h", ""}, true, true},
		{"tls://h:1/x", Address{TLS, "h:1", "/x"}, true, true},
		{"ws://h:1/chat?room=1", Address{WS, "h:1", "/chat?room=1"}, true, false},
		{"ws://h", Address{WS, "h:80", "/"}, true, false},
		{"wss://h?a=b", Address{WSS, "h:443", "/?a=b"}, true, true},
		{"wss://[::1]/ws", Address{WSS, "[::1]:443", "/ws"}, true, true},
		{"wss://[::1]:1/ws", Address{WSS, "[::1]:1", "/ws"}, true, true},
		{"ws://h:", Address{WS, "h:", "/"}, true, false},
		{"ws://", Address{WS, "", "/"}, true, false},
		{"http://h:1/", Address{"http", "h:1", "/"}, false, false},
		{"", Address{TCP, "", ""}, true, false},
	} {
		got, known := Split(c.text)
		if got != c.want || known != c.known || got.Secure() != c.secure {
			t.Errorf("%q: %+v, %v", c.text, got, known)
		}
		if again, _ := Split(got.String()); known && again != got {
			t.Errorf("%q is written as %q, which is %+v", c.text, got, again)
		}
	}
}

// A comma separates addresses, but not in a path.
func TestList(t *testing.T) {
	for text, want := range map[string][]string{
		"":                            {""},
		"a:1":                         {"a:1"},
		"a:1,b:2,":                    {"a:1", "b:2", ""},
		"tls://a:1,TLS://b:2":         {"tls://a:1", "TLS://b:2"},
		"ws://a:1,b:2":                {"ws://a:1", "b:2"},
		"ws://a/x?l=1,2,b:3":          {"ws://a/x?l=1,2,b:3"},
		"ws://a/x,y,ws://b/z,wss://c": {"ws://a/x,y", "ws://b/z", "wss://c"},
		"wss://a/x,gopher://b":        {"wss://a/x,gopher://b"},
	} {
		if got := List(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// server listens with a certificate that is good for some time, names a host and
// lies in a file. It sends what it reads back, in capitals.
func server(t *testing.T, host string, until time.Duration) (addr, file string) {
	t.Helper()
	cert, key := certtest.Make(t, time.Now().Add(-2*time.Hour), time.Now().Add(until), host)
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(file, cert, 0o600); err != nil {
		t.Fatal(err)
	}
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, ln, func(conn net.Conn) {
		b := make([]byte, 4)
		if _, err := io.ReadFull(conn, b); err == nil {
			_, _ = io.WriteString(conn, strings.ToUpper(string(b)))
		}
	}), file
}

func serve(t *testing.T, ln net.Listener, each func(net.Conn)) (addr string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			each(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { ln.Close(); <-done })
	return ln.Addr().String()
}

func plain(t *testing.T, says string) (addr string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, ln, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, says)
	})
}

func TestTLS(t *testing.T) {
	good, ca := server(t, "127.0.0.1", time.Hour)
	other, otherCA := server(t, "chat.example", time.Hour)
	old, oldCA := server(t, "127.0.0.1", -time.Hour)
	for name, c := range map[string]struct {
		addr  string
		trust Trust
		want  Trouble
		text  string // of the error; empty: it connects
	}{
		"trusted":      {good, Trust{CA: ca}, Other, ""},
		"insecure":     {other, Trust{Insecure: true}, Other, ""},
		"untrusted":    {good, Trust{}, Untrusted, "is not trusted"},
		"another's CA": {good, Trust{CA: otherCA}, Untrusted, "is not trusted"},
		"another host": {other, Trust{CA: otherCA}, OtherHost, "is another host's"},
		"expired":      {old, Trust{CA: oldCA}, NotNow, "is not valid now"},
		"no TLS":       {plain(t, "220 mail.example\r\n"), Trust{Insecure: true}, NotTLS, "does not speak TLS"},
		"an alert":     {plain(t, "\x15\x03\x01\x00\x02\x02\x28"), Trust{Insecure: true}, Other, "agree on TLS with"},
	} {
		d, err := New(Address{Scheme: TLS, HostPort: c.addr}, c.trust)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := d.Dial(t.Context())
		var e *Error
		switch {
		case c.text == "" && err == nil:
			answer := make([]byte, 4)
			_, _ = io.WriteString(conn, "ping")
			if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "PING" {
				t.Errorf("%s: read %q, %v", name, answer, err)
			}
			conn.Close()
		case !errors.As(err, &e) || e.Trouble != c.want || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), c.addr):
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A peer that does not answer until ctx ends is no trouble with TLS, and one that closes
// is told apart.
func TestNoHandshake(t *testing.T) {
	soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	ln, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, c := range []struct {
		ctx  context.Context
		addr string
		want error
		told bool // as closed
	}{{t.Context(), plain(t, ""), io.EOF, true}, {soon, ln.Addr().String(), context.DeadlineExceeded, false}} {
		d, err := New(Address{Scheme: TLS, HostPort: c.addr}, Trust{Insecure: true})
		if err != nil {
			t.Fatal(err)
		}
		var e *Error
		if _, err = d.Dial(c.ctx); !errors.Is(err, c.want) || errors.As(err, &e) != c.told || c.told && e.Trouble != Closed {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
}

func TestTrustFile(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.pem")
	if err := os.WriteFile(bad, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, want string }{{bad, "holds no certificate"}, {bad + "x", "read -tls-ca: "}} {
		_, err := New(Address{Scheme: TLS, HostPort: "h:1"}, Trust{CA: c.file})
		if err == nil || !strings.Contains(err.Error(), c.want) || hinted.Hint(err) == "" {
			t.Errorf("%s: %v", c.file, err)
		}
	}
}
