//go:build !nocluster

package several

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"

	"chatsim/manager/cluster"
	"chatsim/manager/cluster/jetstream"
)

// embedded are NATS servers of this process.
type embedded struct {
	nodes []*jetstream.Embedded
	conns []*nats.Conn
}

func openNodes(n int) (nodes, error) {
	nodes, err := jetstream.Embed(n)
	return &embedded{nodes: nodes}, err
}

func (e *embedded) number() int { return len(e.nodes) }

// stream has each Manager use another server, in turn.
func (e *embedded) stream(ctx context.Context) (cluster.Stream, error) {
	conn, err := e.nodes[len(e.conns)%len(e.nodes)].Connect()
	if err != nil {
		return nil, fmt.Errorf("connect to the NATS server of this process: %w", err)
	}
	e.conns = append(e.conns, conn)
	return jetstream.Open(ctx, jetstream.Config{Conn: conn, Room: "simulation", Memory: true, Replicas: len(e.nodes)})
}

func (e *embedded) cut(n int) { e.conns[n].Close() }

func (e *embedded) close() {
	for _, c := range e.conns {
		c.Close()
	}
	jetstream.CloseAll(e.nodes)
}
