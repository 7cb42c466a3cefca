package guard

import (
	"bytes"
	"errors"
	"io"
	"net"
)

// Listener has the answers that net/http writes before any handler is asked, to
// a request that it cannot read, carry the headers too.
func Listener(ln net.Listener) net.Listener { return listener{ln} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return conn{c}, nil
}

type conn struct{ net.Conn }

func (c conn) Write(b []byte) (int, error) { return Write(c.Conn, b) }

// CloseWrite lets net/http end an answer before its request has ended.
func (c conn) CloseWrite() error { return CloseWrite(c.Conn) }

// NetConn returns the connection itself.
func (c conn) NetConn() net.Conn { return c.Conn }

// CloseWrite closes the writing side of a connection that has one of its own.
func CloseWrite(c net.Conn) error {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

var (
	answer   = []byte("HTTP/1.")
	interim  = []byte("HTTP/1.1 1")
	lineEnd  = []byte("\r\n")
	blank    = []byte("\r\n\r\n")
	guarded  = []byte("\r\n" + policyHeader + ":")
	inserted = func() (b []byte) {
		for _, pair := range headers {
			b = append(b, "\r\n"+pair[0]+": "+pair[1]...)
		}
		return b
	}()
)

// Write writes b to w, and the headers into it if it is the beginning of a last
// answer that has none: net/http writes a whole header at once.
func Write(w io.Writer, b []byte) (int, error) {
	if !bytes.HasPrefix(b, answer) || bytes.HasPrefix(b, interim) {
		return w.Write(b)
	}
	header, _, whole := bytes.Cut(b, blank)
	at := bytes.Index(b, lineEnd)
	if !whole || bytes.Contains(header, guarded) {
		return w.Write(b)
	}
	n, err := w.Write(bytes.Join([][]byte{b[:at], b[at:]}, inserted))
	return min(max(n-len(inserted), 0), len(b)), err
}
