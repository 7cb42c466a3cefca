//go:build !nocluster

package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"chatsim/manager/cluster"
	"chatsim/manager/cluster/jetstream"
	"chatsim/manager/hinted"
	"chatsim/manager/lock"
)

// limits are those of a start.
type limits struct {
	start time.Duration // until there is a stream
	off   time.Duration // that nobody answers for JetStream, until it is taken to be off
}

// ofNodes is for nodes, more than half of which are waited for, ofNATS for NATS that
// somebody runs.
var (
	ofNodes = limits{2 * time.Minute, 0}
	ofNATS  = limits{30 * time.Second, 3 * time.Second}
)

const (
	lookTime  = 3 * time.Second // for one look at the stream
	lookEvery = 250 * time.Millisecond
)

const (
	replicas    = 3         // servers that keep a stream, where there are so many
	maxReplicas = 5         // likewise, of nodes inside chatsim
	minPayload  = 512 << 10 // bytes of a message that NATS must take: a piece of the room, or many lines at once
)

// node is a Node by NATS.
type node struct {
	cfg      Config
	log      *slog.Logger
	limits   limits
	srv      *jetstream.Server // nil: NATS is elsewhere
	folder   *folder           // nil: likewise
	conn     *nats.Conn
	stream   *jetstream.Stream
	replicas int
	trouble  atomic.Pointer[error] // of the connection, that came last
}

// Open reaches the stream of a room, and makes it where it is not there. It waits
// until NATS, or enough of the other nodes, are there, but not for ever.
func Open(ctx context.Context, cfg Config, log *slog.Logger) (Node, error) {
	if cfg.Where == Embedded {
		return open(ctx, cfg, log, ofNodes)
	}
	return open(ctx, cfg, log, ofNATS)
}

func open(ctx context.Context, cfg Config, log *slog.Logger, l limits) (Node, error) {
	n := &node{cfg: cfg, log: log, limits: l}
	ctx, cancel := context.WithTimeoutCause(ctx, l.start, errLate)
	defer cancel()
	if err := n.open(ctx); err != nil {
		n.Close()
		return nil, err
	}
	return n, nil
}

var errLate = errors.New("too late")

func (n *node) open(ctx context.Context) error {
	var err error
	if n.cfg.Where == Embedded {
		err = n.start()
	} else {
		err = n.connect(ctx)
	}
	if err != nil {
		return err
	}
	if n.conn.MaxPayload() < minPayload {
		return hinted.New(fmt.Sprintf("NATS takes messages of %d bytes at most, and the room needs %d", n.conn.MaxPayload(), minPayload), "set max_payload of the NATS server to 1MB, which is what it is without being set")
	}
	return n.reach(ctx)
}

// start starts the node of this process.
func (n *node) start() error {
	folder, err := openFolder(n.cfg.Dir)
	if err != nil {
		if errors.Is(err, lock.ErrHeld) {
			return hinted.New(fmt.Sprintf("the folder %s is that of another chatsim, which runs", n.cfg.Dir), "give each node a folder of its own with -cluster-dir DIR")
		}
		return hinted.Wrap(fmt.Errorf("use the folder %s for this node: %w", n.cfg.Dir, err), "name a folder that chatsim may write to with -cluster-dir DIR")
	}
	n.folder = folder
	between, err := n.cfg.tls()
	if err != nil {
		return err
	}
	cfg := jetstream.ServerConfig{Name: folder.name, Dir: n.cfg.Dir, Listen: n.cfg.Listen, Routes: n.cfg.Routes, TLS: between, Log: n.note}
	if word := n.cfg.Secret.Word; word != "" {
		sum := sha256.Sum256([]byte(word)) // some words mean something else to the server
		cfg.Secret = hex.EncodeToString(sum[:])
	}
	if n.srv, err = jetstream.Start(cfg); err != nil {
		n.srv = nil
		return hinted.Wrap(fmt.Errorf("start the node of this chatsim: %w", err), "-cluster-listen needs a free port of this machine, -cluster-dir a folder with space")
	}
	if n.conn, err = n.srv.Connect(n.options()...); err != nil {
		return fmt.Errorf("connect to the node of this chatsim: %w", err)
	}
	return nil
}

