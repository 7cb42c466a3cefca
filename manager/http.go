package manager

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"chatsim/manager/guard"
	"chatsim/manager/socket"
)

const (
	maxHeader   = 16 << 10         // bytes of an HTTP request's header
	idleHTTP    = 2 * time.Minute  // until the next request of a connection
	answerLimit = 30 * time.Second // for reading a request or writing its answer
)

// Handle has HTTP requests that come to the room's port answered by h, where
// Config.Detect is on. Call it before the Manager serves.
func (m *Manager) Handle(h http.Handler) {
	m.web.server = &http.Server{
		Handler:           h,
		ReadHeaderTimeout: m.cfg.LoginTimeout,
		ReadTimeout:       answerLimit,
		WriteTimeout:      answerLimit,
		IdleTimeout:       idleHTTP,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // what peers do wrong is theirs to see

		DisableGeneralOptionsHandler: true, // it would answer without the handler's headers
	}
	m.goroutines.Go(func() { _ = m.web.server.Serve(m.web) })
}

// isHTTP reports whether a first line is that of an HTTP request.
func isHTTP(line []byte) bool {
	method, rest, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\r")), []byte(" "))
	path, version, ok2 := bytes.Cut(rest, []byte(" "))
	target := bytes.HasPrefix(path, []byte("/")) || string(path) == "*" || bytes.Contains(path, []byte("://"))
	if !ok || !ok2 || len(method) == 0 || !target || !bytes.HasPrefix(version, []byte("HTTP/")) {
		return false
	}
	for _, c := range method {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return true
}

// visits hands connections to an HTTP server as a listener does.
type visits struct {
	server *http.Server // nil: HTTP is not spoken; static once the Manager serves
	came   chan net.Conn
	over   chan struct{}
	once   sync.Once
}

func newVisits() *visits { return &visits{came: make(chan net.Conn), over: make(chan struct{})} }

// visit has HTTP spoken over conn, from the bytes on that were read already, and
// waits until it is closed.
func (v *visits) visit(conn net.Conn, read []byte) {
	c := &visitor{Conn: conn, read: read, closed: make(chan struct{})}
	_ = conn.SetReadDeadline(time.Time{})
	select {
	case v.came <- c:
		<-c.closed
	case <-v.over:
		conn.Close()
	}
}

// end ends what is asked and answered, at once when ctx is done.
func (v *visits) end(ctx context.Context) {
	if v.server != nil && v.server.Shutdown(ctx) != nil {
		_ = v.server.Close()
	}
}

func (v *visits) Accept() (net.Conn, error) {
	select {
	case conn := <-v.came:
		return conn, nil
	case <-v.over:
		return nil, net.ErrClosed
	}
}

func (v *visits) Close() error {
	v.once.Do(func() { close(v.over) })
	return nil
}

func (v *visits) Addr() net.Addr { return &net.TCPAddr{} }

// visitor is a connection of which something was read.
type visitor struct {
	net.Conn
	read   []byte
	once   sync.Once
	closed chan struct{}
}

func (v *visitor) Read(b []byte) (int, error) {
	if len(v.read) > 0 {
		n := copy(b, v.read)
		v.read = v.read[n:]
		return n, nil
	}
	return v.Conn.Read(b)
}

// Write puts the headers of all answers into those that net/http makes itself.
func (v *visitor) Write(b []byte) (int, error) { return guard.Write(v.Conn, b) }

// CloseWrite lets net/http end an answer before its request has ended.
func (v *visitor) CloseWrite() error { return guard.CloseWrite(v.Conn) }

// Close is called once or more by the server or by who has taken over.
func (v *visitor) Close() error {
	err := v.Conn.Close()
	v.once.Do(func() { close(v.closed) })
	return err
}

// NetConn returns the connection itself, for what can be set there.
func (v *visitor) NetConn() net.Conn { return v.Conn }

// Socket returns the socket, where what is written goes to it as it is; else nil. It is for
// what follows an answer.
func (v *visitor) Socket() syscall.RawConn { return socket.Raw(v.Conn) }
