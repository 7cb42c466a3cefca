package manager

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"chatsim/manager/socket"
)

// smallRead is the buffer of a connection that cannot tell when there is
// something to read, in bytes.
const smallRead = 4 << 10

// reader brings what comes in over a connection. On a socket it holds no buffer
// while it waits, only the unfinished line that came last: it borrows a batch
// when there is something to read, and unless the room is full, for then the
// input is better left in the socket.
//
// It is owned by the session's goroutine.
type reader struct {
	conn net.Conn
	raw  syscall.RawConn // nil: only conn.Read
	fn   func(fd uintptr) bool
	s    *session // whose it is

	lines   bool             // rest may hold whole lines
	rest    []byte           // came in and is not consumed; own memory
	whole   bool             // the batch holds rest and nothing else
	ahead   ahead            // what came behind rest and was read before its turn
	late    error            // what ended reading before its turn, for its turn
	limited time.Duration    // since the Manager began: when limitQuiet has set a deadline; 0: it has not
	brief   bool             // nothing is waited for: reading ends by errQuiet
	blind   int              // reads before their turn that brought no text
	small   *[smallRead]byte // of a connection without raw

	b   *batch // borrowed
	n   int    // bytes of the last read
	err error
}

// init has the reader be that of a session.
func (r *reader) init(s *session) {
	if r.fn == nil {
		r.fn = r.readable
	}
	*r = reader{conn: s.conn, raw: s.spot.Socket, s: s, fn: r.fn, ahead: ahead{all: &s.m.ahead}}
}

// clear has the reader be nobody's.
func (r *reader) clear() { *r = reader{fn: r.fn} }

// empty reports whether nothing was read that is not consumed.
func (r *reader) empty() bool {
	return len(r.rest) == 0 && len(r.ahead.pieces) == 0 && r.late == nil && r.b == nil
}

// fill waits for input. The batch that it borrows holds it, the rest of before
// first; keep gives it back. No input and no error means that the room is full.
func (r *reader) fill() (data []byte, err error) {
	if r.lines {
		r.lines, r.whole = false, true
		r.borrow()
		return r.b.input[:len(r.rest)], nil
	}
	if next := r.ahead.next(); next != nil {
		r.borrow()
		return r.b.input[:len(r.rest)+copy(r.b.input[len(r.rest):], next)], nil
	}
	if r.late != nil {
		return nil, r.late
	}
	r.n, r.err, r.blind = 0, nil, 0
	if r.raw == nil {
		r.readSmall()
	} else if err := r.raw.Read(r.fn); err != nil {
		return nil, err
	}
	if r.n == 0 {
		r.giveBack()
		return nil, r.err
	}
	return r.b.input[:len(r.rest)+r.n], nil
}

// borrow takes a batch and puts the rest at its front.
func (r *reader) borrow() {
	if r.b == nil {
		r.b = r.s.m.batches.Get().(*batch)
	}
	copy(r.b.input, r.rest)
}

// readable is called when the socket may be readable; false makes it wait.
func (r *reader) readable(fd uintptr) bool {
	if r.leaveUnread() {
		return true
	}
	r.borrow()
	n, err := socket.Read(fd, r.b.input[len(r.rest):])
	switch {
	case err == socket.ErrWouldBlock:
		r.giveBack()
		if r.brief {
			r.err = errQuiet
		}
		return r.brief
	case err == nil && n == 0:
		err = io.EOF
	}
	r.n, r.err = max(n, 0), err
	return true
}

// leaveUnread reports whether input is better left in the socket for now.
func (r *reader) leaveUnread() bool {
	return r.s.member != nil && !r.s.refusing && r.s.m.seq.full()
}

// readSmall reads where a buffer is needed for waiting.
func (r *reader) readSmall() {
	if r.small == nil {
		r.small = new([smallRead]byte)
	}
	r.n, r.err = r.conn.Read(r.small[:])
	r.borrow()
	copy(r.b.input[len(r.rest):], r.small[:r.n])
}

// readAhead reads before its turn until an instant or the peer's end, to see that
// end. It reports whether it could.
func (r *reader) readAhead(until time.Time) bool {
	switch {
	case r.raw != nil:
		r.s.setReadDeadline(until)
		_ = r.raw.Read(func(fd uintptr) bool {
			r.ahead.read(fd)
			return hangupOfFD(fd) != stays
		})
	case r.mayReadOn():
		r.s.setReadDeadline(until)
		r.readOn()
	default:
		return false
	}
	r.s.setReadDeadline(r.s.until)
	if r.late != nil {
		r.s.peerHasClosed(howClosed(r.late))
	}
	return true
}

// mayReadOn reports whether readOn may find something.
func (r *reader) mayReadOn() bool {
	return r.raw == nil && r.late == nil && r.ahead.hasRoom() && r.blind < aheadLimit/smallRead
}

// readOn reads before its turn what only conn.Read can, as of TLS and of a
// WebSocket, until the deadline or an end.
func (r *reader) readOn() {
	if r.small == nil {
		r.small = new([smallRead]byte)
	}
	for r.mayReadOn() {
		n, err := r.conn.Read(r.small[:])
		if n > 0 {
			r.ahead.keep(bytes.Clone(r.small[:n]))
		} else {
			r.blind++
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		r.late = err
	}
}

// keep gives the batch back and keeps rest, which may lie in it. lines says
// that rest may hold whole lines, for the next fill to give at once.
func (r *reader) keep(rest []byte, lines bool) {
	switch {
	case len(rest) == 0:
		r.rest = nil
	case r.whole:
		r.rest = r.rest[len(r.rest)-len(rest):]
	default:
		r.rest = append([]byte(nil), rest...)
	}
	r.whole = false
	r.lines = lines && len(rest) > 0
	r.giveBack()
}

func (r *reader) giveBack() {
	if r.b != nil {
		r.b.reset()
		r.s.m.batches.Put(r.b)
		r.b = nil
	}
}

// hasNothing reports whether all that was read is consumed, but for a line that
// has no end yet.
func (r *reader) hasNothing() bool {
	return !r.lines && len(r.ahead.pieces) == 0 && r.late == nil
}

// limitQuiet has the next read end when nothing comes for parkAfter. A read that
// follows soon has the limit of the one before; the first one of a session that
// was parked has none, as something has come.
func (r *reader) limitQuiet() {
	if r.brief || !r.s.parks() {
		return
	}
	if since := r.s.m.age(); r.limited == 0 || since-r.limited >= parkAfter/4 {
		r.limited = since
		r.s.setReadDeadline(time.Now().Add(parkAfter))
	}
}

// quiet reports whether a read has ended by limitQuiet, or because it was to be
// brief, and nothing else. The next one is not limited so.
func (r *reader) quiet(err error) bool {
	if err == errQuiet {
		r.brief = false
		return true
	}
	if r.s.dialect.traits().timed || r.s.over() || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	r.limited = 0
	r.s.setReadDeadline(time.Time{})
	return true
}
