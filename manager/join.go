package manager

import (
	"errors"
	"os"
	"sync"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/room"
	"chatsim/manager/wire"
)

// rosterBuffers lends memory for rosters; larger ones than maxKept go back to
// the garbage collector.
var rosterBuffers = sync.Pool{New: func() any { return new([]byte) }}

const maxKept = 1 << 20

// greet lets the user in and writes the welcome and the roster, which are as of
// its join, before anything that comes after it.
func (s *session) greet() error {
	m := s.m
	release, err := m.reserve()
	if err != nil {
		return err
	}
	defer release()
	roster, err := s.join()
	if err != nil {
		return err
	}
	m.log.Debug("joined", "name", s.name, "asked", s.asked, "peer", s.conn.RemoteAddr())
	buf := rosterBuffers.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxKept {
			rosterBuffers.Put(buf)
		}
	}()
	if s.returns {
		*buf = wire.AppendWelcomeToken((*buf)[:0], s.name, s.token)
	} else {
		*buf = wire.AppendWelcome((*buf)[:0], s.name)
	}
	*buf = wire.AppendRoster(*buf, roster.Names())
	s.writeGreeting(*buf)
	return nil
}

// reserve waits until the memory for one more roster is free.
func (m *Manager) reserve() (release func(), err error) {
	m.feed.Lock()
	size := m.room.Roster().Size()
	m.feed.Unlock()
	weight := min(int64(size)+1024, rosterMemory)
	if err := m.rosters.Acquire(m.ctx, weight); err != nil {
		return nil, &refusal{wire.Shutdown, wire.Shutdown.Text()}
	}
	return func() { m.rosters.Release(weight) }, nil
}

// join is the critical section that lets the user in: everybody else is told at
// the place of the order right before which its own cursor begins. The leave of a
// ghost whose place it takes is told right before.
func (s *session) join() (room.Roster, error) {
	m := s.m
	fresh := ""
	if s.returns {
		fresh = newToken()
	}
	var ghost *session
	defer func() { // without the lock
		if ghost != nil {
			ghost.interrupt()
			m.log.Debug("left", "name", ghost.name, "why", wire.Elsewhere.String())
		}
	}()
	sub := feed.NewSubscriber(s.out, s.onEnd)
	m.feed.Lock()
	defer m.feed.Unlock()
	if !m.feed.WaitGuestLocked() || m.closing {
		return room.Roster{}, &refusal{wire.Shutdown, wire.Shutdown.Text()}
	}
	member, roster, replaced, err := s.takeNameLocked(fresh)
	if err != nil {
		return room.Roster{}, err
	}
	if ghost = replaced; ghost != nil {
		m.stats.Returns++
	}
	m.frame = wire.AppendJoin(m.frame[:0], member.Name())
	m.feed.AppendLocked(m.frame)
	m.feed.SubscribeLocked(sub)
	member.Session = s
	s.member, s.sub, s.name = member, sub, member.Name()
	if s.raw != nil {
		s.raw.peer.Given = s.name
	}
	m.changes++
	m.stats.Joins++
	return roster, nil
}

// writeGreeting writes to a newcomer whose cursor is held. One that takes
// nothing for the grace is evicted even where nobody else goes on. Any other
// failure leaves the session to its reader: what was sent before still counts.
func (s *session) writeGreeting(b []byte) {
	f := s.m.feed
	for len(b) > 0 {
		_ = s.out.SetWriteDeadline(time.Now().Add(s.m.cfg.Grace))
		n, err := s.out.Write(b[:min(len(b), rosterPiece)])
		b = b[n:]
		if err != nil {
			s.greetingFailed(err)
			return
		}
		f.Progress(s.sub)
	}
	_ = s.out.SetWriteDeadline(time.Time{})
	f.Release(s.sub)
}

func (s *session) greetingFailed(err error) {
	f := s.m.feed
	f.Lock()
	current := f.DropLocked(s.sub)
	f.Unlock()
	switch {
	case !current: // the feed was first, and has told onEnd
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.onEnd(feed.Stalled, err)
	default:
		s.onEnd(feed.Broken, err)
	}
}
