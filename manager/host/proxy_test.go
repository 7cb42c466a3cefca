//go:build unix && !nocluster

package host

import (
	"net"
	"sync"
	"testing"
)

// proxy passes connections on to a server, or holds back what goes one way: nothing of
// it is lost, as with a network that is cut and mended.
type proxy struct {
	addr string
	ways [2]way // to the server, and from it

	mu  sync.Mutex
	now *generation // guarded by mu: the connections until the next reset
}

// generation is the connections that end together.
type generation struct {
	over    chan struct{} // closed: they end
	passing sync.WaitGroup
}

func newGeneration() *generation { return &generation{over: make(chan struct{})} }

// reset ends all connections, and waits until they have.
func (p *proxy) reset() {
	p.mu.Lock()
	ended := p.now
	p.now = newGeneration()
	p.mu.Unlock()
	close(ended.over)
	ended.passing.Wait()
}

// way is one direction of all connections.
type way struct {
	mu   sync.Mutex
	open chan struct{} // guarded by mu; closed: it is
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: ln.Addr().String(), now: newGeneration()}
	for i := range p.ways {
		p.ways[i].open = make(chan struct{})
		close(p.ways[i].open)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			g := p.now
			g.passing.Go(func() { p.pass(client, server, g.over) })
			p.mu.Unlock()
		}
	})
	t.Cleanup(func() {
		ln.Close()
		wg.Wait()
		p.reset()
	})
	return p
}

// pass passes one connection on until one end closes it.
func (p *proxy) pass(client net.Conn, addr string, over <-chan struct{}) {
	defer client.Close()
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer server.Close()
	var both sync.WaitGroup
	ended := make(chan struct{})
	both.Go(func() { p.ways[0].copy(server, client, ended) })
	both.Go(func() { p.ways[1].copy(client, server, ended) })
	done := make(chan struct{})
	go func() { both.Wait(); close(done) }()
	select {
	case <-done:
	case <-over:
	}
	close(ended)
	client.Close()
	server.Close()
	<-done
}

// copy passes on what comes, once the way is open. Where one end is closed, so is the
// other.
func (w *way) copy(to, from net.Conn, ended <-chan struct{}) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		w.mu.Lock()
		open := w.open
		w.mu.Unlock()
		select {
		case <-open:
		case <-ended:
			return
		}
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// set opens or holds a way.
func (w *way) set(open bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if open {
		close(w.open)
	} else {
		w.open = make(chan struct{})
	}
}
