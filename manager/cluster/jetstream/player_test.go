//go:build !nocluster

package jetstream

import (
	"context"
	"crypto/rand"
	"hash/fnv"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"chatsim/manager/cluster"
)

// player is a Manager of tests: its room is the list of what was requested.
type player struct {
	*cluster.Runner
	stream *Stream
	conn   *nats.Conn

	mu    sync.Mutex
	said  []string      // guarded by mu
	ended []error       // likewise: why lives of this Manager have
	stall chan struct{} // likewise; nil: it applies at once
}

// play has a Manager take part in the room of a test, until the test ends.
func play(t *testing.T, conn *nats.Conn, cfg Config) *player {
	t.Helper()
	cfg.Conn, cfg.Room, cfg.Memory = conn, "test", true
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	stream, err := Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	p := &player{stream: stream, conn: conn}
	core := cluster.NewCore(cluster.Config{Machine: p, NewID: func() (id cluster.ID) {
		_, _ = rand.Read(id[:]) // never fails
		return id
	}})
	p.Runner = cluster.NewRunner(core, p, stream)
	running, stop := context.WithCancel(context.Background())
	go func() { _ = p.Run(running) }()
	t.Cleanup(func() {
		stop()
		p.resume()
		<-p.Done()
		stream.Close()
	})
	if err := p.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *player) Others([]string) {}

// say has a line be said by this Manager.
func (p *player) say(text string) { p.Propose([]byte(text), text) }

// pause has the Manager apply nothing until resume.
func (p *player) pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stall = make(chan struct{})
}

func (p *player) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stall != nil {
		close(p.stall)
		p.stall = nil
	}
}

// has reports whether a line was applied here.
func (p *player) has(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.said, text)
}

// met reports whether a life of this Manager has ended for a reason.
func (p *player) met(why error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.ended, why)
}

func (p *player) all() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.said)
}

func (p *player) Apply(_ cluster.ID, _ uint64, _ time.Time, request []byte) error {
	p.mu.Lock()
	stall := p.stall
	p.said = append(p.said, string(request))
	p.mu.Unlock()
	if stall != nil {
		<-stall
	}
	return nil
}

func (p *player) Reset([]byte, time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = nil
	return nil
}

func (p *player) Snapshot() ([]byte, error) { return encodeLines(p.all()), nil }

func (p *player) Restore(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = decodeLines(b)
	return nil
}

func (p *player) Hash() uint64 {
	sum := fnv.New64a()
	_, _ = sum.Write(encodeLines(p.all()))
	return sum.Sum64()
}

func (p *player) Live(_ cluster.ID, why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if why != nil {
		p.ended = append(p.ended, why)
	}
}

func (p *player) Flush()                           {}
func (p *player) End(cluster.ID, time.Time, error) {}
func (p *player) Proposed(uint64, any)             {}

// Refused has a line travel again in the next life.
func (p *player) Refused(tag any) { p.say(tag.(string)) }
