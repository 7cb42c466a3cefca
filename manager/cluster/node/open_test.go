//go:build !nocluster

package node

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"chatsim/manager/hinted"
	"chatsim/manager/listen/listentest"
)

// brief are limits for servers of this process.
var brief = limits{start: time.Second, off: 200 * time.Millisecond}

// serve starts NATS on a free port of loopback.
func serve(t *testing.T, opts server.Options) (url string) {
	t.Helper()
	opts.Host, opts.Port, opts.NoLog, opts.NoSigs = "127.0.0.1", server.RANDOM_PORT, true, true
	if opts.JetStream {
		opts.StoreDir = t.TempDir()
	}
	srv, err := server.NewServer(&opts)
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	if !srv.ReadyForConnections(20 * time.Second) {
		t.Fatal("NATS does not start")
	}
	return "nats://" + srv.Addr().String()
}

// remote is a Config for NATS at a URL.
func remote(url string) Config { return Config{Where: url, Room: "chat", Lease: time.Minute} }

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// refusedWith holds that a start fails, with a hint.
func refusedWith(t *testing.T, cfg Config, l limits, want, hint string) {
	t.Helper()
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	n, err := open(t.Context(), cfg, slog.New(slog.DiscardHandler), l)
	if err == nil {
		n.Close()
		t.Fatalf("%s is not refused", cfg.Where)
	}
	if !strings.Contains(err.Error(), want) || !strings.Contains(hinted.Hint(err), hint) || hint == "" {
		t.Errorf("%s is refused with %s", cfg.Where, hinted.Text(err))
	}
}

// What keeps a room from its stream is told in a bounded time.
func TestRefused(t *testing.T) {
	t.Parallel()
	t.Run("nobody", func(t *testing.T) {
		refusedWith(t, remote("nats://127.0.0.1:1"), brief, "NATS does not answer", "-cluster embedded")
	})
	t.Run("something else", func(t *testing.T) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		go func() {
			for {
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				_, _ = conn.Write([]byte("220 mail.example.org\r\n"))
				conn.Close()
			}
		}()
		refusedWith(t, remote("nats://"+ln.Addr().String()), brief, "is not NATS", "4222")
	})
	t.Run("HTTP", func(t *testing.T) {
		web := httptest.NewServer(http.NotFoundHandler())
		defer web.Close()
		refusedWith(t, remote("nats://"+web.Listener.Addr().String()), brief, "NATS does not answer", "-cluster embedded")
	})
	closed := serve(t, server.Options{JetStream: true, Username: "amy", Password: "sesame"})
	t.Run("no password", func(t *testing.T) {
		refusedWith(t, remote(closed), brief, "does not let this user in", "-cluster-secret-file")
	})
	t.Run("wrong password", func(t *testing.T) {
		cfg := remote(closed)
		cfg.Secret.File = file(t, "amy:guess\n")
		refusedWith(t, cfg, brief, "does not let this user in", "-cluster-creds")
	})
	t.Run("no TLS", func(t *testing.T) {
		refusedWith(t, remote(strings.Replace(closed, "nats", "tls", 1)), brief, "do not agree on TLS", "nats://HOST:PORT")
	})
	t.Run("no credentials", func(t *testing.T) {
		cfg := remote(closed)
		cfg.Creds = file(t, "not a seed")
		refusedWith(t, cfg, brief, "neither a user's credentials nor the seed of an nkey", "-cluster-creds")
	})
	t.Run("no authority", func(t *testing.T) {
		cfg := remote(closed)
		cfg.TLSCA = file(t, "not PEM")
		refusedWith(t, cfg, brief, "read the files for NATS", "PEM")
	})
	t.Run("no JetStream", func(t *testing.T) {
		refusedWith(t, remote(serve(t, server.Options{})), brief, "has no JetStream", "JetStream on")
	})
	t.Run("small messages", func(t *testing.T) {
		refusedWith(t, remote(serve(t, server.Options{JetStream: true, MaxPayload: 1 << 10})), brief, "messages of 1024 bytes", "max_payload")
	})
	t.Run("small disk", func(t *testing.T) {
		refusedWith(t, remote(serve(t, server.Options{JetStream: true, JetStreamMaxStore: 10 << 20})), brief, "no space for the stream", "256 MiB")
	})
}

// A stream of the room's name that is another one's, or of a newer chatsim, is left
// alone.
func TestForeign(t *testing.T) {
	t.Parallel()
	url := serve(t, server.Options{JetStream: true})
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	stream, err := js.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, cfg := range []js.StreamConfig{
		{Name: "CHATSIM_63686174", Subjects: []string{"orders"}},
		{Name: "CHATSIM_6e6577", Subjects: []string{"chatsim.6e6577.order"}, Description: "chatsim, format 2"},
	} {
		if _, err := stream.CreateStream(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
	}
	refusedWith(t, remote(url), brief, "is not one of chatsim's", "-room NAME")
	newer := remote(url)
	newer.Room = "new"
	refusedWith(t, newer, brief, "a newer chatsim", "-room NAME")
}

// One user of NATS comes with a password from a file, another room is beside the first.
func TestOpen(t *testing.T) {
	t.Parallel()
	cfg := remote(serve(t, server.Options{JetStream: true, Username: "amy", Password: "sesame"}))
	cfg.Secret.File = file(t, "amy:sesame\n")
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	for _, room := range []string{"chat", "房间"} {
		cfg.Room = room
		n, err := open(t.Context(), cfg, slog.New(slog.DiscardHandler), brief)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		if s := n.State(); s.Trouble() != "" || n.Replicas() != 1 || n.Stream() == nil {
			t.Errorf("%+v with %d replicas", s, n.Replicas())
		}
	}
}

// A node's folder is its own, and has to be one.
func TestFolder(t *testing.T) {
	t.Parallel()
	cfg := Config{Where: Embedded, Lease: time.Minute, Dir: t.TempDir()}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	n, err := open(t.Context(), cfg, slog.New(slog.DiscardHandler), ofNodes)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	refusedWith(t, cfg, brief, "is that of another chatsim", "-cluster-dir DIR")
	cfg.Dir = filepath.Join(file(t, ""), "x")
	refusedWith(t, cfg, brief, "not a directory", "-cluster-dir DIR")
}

// A node whose peers are not there does not wait for ever, and an end ends the wait.
func TestAlone(t *testing.T) {
	t.Parallel()
	cfg := Config{Where: Embedded, Lease: time.Minute, Dir: t.TempDir(), Listen: listentest.Port(t)}
	cfg.Routes = []string{cfg.Listen, "127.0.0.1:1", "127.0.0.1:2"}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, cfg, brief, "nodes 1/3: more than half of them are needed", "start chatsim on the other nodes")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(ctx, cfg, slog.New(slog.DiscardHandler), ofNodes); err != context.Canceled {
		t.Errorf("a start that is interrupted ends with %v", err)
	}
}
