package bench

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/chatter"
	"chatsim/manager/wire"
)

// joinsAtOnce is how many of a crowd join at the same time, as in a real run.
const joinsAtOnce = 256

// crowd is chatters who read everything, count who comes and goes, and keep nothing.
type crowd struct {
	members []*member
	readers sync.WaitGroup
}

// member is one of a crowd.
type member struct {
	*chatter.Client
	joins, leaves atomic.Int64 // of others, that it has read of
}

// gather has a crowd join a room; it returns when the last is in.
func gather(ctx context.Context, addr string, users int, name func(int) string) (*crowd, error) {
	c := &crowd{members: make([]*member, users)}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(joinsAtOnce)
	for i := range c.members {
		g.Go(func() (err error) {
			c.members[i], err = c.join(ctx, addr, name(i))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *crowd) join(ctx context.Context, addr, name string) (*member, error) {
	client, err := chatter.Dial(ctx, addr, name)
	if err != nil {
		return nil, err
	}
	var f chatter.Frame
	for f.Kind != wire.Roster {
		if err := client.Next(&f); err != nil {
			client.Close()
			return nil, fmt.Errorf("%s is not let in: %w", name, err)
		}
	}
	m := &member{Client: client}
	c.readers.Go(m.read)
	return m, nil
}

var joinFrame, leaveFrame = []byte(`{"join":`), []byte(`{"leave":`)

// read counts to the end of the stream. Our Manager tells of one user a frame.
func (m *member) read() {
	var f chatter.Frame
	for m.NextRaw(&f) == nil {
		switch {
		case bytes.HasPrefix(f.Raw, joinFrame):
			m.joins.Add(1)
		case bytes.HasPrefix(f.Raw, leaveFrame):
			m.leaves.Add(1)
		}
	}
	m.Close()
}

// acquainted waits until everybody has read of everybody who came later.
func (c *crowd) acquainted() {
	users := int64(len(c.members))
	waitFor(func() bool {
		known := int64(0)
		for _, m := range c.members {
			known += m.joins.Load()
		}
		return known == users*(users-1)/2
	})
}

// waitFor looks every millisecond whether a condition holds: spinning would take
// a processor from what is measured. The time limit of go test is the hard end.
func waitFor(holds func() bool) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		<-tick.C
	}
}

// close ends all connections and waits for the readers.
func (c *crowd) close() {
	for _, m := range c.members {
		if m != nil {
			m.Close()
		}
	}
	c.readers.Wait()
}

func mustGather(tb testing.TB, addr string, users int, name func(int) string) *crowd {
	tb.Helper()
	c, err := gather(tb.Context(), addr, users, name)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func numbered(i int) string { return fmt.Sprintf("user%05d", i) }
