package manager

import (
	"errors"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/poll"
	"chatsim/manager/socket"
	"chatsim/manager/wire"
)

// session is one connection, from accept to close: its life, its ends and what
// holds it up. Its goroutine reads; what is written after the roster is the feed's
// business.
//
//	connection   the socket, its deadlines and how it is closed
//	reader       brings what comes in over it
//	login        finds out who comes in over it, and greets the newcomer
//	dialect      takes apart what the client says
//	round        carries out what one round of input asks for
//	throttle     the flood limit
//	watch        looks whether the peer is still there
type session struct {
	// Static after newSession.
	connection
	stay        // in the room; zero before the join
	done func() // called at the end

	// Owned by the session's goroutine, but for what their types say.
	in      *reader // nil while it is parked and has nothing unfinished
	dialect dialect // the line dialect until it turns out to be another
	limit   throttle
	peer    watch

	*coming
	signs    string      // what the client calls itself until it knows its name: as it asked
	former   string      // the name before the last change of it
	inner    bool        // within a session that speaks HTTP, see ServeLines; static
	returns  bool        // the client wants to come back, or comes back: it is told a token
	refusing bool        // the stay was cut: what is still read is not said
	skipping bool        // up to the end of a line that is too long
	outcome  feed.Reason // what the feed has ended with: see ended
	refused  uint64      // lines that were refused
	askMark  int64       // when the feed has written so much, the last answer to /who or /history is out

	ended  sync.WaitGroup // until the feed writes no more for us, after outcome was set
	spot   poll.Spot      // where it is parked
	parked time.Duration  // since the Manager began: when it was parked last; owned by the session's goroutine
}

// coming is what a session knows until its user is in.
type coming struct {
	until time.Time // that the login may take
	asked string    // the name, cleaned
}

// arrived is that of all who are in.
var arrived coming

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

// silence ends the login of one from whom nothing has come. It may be a connection that a
// browser keeps for its next request, and our last words would be the answer to that one.
// An RST behind them has the browser ask again over another connection.
type silence struct{ error }

func (s *silence) Unwrap() error { return s.error }

// errOver ends the reading of one whose stay was ended from elsewhere.
var errOver = errors.New("the stay is over")

// visiting ends the login of one who speaks HTTP.
type visiting struct{ read []byte }

func (*visiting) Error() string { return "speaks HTTP" }

func newSession(m *Manager, conn net.Conn) *session {
	s := &session{dialect: lineDialect{}, coming: new(coming)}
	s.connection = connection{m: m, of: &s.stay, conn: conn, out: conn}
	s.stay.session = s
	s.limit.conn = &s.connection
	s.ended.Add(1)
	s.spot = poll.Spot{Socket: socket.Raw(conn), Owner: s}
	s.in = m.readers.Get().(*reader)
	s.in.init(s)
	return s
}

// come lets the user in, and returns the rest of the session's life, which is that of
// another goroutine; nil: it is over. Letting in needs a larger stack than waiting for
// input does, and one that has grown is kept for as long as its goroutine lives.
func (s *session) come() (rest func() (parked bool)) {
	s.live(func() (goesOn bool) {
		rest = s.begin()
		return rest != nil
	})
	return rest
}

// goOn is the life of a session that was parked, from there on.
func (s *session) goOn() {
	if s.in == nil {
		s.in = s.m.readers.Get().(*reader)
		s.in.init(s)
	}
	s.in.brief = s.m.age()-s.parked >= parkAfter
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

// begin is come, but for what the session ends with.
func (s *session) begin() (rest func() (parked bool)) {
	if !s.inner {
		release, ok := s.m.addresses.admit(s.conn.RemoteAddr())
		if !ok {
			s.refuse(&refusal{wire.Crowded, wire.Crowded.Text()})
			return nil
		}
		if over := s.done; release != nil {
			s.done = func() { release(); over() }
		}
	}
	tune(s.conn, s.m.cfg.KeepAlive, s.m.cfg.UserTimeout)
	err := s.enter()
	if visitor, ok := errors.AsType[*visiting](err); ok {
		return func() bool { s.m.web.visit(s.conn, visitor.read); return false }
	} else if err != nil {
		return nil
	}
	return s.settle
}

// settle is the life of one who is in, who is parked at once if it has said nothing.
func (s *session) settle() (parked bool) {
	s.coming = &arrived
	if s.in.hasNothing() && s.limit.delay == 0 && s.park() {
		return true
	}
	s.in.limitQuiet()
	return s.talk()
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
	s.limit.end()
	s.m.forget(s)
	s.done()
}

// enter logs the user in and greets it; an error says that the session is over,
// or that it is to go on otherwise.
func (s *session) enter() (err error) {
	l := login{s}
	if err = l.identify(); err == nil {
		err = s.takeFlood()
	}
	if err != nil {
		s.refuse(err)
	} else if err = l.greet(); err != nil {
		s.part(err)
	}
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
		s.limit.spendExtra()
		switch {
		case err != nil && s.in.quiet(err):
			if err = nil; s.parks() {
				return errQuiet
			}
		case err != nil:
			err = s.dialect.settle(s, err)
		case len(data) == 0:
			err = s.waitRoom()
			s.slowDown()
		default:
			var rest []byte
			rest, err = s.dialect.consume(round{s, s.in.b}, data)
			s.in.keep(rest, s.limit.delay > 0)
			s.slowDown()
		}
		if err != nil {
			return err
		}
		s.in.limitQuiet()
	}
}

// waitRoom waits until the room takes more.
func (s *session) waitRoom() error {
	defer s.peer.start(s)()
	return s.unlessCut(s.m.seq.waitRoom(&s.stay), 0)
}

// unlessCut returns err, but nil where that is because the stay was cut: then
// what was to be said, so many lines, and all that is still read is refused.
func (s *session) unlessCut(err error, lines int) error {
	if err != errOver || !s.isCut() {
		return err
	}
	s.refusing = true
	s.refused += uint64(lines)
	return nil
}

func (s *session) countRefused() {
	if s.refused == 0 {
		return
	}
	s.m.seq.count(func(st *Stats) { st.LeftUnsaid += s.refused })
	s.m.log.Debug("left before all was said", "name", s.name, "refused_lines", s.refused)
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
	s.endRead()
	s.unpark()
}
