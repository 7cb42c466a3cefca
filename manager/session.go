package manager

import (
	"errors"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/irc"
	"chatsim/manager/poll"
	"chatsim/manager/socket"
	"chatsim/manager/wire"
)

const (
	lingerTime  = time.Second          // that a peer has to read our last words
	lingerPiece = 64 << 10             // of its input that we throw away meanwhile, in bytes,
	lingerPause = 5 * time.Millisecond // and the time until the next
	rosterPiece = 32 << 10             // in one write of a welcome and roster, in bytes
)

// session is one connection, from accept to close. Its goroutine reads; what is
// written after the roster is the feed's business.
type session struct {
	// Static after newSession.
	m     *Manager
	stay  // in the room; zero before the join
	conn  net.Conn
	out   feed.Conn       // conn, or what puts frames into another form on their way there
	under syscall.RawConn // the socket that conn goes over; nil: none, or it cannot be looked at
	inner bool            // within a session that speaks HTTP, see ServeLines
	ended sync.WaitGroup  // until the feed writes no more for us, after outcome was set
	done  func()          // called at the end

	// Owned by the session's goroutine.
	in       *reader       // nil while it is parked and has nothing unfinished
	raw      *rawWriter    // of the raw dialect, else nil
	lines    *irc.Lines    // of IRC, else nil
	flood    *allowance    // nil: no limit
	delay    time.Duration // that the next line has to wait for
	toldSlow bool          // the user knows of the limit
	refusing bool          // the stay was cut: what is still read is not said
	refused  uint64        // lines of that
	until    time.Time     // that the login may take; zero afterwards
	lookout  *time.Timer   // see lookOut; nil until it is needed
	asked    string        // cleaned
	signs    string        // what the client calls itself until it knows its name: as it asked
	returns  bool          // the client wants to come back, or comes back: it is told a token
	former   string        // the name before the last change of it
	skipping bool          // up to the end of a line that is too long
	askMark  int64         // when the feed has written so much, the last answer to /who or /history is out

	outcome feed.Reason // see ended

	hangup  atomic.Int32 // how the peer has closed, as far as it was seen; see hangup
	passed  atomic.Bool  // flood was passed on
	waiting atomic.Bool  // lookout is to go on
	spot    poll.Spot    // where it is parked
	cutoff  atomic.Int64 // no read waits for longer, in Unix nanoseconds; 0: none
}

// violation is the error of a connection whose peer has broken the protocol below
// its lines, and is told so by the connection's own CloseWrite.
type violation interface {
	error
	Violation()
}

// refusal is an end for a reason that the client is told.
type refusal struct {
	reason wire.Reason
	text   string
}

func (r *refusal) Error() string { return r.text }

// errOver ends the reading of one whose stay was ended from elsewhere.
var errOver = errors.New("the stay is over")

// visiting ends the login of one who speaks HTTP.
type visiting struct{ read []byte }

func (*visiting) Error() string { return "speaks HTTP" }

func newSession(m *Manager, conn net.Conn) *session {
	s := &session{m: m, conn: conn, out: conn}
	s.stay.session = s
	s.ended.Add(1)
	s.spot = poll.Spot{Socket: socket.Raw(conn), Owner: s}
	if s.under = s.spot.Socket; s.under == nil {
		s.under = socket.Raw(socket.Under(conn))
	}
	s.in = m.readers.Get().(*reader)
	s.in.init(s)
	return s
}

// leaveUnread reports whether input is better left in the socket for now.
func (s *session) leaveUnread() bool { return s.member != nil && !s.refusing && s.m.seq.full() }

// run is the session's life, or its first part.
func (s *session) run() { s.live(s.begin) }

// goOn is the life of a session that was parked, from there on.
func (s *session) goOn() {
	if s.in == nil {
		s.in = s.m.readers.Get().(*reader)
		s.in.init(s)
	}
	s.live(s.talk)
}

// live is the session's life to its end, or until it is parked: from then on it
// is that of another goroutine.
func (s *session) live(part func() (parked bool)) {
	parked := false
	defer func() {
		if p := recover(); p != nil {
			s.panicked(p)
		}
		if !parked {
			s.finish()
		}
	}()
	parked = part()
}

