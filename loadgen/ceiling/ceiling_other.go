//go:build !unix

package ceiling

import (
	"errors"
	"net"
	"os"
	"time"
)

// writer makes short writes with a deadline, where none can be non-blocking.
type writer struct{ conn net.Conn }

func newWriter(c net.Conn) (writer, error) { return writer{c}, nil }

func (w writer) try(b []byte) (int, error) {
	if err := w.conn.SetWriteDeadline(time.Now().Add(time.Millisecond)); err != nil {
		return 0, err
	}
	n, err := w.conn.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return n, err
}

func (p *Pipes) discard(c net.Conn) {
	buf := make([]byte, 64<<10)
	for {
		n, err := c.Read(buf)
		p.received.Add(int64(n))
		if err != nil {
			return
		}
	}
}
