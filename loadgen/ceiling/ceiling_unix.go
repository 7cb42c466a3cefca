//go:build unix

package ceiling

import (
	"fmt"
	"net"
	"sync"
	"syscall"
)

const readSize = 64 << 10

var buffers = sync.Pool{New: func() any { return new([readSize]byte) }}

// writer tries single non-blocking writes.
type writer struct {
	raw syscall.RawConn
	*attempt
}

type attempt struct {
	fn  func(fd uintptr) bool
	b   []byte
	n   int
	err error
}

func newWriter(c net.Conn) (writer, error) {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return writer{}, fmt.Errorf("reach the socket: %w", err)
	}
	a := &attempt{}
	a.fn = func(fd uintptr) bool {
		a.n, a.err = syscall.Write(int(fd), a.b)
		return true
	}
	return writer{raw, a}, nil
}

// try writes what the socket takes at once.
func (w writer) try(b []byte) (int, error) {
	w.b = b
	if err := w.raw.Write(w.fn); err != nil {
		return 0, err
	}
	if w.err == syscall.EAGAIN || w.err == syscall.EINTR {
		return 0, nil
	}
	return max(w.n, 0), w.err
}

// discard reads to the end, with a buffer borrowed only while there is
// something to read, as the room's own clients do.
func (p *Pipes) discard(c net.Conn) {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return
	}
	over := false
	read := func(fd uintptr) bool {
		buf := buffers.Get().(*[readSize]byte)
		n, err := syscall.Read(int(fd), buf[:])
		buffers.Put(buf)
		switch {
		case n > 0:
			p.received.Add(int64(n))
		case err == syscall.EAGAIN:
			return false
		case err != syscall.EINTR:
			over = true
		}
		return true
	}
	for !over {
		if raw.Read(read) != nil {
			return
		}
	}
}