// note logs what the node's server says. That others are not there is told otherwise.
func (n *node) note(failed bool, text string) {
	level := slog.LevelDebug
	if failed && !strings.Contains(text, "connect to route") && !strings.Contains(text, "Router connection closed") {
		level = slog.LevelWarn
	}
	n.log.Log(context.Background(), level, "the node", "says", text)
}

// reach opens the stream, and tries again what may work later.
func (n *node) reach(ctx context.Context) error {
	cfg := jetstream.Config{Conn: n.conn, Room: n.cfg.Room, Replicas: replicas, Fewer: n.srv == nil}
	switch nodes := len(n.cfg.Routes); {
	case n.srv != nil && nodes == 0:
		cfg.Replicas = 1
	case nodes >= maxReplicas:
		cfg.Replicas = maxReplicas
	}
	began, told := time.Now(), ""
	for {
		look, cancel := context.WithTimeout(ctx, lookTime)
		stream, err := jetstream.Open(look, cfg)
		if err == nil {
			n.stream = stream
			n.replicas, err = stream.Replicas(look)
		}
		cancel()
		if err == nil {
			return nil
		}
		if n.stream != nil {
			n.stream.Close()
			n.stream = nil
		}
		if final := n.final(err, time.Since(began)); final != nil {
			return final
		}
		if why := n.waiting(err); why != told {
			told = why
			n.log.Info("waiting for the stream of the room", "room", n.cfg.Room, "because", why)
		}
		if err := sleep(ctx, lookEvery); err != nil {
			return n.late(ctx, told)
		}
	}
}

// waiting returns what a start waits for.
func (n *node) waiting(err error) string {
	if t := n.State().lacks(); t != "" {
		return t
	}
	if t := n.trouble.Load(); t != nil {
		err = *t
	}
	return plain(err)
}

// late returns the error of a start that has taken too long, or was interrupted.
func (n *node) late(ctx context.Context, why string) error {
	if context.Cause(ctx) != errLate {
		return ctx.Err()
	}
	if n.srv != nil {
		return hinted.New(fmt.Sprintf("the nodes have no stream for the room within %v: %s", n.limits.start, why), "start chatsim on the other nodes too, each with the same -cluster-routes "+strings.Join(n.cfg.Routes, ",")+" and the same -cluster-secret-file")
	}
	return hinted.New(fmt.Sprintf("there is no stream for the room within %v: %s", n.limits.start, why), "look at the NATS server's log, and at what its user may do")
}

// Stream implements Node.
func (n *node) Stream() cluster.Stream { return n.stream }

// Replicas implements Node.
func (n *node) Replicas() int { return n.replicas }

// State implements Node.
func (n *node) State() State {
	var s State
	if n.stream != nil {
		s.Behind = n.stream.Behind()
	}
	if n.srv != nil && len(n.cfg.Routes) > 0 {
		s.Nodes, s.Of = n.srv.Nodes(), len(n.cfg.Routes)
	}
	if !n.conn.IsConnected() {
		s.Err = errors.New("NATS does not answer")
		if t := n.trouble.Load(); t != nil {
			s.Err = errors.New(plain(*t))
		}
	}
	return s
}

// Close implements Node.
func (n *node) Close() {
	if n.stream != nil {
		n.stream.Close()
	}
	if n.conn != nil {
		n.conn.Close()
	}
	if n.srv != nil {
		n.srv.Close()
	}
	if n.folder != nil {
		n.folder.close()
	}
}

// sleep waits, or returns ctx's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// plain returns an error without the library's name in it.
func plain(err error) string {
	var told *js.APIError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return "no answer"
	case errors.Is(err, nats.ErrNoServers):
		return "nobody listens there"
	case errors.Is(err, nats.ErrNoResponders):
		return "nobody answers for JetStream"
	case errors.As(err, &told):
		return told.Description
	}
	return strings.TrimPrefix(err.Error(), "nats: ")
}
