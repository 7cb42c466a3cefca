package several

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/manager"
	"chatsim/manager/cluster"
)

// readyTime is how long the Managers may take to find each other.
const readyTime = 20 * time.Second

// Room is one room; Open makes one.
type Room struct {
	Managers []*manager.Manager
	Addrs    []string // on which each of them listens

	node    node // nil: there is one Manager
	streams []cluster.Stream
	serving errgroup.Group
}

// node is where the stream of the room is.
type node interface {
	stream(ctx context.Context) (cluster.Stream, error)
	close()
}

// Open starts so many Managers, each on a free port of loopback, and waits until all
// of them have the room. prepare, if it is not nil, is called with each before it
// serves.
func Open(ctx context.Context, n int, cfg manager.Config, prepare func(*manager.Manager)) (*Room, error) {
	r := new(Room)
	if n > 1 {
		node, err := openNode()
		if err != nil {
			return nil, err
		}
		r.node = node
	}
	for range n {
		if err := r.add(ctx, cfg, prepare); err != nil {
			return nil, errors.Join(err, r.Close(ctx))
		}
	}
	if err := r.wait(ctx); err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	return r, nil
}

// add starts one more Manager.
func (r *Room) add(ctx context.Context, cfg manager.Config, prepare func(*manager.Manager)) error {
	if r.node != nil {
		stream, err := r.node.stream(ctx)
		if err != nil {
			return err
		}
		r.streams = append(r.streams, stream)
		cfg.Stream = stream
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on a free port: %w", err)
	}
	m := manager.New(cfg)
	if prepare != nil {
		prepare(m)
	}
	r.Managers, r.Addrs = append(r.Managers, m), append(r.Addrs, ln.Addr().String())
	r.serving.Go(func() error {
		if err := m.Serve(ln); !errors.Is(err, manager.ErrShutdown) {
			return err
		}
		return nil
	})
	return nil
}

// wait waits until each Manager has the room.
func (r *Room) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	for i, m := range r.Managers {
		if err := m.WaitReady(ctx); err != nil {
			return fmt.Errorf("bring Manager %d of %d into the room: %w", i+1, len(r.Managers), err)
		}
	}
	return nil
}

// Close shuts all Managers down, and then what they have together.
func (r *Room) Close(ctx context.Context) error {
	var g errgroup.Group
	for _, m := range r.Managers {
		g.Go(func() error { return m.Shutdown(ctx) })
	}
	err := errors.Join(g.Wait(), r.serving.Wait())
	for _, s := range r.streams {
		s.Close()
	}
	if r.node != nil {
		r.node.close()
	}
	return err
}

// Stats returns those of the room: what each Manager does is added up, what is of the
// room itself is the first one's.
func (r *Room) Stats() manager.Stats {
	all := r.Managers[0].Stats()
	for _, m := range r.Managers[1:] {
		st := m.Stats()
		all.Connections += st.Connections
		all.Deliveries += st.Deliveries
		all.Panics += st.Panics
		all.AcceptErrors += st.AcceptErrors
		for reason, n := range st.Evicted {
			all.Evicted[reason] += n
		}
	}
	return all
}
