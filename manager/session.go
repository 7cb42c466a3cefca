package manager

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/room"
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
	conn  net.Conn
	ended sync.WaitGroup // until the feed writes no more for us, after outcome was set

	// Owned by the session's goroutine.
	in       reader
	name     string // assigned
	asked    string
	skipping bool  // up to the end of a line that is too long
	whoMark  int64 // when the feed has written so much, the last answer to /who is out

	// Guarded by the feed's lock; member and sub are set once, at the join.
	member *room.Member
	sub    *feed.Subscriber
	left   bool // the stay is over and announced

	outcome feed.Reason // see ended
}

// refusal is an end for a reason that the client is told.
type refusal struct {
	reason wire.Reason
	text   string
}

func (r *refusal) Error() string { return r.text }

// errOver ends the reading of one whose stay was ended from elsewhere.
var errOver = errors.New("the stay is over")

func newSession(m *Manager, conn net.Conn) *session {
	s := &session{m: m, conn: conn}
	s.ended.Add(1)
	s.in.init(conn, &m.batches, s.leaveUnread)
	return s
}

// leaveUnread says that input is better left in the socket for now.
func (s *session) leaveUnread() bool { return s.member != nil && s.m.feed.Full() }

// run is the session's life.
func (s *session) run() {
	defer func() {
		if p := recover(); p != nil {
			s.panicked(p)
		}
	}()
	tune(s.conn, s.m.cfg.KeepAlive, s.m.cfg.UserTimeout)
	if s.enter() {
		s.part(s.converse())
	}
}

// enter logs the user in and greets it; false if the session is over. It does
// so in a goroutine of its own, which needs a larger stack than waiting for
// input does: one that has grown is kept for as long as its goroutine lives.
func (s *session) enter() (in bool) {
	var wg sync.WaitGroup
	wg.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				s.panicked(p)
			}
		}()
		if err := s.login(); err != nil {
			s.refuse(err)
		} else if err := s.greet(); err != nil {
			s.part(err)
		} else {
			in = true
		}
	})
	wg.Wait()
	return in
}

// panicked ends a session that has run into a bug, and no other.
func (s *session) panicked(p any) {
	s.m.log.Error("a session has panicked", "panic", p, "name", s.name, "stack", string(debug.Stack()))
	s.m.count(func(st *Stats) { st.Panics++ })
	s.leave(false)
	reset(s.conn)
}

// login reads the name line and lets its user in.
func (s *session) login() error {
	s.setReadDeadline(time.Now().Add(s.m.cfg.LoginTimeout))
	line, err := s.nameLine()
	if err != nil {
		return s.loginError(err)
	}
	s.setReadDeadline(time.Time{})
	asked := string(bytes.TrimSuffix(line, []byte("\r")))
	if wire.IsUnnamed(asked) {
		s.asked = s.conn.RemoteAddr().String()
		return nil
	}
	if s.asked, err = wire.CleanName(asked); err != nil {
		return &refusal{wire.BadName, wire.BadName.With(err.Error())}
	}
	return nil
}

// nameLine reads up to the first '\n' and keeps what came behind it.
func (s *session) nameLine() ([]byte, error) {
	for {
		data, err := s.in.fill()
		if err != nil {
			return nil, err
		}
		if line, rest, ok := bytes.Cut(data, []byte("\n")); ok && len(line) <= s.m.cfg.MaxLine {
			line = bytes.Clone(line)
			s.in.keep(rest, true)
			return line, nil
		}
		if len(data) > s.m.cfg.MaxLine {
			s.in.keep(nil, false)
			return nil, &refusal{wire.BadName, wire.BadName.With(
				fmt.Sprintf("no end of the name line in %d bytes", s.m.cfg.MaxLine))}
		}
		s.in.keep(data, false)
	}
}

func (s *session) loginError(err error) error {
	switch {
	case s.m.draining.Load():
		return &refusal{wire.Shutdown, wire.Shutdown.Text()}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &refusal{wire.LoginTimeout, wire.LoginTimeout.Text()}
	}
	return err
}

// converse reads until the connection or the stay ends. An unfinished line at
// the end is dropped.
func (s *session) converse() error {
	for {
		data, err := s.in.fill()
		switch {
		case err != nil:
			return err
		case len(data) == 0:
			err = s.waitRoom()
		default:
			var rest []byte
			rest, err = s.consume(s.in.b, data)
			s.in.keep(rest, false)
		}
		if err != nil {
			return err
		}
	}
}

// waitRoom waits until the room takes more.
func (s *session) waitRoom() error {
	s.m.feed.Lock()
	defer s.m.feed.Unlock()
	if !s.m.feed.WaitRoomLocked() || s.left {
		return errOver
	}
	return nil
}

// setReadDeadline is the only way to change it, so that a shutdown is not
// overruled.
func (s *session) setReadDeadline(t time.Time) {
	_ = s.conn.SetReadDeadline(t)
	if s.m.draining.Load() {
		s.interrupt()
	}
}

// interrupt ends a read that waits.
func (s *session) interrupt() { _ = s.conn.SetReadDeadline(longAgo) }

var longAgo = time.Unix(1, 0)
