package chatter

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"chatsim/chatter/dialect"
	"chatsim/manager/socket"
)

const (
	// bufferSize is what is read at once, in bytes: a busy room fills it.
	bufferSize = 64 << 10
	// plainSize is that of a connection which has to own its buffer.
	plainSize = 8 << 10
	// around is what a frame may have around it: the end of a line, the header of a
	// WebSocket's.
	around = 16
)

// ErrFrameTooLong ends a stream in which a frame does not end.
var ErrFrameTooLong = dialect.ErrTooLong

// errEnded is the end of the stream, of which the codec knows what it means.
var errEnded = errors.New("the stream has ended")

// buffers lends memory to those who have something to read.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// reader holds what has come and is not consumed. On a socket it holds memory
// only while there is something unread in it: it waits without, and borrows a
// buffer when the socket is readable. Other connections have no way to wait
// but in a read, so there it owns a smaller one.
type reader struct {
	// Static after construction.
	conn     net.Conn
	raw      syscall.RawConn       // nil: plain reads
	readable func(fd uintptr) bool // r.tryRead, bound once as binding allocates
	home     int                   // the usual size of buf

	longest int // the longest frame, in bytes; set before anything is read

	lent       *[bufferSize]byte // buf, where it is borrowed
	buf        []byte            // nil while nothing is unread
	start, end int               // what of buf is unread
	full       bool              // the last read filled buf: more may follow at once
	at         time.Time         // right after the last read
	err        error             // what ended the stream, for good
	woken      atomic.Bool       // by wake

	got struct { // by tryRead
		n   int
		err error
	}
}

// init begins with bytes that were read already.
func (r *reader) init(conn net.Conn, early []byte) {
	r.conn, r.home, r.longest = conn, plainSize, dialect.DefaultFrame
	r.buf, r.end, r.at = early, len(early), time.Now()
	if r.raw = socket.Raw(conn); r.raw != nil {
		r.home, r.readable = bufferSize, r.tryRead
	}
}

// fill waits for more bytes; it is called when no whole frame is unread.
func (r *reader) fill() error {
	if r.err != nil {
		return r.err
	}
	if r.end-r.start >= r.longest+around {
		err := dialect.NewFrameError(r.buf[r.start:r.end], fmt.Errorf("%w: more than %d bytes", ErrFrameTooLong, r.longest))
		return r.fail(err)
	}
	r.makeRoom()
	n, err := r.read()
	r.at = time.Now()
	switch {
	case n > 0:
		r.end += n
		r.full = r.end == len(r.buf)
		return nil
	case err == io.EOF:
		return errEnded
	}
	return r.fail(err)
}

// fail ends the stream, but for a read deadline that someone has set on the
// connection: the stream goes on behind it.
func (r *reader) fail(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	r.release()
	r.start, r.end = 0, 0
	r.err = err
	return err
}

// wake ends a wait for bytes: the codec has frames without.
func (r *reader) wake() {
	r.woken.Store(true)
	_ = r.conn.SetReadDeadline(time.Unix(1, 0))
}

// isWoken reports whether an error is the end of such a wait.
func (r *reader) isWoken(err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) || !r.woken.Swap(false) {
		return false
	}
	_ = r.conn.SetReadDeadline(time.Time{})
	return true
}

// makeRoom moves the unread start of a frame to the start of the buffer, of a
// larger one where it fills the whole, of a usual one where a larger one has
// done its service.
func (r *reader) makeRoom() {
	unread := r.buf[r.start:r.end]
	switch {
	case len(r.buf) > r.home && len(unread) <= r.home/2:
		r.release()
		r.acquire()
		copy(r.buf, unread)
	case len(unread) == len(r.buf) && r.buf != nil:
		larger := make([]byte, max(min(2*len(r.buf), r.longest+around), r.home))
		copy(larger, unread)
		r.release()
		r.buf = larger
	case r.start > 0:
		copy(r.buf, unread)
	}
	r.start, r.end = 0, len(unread)
}

// read waits for bytes and puts them behind the unread ones.
func (r *reader) read() (int, error) {
	if r.raw == nil {
		r.acquire()
		return r.conn.Read(r.buf[r.end:])
	}
	if err := r.raw.Read(r.readable); err != nil {
		return 0, err
	}
	return r.got.n, r.got.err
}

// acquire sees to it that there is a buffer.
func (r *reader) acquire() {
	switch {
	case r.buf != nil:
	case r.raw == nil:
		r.buf = make([]byte, r.home)
	default:
		r.lent = buffers.Get().(*[bufferSize]byte)
		r.buf = r.lent[:]
	}
}

// release lets the buffer go.
func (r *reader) release() {
	if r.lent != nil {
		buffers.Put(r.lent)
	}
	r.lent, r.buf = nil, nil
}

// tryRead reads what the socket has into a buffer that it borrows for that;
// false lets the caller wait until there is something.
func (r *reader) tryRead(fd uintptr) bool {
	r.acquire()
	n, err := socket.Read(fd, r.buf[r.end:])
	switch {
	case err == socket.ErrWouldBlock:
		if r.end == 0 {
			r.release()
		}
		return false
	case err != nil:
		r.got.n, r.got.err = 0, r.opError(err)
	case n == 0:
		r.got.n, r.got.err = 0, io.EOF
	default:
		r.got.n, r.got.err = n, nil
	}
	return true
}

// opError puts an error into the form that it has from conn.Read.
func (r *reader) opError(err error) error {
	local := r.conn.LocalAddr()
	return &net.OpError{
		Op:     "read",
		Net:    local.Network(),
		Source: local,
		Addr:   r.conn.RemoteAddr(),
		Err:    os.NewSyscallError("read", err),
	}
}
