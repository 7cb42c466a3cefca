package manager

import (
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// shortListener fails for want of something whenever short says so for the
// time since it was opened, and returns a pipe otherwise.
type shortListener struct {
	opened time.Time
	short  func(time.Duration) bool
	why    syscall.Errno
	fails  []time.Duration // when it failed
	gave   []time.Duration // when it gave a connection
	peers  []net.Conn      // the other ends of those
	most   int             // it returns; then it waits to be closed
	closed chan struct{}
}

func (l *shortListener) Accept() (net.Conn, error) {
	at := time.Since(l.opened)
	if l.short(at) {
		l.fails = append(l.fails, at)
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: l.why}
	}
	if len(l.gave) == l.most {
		<-l.closed
		return nil, net.ErrClosed
	}
	server, client := net.Pipe()
	l.gave, l.peers = append(l.gave, at), append(l.peers, client)
	return server, nil
}

func (l *shortListener) Close() error   { close(l.closed); return nil }
func (l *shortListener) Addr() net.Addr { return &net.UnixAddr{Name: "short"} }

// busiest returns the largest number of instants within a second.
func busiest(at []time.Duration) (most int) {
	for i, begin := range at {
		n := 0
		for _, t := range at[i:] {
			if t < begin+time.Second {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// TestShortOfDescriptors has accepting fail for a while, and now and then: it
// is tried again without haste, and works again soon after it could.
func TestShortOfDescriptors(t *testing.T) {
	const outage = 10 * time.Second
	calls := 0
	for _, tc := range []struct {
		name  string
		why   syscall.Errno
		short func(time.Duration) bool
		most  int
		soon  time.Duration // when all connections must be there
	}{
		{"descriptors for ten seconds", syscall.EMFILE, func(at time.Duration) bool { return at < outage }, 3, outage + time.Second},
		{"memory for ten seconds", syscall.ENOMEM, func(at time.Duration) bool { return at < outage }, 3, outage + time.Second},
		{"buffers for ten seconds", syscall.ENOBUFS, func(at time.Duration) bool { return at < outage }, 3, outage + time.Second},
		{"for a moment", syscall.ENFILE, func(at time.Duration) bool { return at < time.Millisecond }, 3, time.Second},
		{"every other time", syscall.EMFILE, func(time.Duration) bool { calls++; return calls%2 == 1 }, 300, time.Minute},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &shortListener{opened: time.Now(), short: tc.short, why: tc.why, most: tc.most, closed: make(chan struct{})}
				m := New(Config{})
				served := make(chan error, 1)
				go func() { served <- m.Serve(l) }()
				<-time.After(tc.soon)
				synctest.Wait()
				if len(l.gave) != tc.most {
					t.Errorf("%d connections within %v, want %d", len(l.gave), tc.soon, tc.most)
				}
				if n := busiest(l.fails); n == 0 || n > 100 {
					t.Errorf("%d failures in one second, want at most 100", n)
				}
				if n := m.Stats().AcceptErrors; n != uint64(len(l.fails)) {
					t.Errorf("%d failures counted, there were %d", n, len(l.fails))
				}
				for _, peer := range l.peers {
					peer.Close()
				}
				shut(t, m)
				if err := <-served; err != ErrShutdown {
					t.Errorf("Serve: %v", err)
				}
				t.Logf("%d failures, at most %d in a second; the first connection after %v", len(l.fails), busiest(l.fails), l.gave[0])
			})
		})
	}
}
