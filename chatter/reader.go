package chatter

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"chatsim/manager/socket"
)

const (
	// bufferSize is what is read at once, in bytes: a busy room fills it.
	bufferSize = 64 << 10
	// plainSize is that of a connection which has to own its buffer.
	plainSize = 8 << 10
	// maxFrame is the longest frame, in bytes: the roster of a million names.
	maxFrame = 64 << 20
)

// ErrFrameTooLong ends a stream in which a frame does not end for 64 MiB.
var ErrFrameTooLong = errors.New("frame is too long")

// buffers lends memory to those who have something to read.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// reader splits what comes in into frames. On a socket it holds memory only
// while there is something unread in it: it waits without, and borrows a
// buffer when the socket is readable. Other connections have no way to wait
// but in a read, so there it owns a smaller one.
type reader struct {
	// Static after construction.
	conn     net.Conn
	raw      syscall.RawConn       // nil: plain reads
	readable func(fd uintptr) bool // r.tryRead, bound once as binding allocates
	home     int                   // the usual size of buf
	ws       *wsReader             // what makes text of what raw gives; nil: it is text

	lent       *[bufferSize]byte // buf, where it is borrowed
	buf        []byte            // nil while nothing is unread
	start, end int               // what of buf is unread
	eol        int               // of the first '\n' in there, -1 if there is none
	at         time.Time         // right after the last read
	err        error             // what ended the stream, for good

	got struct { // by tryRead
		n   int
		err error
	}
}

func (r *reader) init(conn net.Conn) {
	r.conn, r.eol, r.home = conn, -1, plainSize
	below := conn
	ws, _ := conn.(*wsConn)
	if ws != nil {
		below = ws.Conn
	}
	if r.raw = socket.Raw(below); r.raw == nil {
		return
	}
	r.home, r.readable = bufferSize, r.tryRead
	if ws != nil {
		r.ws = &ws.in
	}
}

// skip steps over the frame that ends at eol and looks for the next one. The
// memory stays as it is until fill.
func (r *reader) skip() {
	r.start = r.eol + 1
	r.find(r.start)
}

// find looks for the end of a frame in what is unread from i on.
func (r *reader) find(i int) {
	r.eol = bytes.IndexByte(r.buf[i:r.end], '\n')
	if r.eol >= 0 {
		r.eol += i
	}
}

// fill waits for more bytes; it is called when no whole frame is unread.
func (r *reader) fill() error {
	if r.err != nil {
		return r.err
	}
	if r.end-r.start >= maxFrame {
		start := bytes.Clone(r.buf[r.start : r.start+maxQuote])
		return r.fail(&FrameError{Frame: start, Len: r.end - r.start, Err: ErrFrameTooLong})
	}
	r.makeRoom()
	n, err := r.read()
	r.at = time.Now()
	if n == 0 && err != nil {
		return r.fail(err)
	}
	from := r.end
	r.end += n
	r.find(from)
	return nil
}

// fail ends the stream, but for a read deadline that someone has set on the
// connection: the stream goes on behind it.
func (r *reader) fail(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	if err == io.EOF && r.end > 0 {
		err = io.ErrUnexpectedEOF
	}
	r.release()
	r.start, r.end = 0, 0
	r.err = err
	return err
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
	case len(unread) > len(r.buf)-wsLeast && r.buf != nil:
		larger := make([]byte, 2*len(r.buf))
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
	if r.raw == nil || r.ws != nil && r.ws.ready() {
		r.acquire()
		return r.conn.Read(r.buf[r.end:])
	}
	if err := r.raw.Read(r.readable); err != nil {
		return 0, err
	}
	return r.got.n, r.got.err
}

// text makes what it is of n bytes that came from the socket, at the end of the
// buffer; there may be none in them.
func (r *reader) text(n int, err error) (int, error) {
	if r.ws == nil {
		return n, err
	}
	return r.ws.decode(r.buf[r.end:], n, err)
}

// space is where bytes of the socket go.
func (r *reader) space() []byte {
	if r.ws == nil {
		return r.buf[r.end:]
	}
	return r.buf[r.end+1:]
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
	for {
		n, err := socket.Read(fd, r.space())
		switch {
		case err == socket.ErrWouldBlock:
			if r.end == 0 {
				r.release()
			}
			return false
		case err != nil:
			r.got.n, r.got.err = 0, r.opError(err)
		case n == 0:
			r.got.n, r.got.err = r.text(0, io.EOF)
		default:
			if r.got.n, r.got.err = r.text(n, nil); r.got.n == 0 && r.got.err == nil {
				continue
			}
		}
		return true
	}
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