func (s *session) begin() (parked bool) {
	if !s.inner {
		release, ok := s.m.admit(s.conn.RemoteAddr())
		if !ok {
			s.refuse(&refusal{wire.Crowded, wire.Crowded.Text()})
			return false
		}
		if over := s.done; release != nil {
			s.done = func() { release(); over() }
		}
	}
	tune(s.conn, s.m.cfg.KeepAlive, s.m.cfg.UserTimeout)
	err := s.enter()
	if visitor, ok := errors.AsType[*visiting](err); ok {
		s.m.visit(s.conn, visitor.read)
	} else if err == nil {
		if s.hasNothing() && s.park() {
			return true
		}
		s.limitQuiet()
		return s.talk()
	}
	return false
}

func (s *session) talk() (parked bool) {
	err := s.converse()
	for ; err == errQuiet; err = s.converse() {
		if s.park() {
			return true
		}
	}
	s.part(err)
	return false
}

// finish is the last of a session.
func (s *session) finish() {
	s.in.ahead.drop()
	s.endFlood()
	s.m.forget(s)
	s.done()
}

// enter logs the user in and greets it; an error says that the session is over,
// or that it is to go on otherwise. It does so in a goroutine of its own, which needs a larger stack than waiting for
// input does: one that has grown is kept for as long as its goroutine lives.
func (s *session) enter() (err error) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				s.panicked(p)
				err = errOver
			}
		}()
		if err = s.login(); err == nil {
			err = s.takeFlood()
		}
		if err != nil {
			s.refuse(err)
		} else if err = s.greet(); err != nil {
			s.part(err)
		}
	})
	wg.Wait()
	return err
}

// panicked ends a session that has run into a bug, and no other.
func (s *session) panicked(p any) {
	s.m.log.Error("a session has panicked", "panic", p, "name", s.name, "stack", string(debug.Stack()))
	s.m.seq.count(func(st *Stats) { st.Panics++ })
	s.leave(panicked, nil)
	s.closeBy(endings[panicked].close)
}

// converse reads until the connection or the stay ends. An unfinished line at
// the end is dropped.
func (s *session) converse() error {
	defer s.countRefused()
	for {
		data, err := s.in.fill()
		s.chargeExtra()
		switch {
		case err != nil && s.raw != nil:
			err = s.settleRaw(err)
		case err != nil && s.quiet(err):
			if err = nil; s.parks() {
				return errQuiet
			}
		case err != nil:
		case len(data) == 0:
			err = s.waitRoom()
			s.slowDown()
		default:
			var rest []byte
			rest, err = s.consume(s.in.b, data)
			s.in.keep(rest, s.delay > 0)
			s.slowDown()
		}
		if err != nil {
			return err
		}
		s.limitQuiet()
	}
}

// waitRoom waits until the room takes more.
func (s *session) waitRoom() error {
	defer s.lookOut()()
	return s.unlessCut(s.m.seq.waitRoom(&s.stay), 0)
}

// over reports whether the session is to end whatever its peer does.
func (s *session) over() bool {
	return s.m.draining.Load() || s.isDismissed() || s.cutoff.Load() != 0
}

// setReadDeadline is the only way to change it, so that an end from elsewhere is
// not overruled.
func (s *session) setReadDeadline(t time.Time) {
	for cut := int64(0); ; {
		_ = s.conn.SetReadDeadline(t)
		end := s.cutoff.Load()
		if end == cut {
			break
		}
		cut, t = end, time.Unix(0, end)
	}
	if s.m.draining.Load() || s.isDismissed() {
		s.interrupt()
	}
}

// dismissed ends the reading of one whose stay was ended from elsewhere.
func (s *session) dismissed() {
	s.interrupt()
	if by := s.endedBy(); by == replaced {
		s.m.log.Debug("left", "name", s.calledNow(), "why", endings[by].why)
	}
}

// interrupt ends a read that waits, or the parking.
func (s *session) interrupt() {
	_ = s.conn.SetReadDeadline(longAgo)
	s.unpark()
}

var longAgo = time.Unix(1, 0)
