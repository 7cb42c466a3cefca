//go:build !nocluster

package jetstream

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// meetTime is how long several servers may take to find each other: an election
	// of theirs takes up to 9 s.
	meetTime  = 30 * time.Second
	lookEvery = 10 * time.Millisecond
)

// Embedded is a Server that nobody else uses, and whose streams end with it.
type Embedded struct {
	*Server
	dir string
}

// Embed starts so many servers, which all have the same streams, until CloseAll.
// Several talk to each other over loopback.
func Embed(n int) (all []*Embedded, err error) {
	listen, err := freeAddrs(n)
	if err != nil {
		return nil, err
	}
	secret := rand.Text()
	for i := range n {
		cfg := ServerConfig{Name: fmt.Sprintf("chatsim-%d", i+1)}
		if n > 1 {
			cfg.Listen, cfg.Routes, cfg.Secret = listen[i], listen, secret
		}
		e, err := embed(cfg)
		if err != nil {
			CloseAll(all)
			return nil, err
		}
		all = append(all, e)
	}
	if err := meet(all); err != nil {
		CloseAll(all)
		return nil, err
	}
	return all, nil
}

// freeAddrs returns addresses of loopback on which nobody listens.
func freeAddrs(n int) (addrs []string, err error) {
	for range n {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer ln.Close()
		addrs = append(addrs, ln.Addr().String())
	}
	return addrs, nil
}

// embed starts a server with a folder of its own.
func embed(cfg ServerConfig) (e *Embedded, err error) {
	if cfg.Dir, err = os.MkdirTemp("", "chatsim-nats-"); err != nil {
		return nil, fmt.Errorf("make a folder for the NATS server: %w", err)
	}
	s, err := Start(cfg)
	if err != nil {
		_ = os.RemoveAll(cfg.Dir)
		return nil, fmt.Errorf("the NATS server of this process: %w", err)
	}
	return &Embedded{s, cfg.Dir}, nil
}

// meet waits until the servers have a leader that knows them all.
func meet(all []*Embedded) error {
	if len(all) < 2 {
		return nil
	}
	for deadline := time.Now().Add(meetTime); time.Now().Before(deadline); time.Sleep(lookEvery) {
		current, known := 0, 0
		for _, e := range all {
			if e.srv.JetStreamIsCurrent() {
				current++
			}
			known = max(known, len(e.srv.JetStreamClusterPeers()))
		}
		if current == len(all) && known == len(all) {
			return nil
		}
	}
	return errors.New("the NATS servers of this process do not find each other")
}

// Connect connects to it within the process, and again for as long as it takes.
func (e *Embedded) Connect() (*nats.Conn, error) {
	return e.Server.Connect(nats.PingInterval(time.Second), nats.MaxReconnects(-1), nats.ReconnectBufSize(-1))
}

// Close ends it at once and removes its folder.
func (e *Embedded) Close() {
	e.srv.Shutdown()
	e.srv.WaitForShutdown()
	_ = os.RemoveAll(e.dir)
}

// CloseAll ends servers, the last first.
func CloseAll(all []*Embedded) {
	for i := range all {
		all[len(all)-1-i].Close()
	}
}
