package web_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"chatsim/manager"
	"chatsim/manager/web"
	"chatsim/manager/wire"
)

// limit is how long anything may take before a test has failed.
const limit = time.Minute

// house is a room with its pages on a port of loopback, until shut or the end of
// the test.
type house struct {
	room *manager.Manager
	addr string
	shut func()
}

// open opens a house; with wc.Serve the test is told of each WebSocket.
func open(t testing.TB, mc manager.Config, wc web.Config) *house {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return openAt(t, ln, mc, wc)
}

func openAt(t testing.TB, ln net.Listener, mc manager.Config, wc web.Config) *house {
	mc.Detect, mc.Measure = true, true
	m := manager.New(mc)
	met := wc.Serve
	wc.Serve = func(c net.Conn) {
		if met != nil {
			met(c)
		}
		m.ServeLines(c)
	}
	wc.Password, wc.MaxLine = mc.Password != "", wire.DefaultMaxLine
	wc.Online = func() int { return m.Stats().Online }
	wc.Ready, wc.Health, wc.Metrics = func() error { return nil }, func() []string { return nil }, func(io.Writer) {}
	m.Handle(web.New(wc))
	served := make(chan error, 1)
	go func() { served <- m.Serve(ln) }()
	h := &house{room: m, addr: ln.Addr().String()}
	h.shut = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := errors.Join(m.Shutdown(ctx), <-served); !errors.Is(err, manager.ErrShutdown) || ctx.Err() != nil {
			t.Errorf("shut down: %v", err)
		}
		if n := m.Stats().Panics; n > 0 {
			t.Errorf("%d panics", n)
		}
	})
	t.Cleanup(h.shut)
	return h
}
