package several

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/manager"
	"chatsim/manager/cluster"
	"chatsim/manager/wire"
)

// readyTime is how long the Managers may take to find each other.
const readyTime = 20 * time.Second

// Room is one room; Open makes one.
type Room struct {
	Managers []*manager.Manager
	Addrs    []string // on which each of them listens

	nodes   nodes // nil: there is one Manager
	streams []cluster.Stream
	serving errgroup.Group

	mu     sync.Mutex
	killed map[int]bool // guarded by mu
}

// Config sets a Room up.
type Config struct {
	Managers int // that serve it; 0: 1
	// Nodes is the number of NATS servers, each of which has the whole stream of the
	// room; 0: none where there is one Manager, else 1.
	Nodes   int
	Manager manager.Config
	Prepare func(*manager.Manager) // is called with each before it serves; nil: nothing
}

// nodes are the servers that have the stream of the room.
type nodes interface {
	number() int
	stream(ctx context.Context) (cluster.Stream, error)
	cut(n int) // the nth stream does not reach it any more
	close()
}

// Open starts the Managers, each on a free port of loopback, and waits until all of
// them have the room.
func Open(ctx context.Context, cfg Config) (*Room, error) {
	r := &Room{killed: make(map[int]bool)}
	if cfg.Managers > 1 || cfg.Nodes > 0 {
		nodes, err := openNodes(max(cfg.Nodes, 1))
		if err != nil {
			return nil, err
		}
		r.nodes = nodes
	}
	for range max(cfg.Managers, 1) {
		if err := r.add(ctx, cfg); err != nil {
			return nil, errors.Join(err, r.Close(ctx))
		}
	}
	if err := r.wait(ctx); err != nil {
		return nil, errors.Join(err, r.Close(ctx))
	}
	return r, nil
}

// add starts one more Manager.
func (r *Room) add(ctx context.Context, cfg Config) error {
	if r.nodes != nil {
		stream, err := r.nodes.stream(ctx)
		if err != nil {
			return err
		}
		r.streams = append(r.streams, stream)
		cfg.Manager.Stream = stream
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on a free port: %w", err)
	}
	cfg.Manager.Advertise = wire.Site("http://" + ln.Addr().String())
	m := manager.New(cfg.Manager)
	if cfg.Prepare != nil {
		cfg.Prepare(m)
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

// Where tells where the room is.
func (r *Room) Where() string {
	if r.nodes == nil {
		return "in-process Manager on " + r.Addrs[0]
	}
	who, over := "in-process Manager on ", "a NATS server"
	if n := len(r.Addrs); n > 1 {
		who = fmt.Sprintf("%d in-process Managers on ", n)
	}
	if n := r.nodes.number(); n > 1 {
		over = fmt.Sprintf("%d NATS servers", n)
	}
	return who + strings.Join(r.Addrs, ", ") + " over " + over
}

// Close shuts all Managers down, and then what they have together.
func (r *Room) Close(ctx context.Context) error {
	var g errgroup.Group
	r.mu.Lock()
	over, cancel := context.WithCancel(ctx)
	cancel()
	for i, m := range r.Managers {
		if r.killed[i] {
			g.Go(func() error { _ = m.Shutdown(over); return nil }) // nobody is there
		} else {
			g.Go(func() error { return m.Shutdown(ctx) })
		}
	}
	r.mu.Unlock()
	err := errors.Join(g.Wait(), r.serving.Wait())
	for _, s := range r.streams {
		s.Close()
	}
	if r.nodes != nil {
		r.nodes.close()
	}
	return err
}

// Kill has the nth Manager be as if its process had been killed: the others hear
// nothing more of it, and the connections of its users are reset.
func (r *Room) Kill(n int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.nodes == nil || r.killed[n] {
		return fmt.Errorf("cannot kill Manager %d of %d", n+1, len(r.Managers))
	}
	r.killed[n] = true
	r.nodes.cut(n)
	r.Managers[n].Abort()
	r.streams[n].Close()
	return nil
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
