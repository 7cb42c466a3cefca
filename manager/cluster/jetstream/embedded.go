//go:build !nocluster

package jetstream

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Embedded is a NATS server inside this process, which nobody reaches from outside.
type Embedded struct {
	srv *server.Server
	dir string
}

// Embed starts one that keeps its streams in a folder of its own, until Close.
func Embed() (*Embedded, error) {
	dir, err := os.MkdirTemp("", "chatsim-nats-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the NATS server: %w", err)
	}
	srv, err := server.NewServer(&server.Options{ServerName: "chatsim", DontListen: true, JetStream: true, StoreDir: dir, NoLog: true, NoSigs: true})
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("start a NATS server: %w", err)
	}
	e := &Embedded{srv, dir}
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		e.Close()
		return nil, errors.New("the NATS server of this process is not ready within 10s")
	}
	return e, nil
}

// Connect connects to it within the process.
func (e *Embedded) Connect() (*nats.Conn, error) {
	return nats.Connect("", nats.InProcessServer(e.srv), nats.PingInterval(time.Second), nats.MaxReconnects(-1), nats.ReconnectBufSize(-1))
}

// Close ends it and removes its folder.
func (e *Embedded) Close() {
	e.srv.Shutdown()
	e.srv.WaitForShutdown()
	_ = os.RemoveAll(e.dir)
}
