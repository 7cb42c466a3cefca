package manager

import (
	"context"
	"crypto/tls"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"chatsim/manager/socket"
)

const (
	firstBackoff = 10 * time.Millisecond // after a failed accept, doubled up to
	lastBackoff  = 500 * time.Millisecond
)

// ErrShutdown is what Serve returns after Shutdown.
var ErrShutdown = errors.New("manager: shut down")

// Serve serves the connections that come in at ln, and returns when no more come
// and the last of them has ended: ErrShutdown after Shutdown, which closes ln,
// else why ln returns no more. A failure that may pass, such as too few
// descriptors, is waited out and counted.
func (m *Manager) Serve(ln net.Listener) error {
	m.mu.Lock()
	if m.draining.Load() {
		m.mu.Unlock()
		ln.Close()
		return ErrShutdown
	}
	m.listeners[ln] = struct{}{}
	m.goroutines.Add(1)
	m.mu.Unlock()
	var sessions sync.WaitGroup
	over := sessions.Done
	defer func() {
		sessions.Wait()
		m.mu.Lock()
		delete(m.listeners, ln)
		m.mu.Unlock()
		m.goroutines.Done()
	}()
	for {
		conn, err := m.accept(ln)
		if m.draining.Load() {
			if err == nil {
				conn.Close()
			}
			return ErrShutdown
		}
		if err != nil {
			return err
		}
		if m.cfg.TLS != nil {
			conn = tls.Server(conn, m.cfg.TLS) // shakes hands at the first read
		} else {
			conn = socket.New(conn)
		}
		sessions.Add(1)
		s := newSession(m, conn)
		go func() {
			if rest := m.letIn(s, over); rest != nil {
				go s.live(rest)
			}
		}()
	}
}

// accept waits for a connection, also through failures that pass.
func (m *Manager) accept(ln net.Listener) (net.Conn, error) {
	for wait := firstBackoff; ; wait = min(2*wait, lastBackoff) {
		conn, err := ln.Accept()
		if err == nil {
			return conn, nil
		}
		if !passing(err) {
			return nil, err
		}
		m.seq.count(func(s *Stats) { s.AcceptErrors++ })
		m.log.Warn("cannot accept a connection", "error", err, "retry_in", wait)
		select {
		case <-time.After(wait):
		case <-m.ctx.Done():
			return nil, err
		}
	}
}

// passing reports whether a failed accept may work later. What net calls temporary
// is what net/http waits out too; want of memory is as short as want of
// descriptors.
func passing(err error) bool {
	var t interface{ Temporary() bool }
	return errors.As(err, &t) && t.Temporary() || errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM)
}

// ServeConn serves one connection until it has ended, and closes it.
func (m *Manager) ServeConn(conn net.Conn) { m.serveToEnd(newSession(m, conn)) }

// ServeLines is ServeConn for what came to an HTTP handler and speaks the line
// dialect from then on: what its first bytes are is not asked again, and it is
// one connection of its address already.
func (m *Manager) ServeLines(conn net.Conn) {
	s := newSession(m, conn)
	s.inner = true
	m.serveToEnd(s)
}

func (m *Manager) serveToEnd(s *session) {
	var coming, over sync.WaitGroup
	over.Add(1)
	var rest func() (parked bool)
	coming.Go(func() { rest = m.letIn(s, over.Done) })
	if coming.Wait(); rest != nil {
		s.live(rest)
	}
	over.Wait()
}

// letIn begins to serve a session, and returns how it goes on, see come; over is called
// at its end.
func (m *Manager) letIn(s *session, over func()) (rest func() (parked bool)) {
	s.done = over
	m.mu.Lock()
	if m.draining.Load() {
		m.mu.Unlock()
		s.conn.Close()
		over()
		return nil
	}
	m.sessions[s] = struct{}{}
	if s.inner {
		m.inner++
	}
	m.goroutines.Add(1)
	m.mu.Unlock()
	return s.come()
}

// forget is the end of a session.
func (m *Manager) forget(s *session) {
	m.mu.Lock()
	delete(m.sessions, s)
	if s.inner {
		m.inner--
	}
	m.mu.Unlock()
	m.goroutines.Done()
}

// stopAccepting closes the listeners and returns the sessions that there are.
func (m *Manager) stopAccepting() []*session {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.draining.Store(true)
	for ln := range m.listeners {
		ln.Close()
	}
	return slices.Collect(maps.Keys(m.sessions))
}

// Shutdown stops accepting and reading, lets everybody have what was said so
// far and a last error frame, and closes all connections. It waits for every
// goroutine; when ctx is done it no longer waits for slow readers, and returns
// the context's error if that cut anybody off.
func (m *Manager) Shutdown(ctx context.Context) error {
	sessions := m.stopAccepting()
	m.cancel()

	m.seq.close(sessions)
	for _, s := range sessions {
		s.interrupt()
	}
	err := m.seq.drain(ctx)
	m.web.end(ctx)
	stop := context.AfterFunc(ctx, func() {
		m.hurry.Store(true)
		for _, s := range sessions {
			s.interrupt()
		}
	})
	m.goroutines.Wait()
	m.lot.close()
	stop()
	if err == nil && m.cutOff.Load() {
		err = ctx.Err()
	}
	return err
}
