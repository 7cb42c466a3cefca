//go:build unix

package socket

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unique"

	"golang.org/x/sys/unix"
)

// Conn is a TCP connection that can be bare: held by its descriptor alone, without
// what package net and the runtime keep of each connection, which is ten times as
// much memory. A bare one reads and writes what the socket has and takes at once.
// For everything that waits, and for a deadline, it is made whole again; only Bare
// has it be bare.
type Conn struct {
	// Static.
	remote netip.AddrPort
	local  unique.Handle[netip.AddrPort] // most connections of a listener have the same

	whole atomic.Pointer[whole] // nil: bare; changed under mu

	mu sync.Mutex
	// Guarded by mu, which is held over each use of fd.
	fd      int32 // that of whole, where there is one; closed after Close
	waiting int16 // calls that whole makes
	reads   bool  // a deadline for reading is set
	writes  bool  // likewise
}

// closed is no descriptor.
const closed = -1

// whole is a socket that the runtime waits for.
type whole struct {
	waiter
	raw syscall.RawConn
}

// waiter is a *net.TCPConn, as accepted, or an *os.File: making one changes nothing
// of the socket, as which a net.Conn would have its options set anew.
type waiter interface {
	io.ReadWriteCloser
	syscall.Conn
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// New returns a Conn, which is whole, where conn is a TCP connection of package net;
// only the Conn may be used from then on. Any other conn is returned as it is.
func New(conn net.Conn) net.Conn {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return conn
	}
	raw, err := tcp.SyscallConn()
	local, is := tcp.LocalAddr().(*net.TCPAddr)
	remote, are := tcp.RemoteAddr().(*net.TCPAddr)
	if err != nil || !is || !are {
		return conn
	}
	c := &Conn{remote: remote.AddrPort(), local: unique.Make(local.AddrPort())}
	if raw.Control(func(fd uintptr) { c.fd = int32(fd) }) != nil {
		return conn
	}
	c.whole.Store(&whole{tcp, raw})
	return c
}

// Bare has c be bare, and reports whether it is. It is not where a call waits or a
// deadline is set. The caller is who reads: nobody may be in a Read.
func (c *Conn) Bare() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.whole.Load()
	switch {
	case c.fd == closed || c.waiting > 0 || c.reads || c.writes:
		return false
	case w == nil:
		return true
	}
	fd, err := unix.FcntlInt(uintptr(c.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return false
	}
	c.fd = int32(fd)
	c.whole.Store(nil)
	_ = w.Close() // the socket stays ours
	return true
}

// wholeLocked has c be whole, by the descriptor that it has.
func (c *Conn) wholeLocked() (*whole, error) {
	if c.fd == closed {
		return nil, net.ErrClosed
	}
	if w := c.whole.Load(); w != nil {
		return w, nil
	}
	file := os.NewFile(uintptr(c.fd), "")
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	w := &whole{file, raw}
	c.whole.Store(w)
	return w, nil
}

// begin begins a call that may wait, which end ends.
func (c *Conn) begin() (*whole, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, err := c.wholeLocked()
	if err == nil {
		c.waiting++
	}
	return w, err
}

func (c *Conn) end() {
	c.mu.Lock()
	c.waiting--
	c.mu.Unlock()
}

func (c *Conn) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fd == closed
}

// with does something to the descriptor that does not wait.
func (c *Conn) with(op string, do func(fd int) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fd == closed {
		return c.opError(op, net.ErrClosed)
	}
	return c.opError(op, do(int(c.fd)))
}

// Read and Write are as of package net.
func (c *Conn) Read(b []byte) (n int, err error) {
	w, err := c.begin()
	if err != nil {
		return 0, c.opError("read", err)
	}
	defer c.end()
	n, err = w.Read(b)
	return n, c.failure("read", err)
}

func (c *Conn) Write(b []byte) (n int, err error) {
	w, err := c.begin()
	if err != nil {
		return 0, c.opError("write", err)
	}
	defer c.end()
	n, err = w.Write(b)
	return n, c.failure("write", err)
}

// Close ends the connection in both directions, and every call that waits.
func (c *Conn) Close() error {
	c.mu.Lock()
	if c.fd == closed {
		c.mu.Unlock()
		return c.opError("close", net.ErrClosed)
	}
	w := c.whole.Load()
	var err error
	if w == nil {
		err = os.NewSyscallError("close", unix.Close(int(c.fd)))
	}
	c.fd = closed
	c.mu.Unlock()
	if w != nil {
		err = w.Close() // waits for those in its calls
	}
	return c.failure("close", err)
}

// CloseWrite ends what the peer can read.
func (c *Conn) CloseWrite() error {
	return c.with("close", func(fd int) error {
		return os.NewSyscallError("shutdown", unix.Shutdown(fd, unix.SHUT_WR))
	})
}

// SetLinger is as of a net.TCPConn.
func (c *Conn) SetLinger(sec int) error {
	l := unix.Linger{Onoff: 1, Linger: int32(sec)}
	if sec < 0 {
		l = unix.Linger{}
	}
	return c.with("set", func(fd int) error {
		return os.NewSyscallError("setsockopt", unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &l))
	})
}

// SetDeadline and its like are as of package net, but for one thing: a call that need
// not wait looks at none.
func (c *Conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.limit(&c.reads, waiter.SetReadDeadline, t)
}

func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.limit(&c.writes, waiter.SetWriteDeadline, t)
}

// limit sets a deadline by one of whole's methods. A bare one has none.
func (c *Conn) limit(is *bool, set func(waiter, time.Time) error, t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *is = !t.IsZero(); !*is && c.whole.Load() == nil && c.fd != closed {
		return nil
	}
	w, err := c.wholeLocked()
	if err == nil {
		err = set(w.waiter, t)
	}
	return c.opError("set", err)
}

// LocalAddr and RemoteAddr are as of the connection that New was given.
func (c *Conn) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(c.local.Value()) }
func (c *Conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// TCP returns what New was given, nil if c has been bare.
func (c *Conn) TCP() *net.TCPConn {
	if w := c.whole.Load(); w != nil {
		tcp, _ := w.waiter.(*net.TCPConn)
		return tcp
	}
	return nil
}

// failure returns an error of a call of whole.
func (c *Conn) failure(op string, err error) error {
	if err != nil && err != io.EOF && c.isClosed() {
		err = net.ErrClosed
	}
	return c.opError(op, err)
}

// opError puts an error into the form that package net has for it.
func (c *Conn) opError(op string, err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	if _, ok := errors.AsType[*net.OpError](err); ok || err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}
