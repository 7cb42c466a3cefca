//go:build !nocluster

package several

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"

	"chatsim/manager/cluster"
	"chatsim/manager/cluster/jetstream"
)

// embedded is a NATS server of this process.
type embedded struct {
	*jetstream.Embedded
	conns []*nats.Conn
}

func openNode() (node, error) {
	e, err := jetstream.Embed()
	return &embedded{Embedded: e}, err
}

func (e *embedded) stream(ctx context.Context) (cluster.Stream, error) {
	conn, err := e.Connect()
	if err != nil {
		return nil, fmt.Errorf("connect to the NATS server of this process: %w", err)
	}
	e.conns = append(e.conns, conn)
	return jetstream.Open(ctx, jetstream.Config{Conn: conn, Room: "simulation", Memory: true})
}

func (e *embedded) close() {
	for _, c := range e.conns {
		c.Close()
	}
	e.Close()
}
