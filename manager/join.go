package manager

import (
	"errors"
	"os"
	"sync"
	"time"

	"chatsim/manager/feed"
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
	more := 0
	if s.recall.Wanted() {
		more = m.seq.historySize()
	}
	release, err := m.reserve(more)
	if err != nil {
		return err
	}
	defer release()
	in, err := s.join()
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
	*buf = s.appendGreeting((*buf)[:0], in)
	s.writeGreeting(*buf)
	return nil
}

// appendGreeting appends what a newcomer is told of itself and of who is present.
func (s *session) appendGreeting(dst []byte, in *admission) []byte {
	switch {
	case s.irc != nil:
		return s.irc.AppendWelcome(dst, s.asked, in.roster.Names(), in.odd)
	case s.returns:
		dst = wire.AppendWelcomeToken(dst, s.name, s.token)
	default:
		dst = wire.AppendWelcome(dst, s.name)
	}
	if s.recall.Wanted() {
		dst = in.before.appendFrames(dst)
	}
	return wire.AppendRoster(dst, in.roster.Names())
}

// reserve waits until the memory for one more roster, and so many bytes more, is
// free.
func (m *Manager) reserve(more int) (release func(), err error) {
	weight := min(int64(m.seq.roster().Size()+more)+1024, rosterMemory)
	if err := m.rosters.Acquire(m.ctx, weight); err != nil {
		return nil, &refusal{wire.Shutdown, wire.Shutdown.Text()}
	}
	return func() { m.rosters.Release(weight) }, nil
}

// join lets the user in.
func (s *session) join() (*admission, error) {
	s.sub = feed.NewFormSubscriber(s.out, s.form(), s.onEnd)
	s.from = bannable(guessedFrom(s.conn.RemoteAddr()))
	r := joinRequest{asked: s.asked, returns: s.returns, from: s.from}
	fresh := ""
	if s.returns {
		fresh = newToken()
		r.fresh = hashOf(fresh)
	}
	if s.token != "" {
		r.token = hashOf(s.token)
	}
	in, err := s.m.seq.join(s.m.ctx, &s.stay, r)
	if err != nil {
		return nil, err
	}
	if s.returns && !in.known {
		s.token = fresh
	}
	if s.raw != nil {
		s.raw.peer.Given = s.name
	}
	return in, nil
}

// writeGreeting writes to a newcomer whose cursor is held. One that takes
// nothing for the grace is evicted even where nobody else goes on. Any other
// failure leaves the session to its reader: what was sent before still counts.
func (s *session) writeGreeting(b []byte) {
	for len(b) > 0 {
		_ = s.out.SetWriteDeadline(time.Now().Add(s.m.cfg.Grace))
		n, err := s.out.Write(b[:min(len(b), rosterPiece)])
		b = b[n:]
		if err != nil {
			s.greetingFailed(err)
			return
		}
		s.m.seq.progress(&s.stay)
	}
	_ = s.out.SetWriteDeadline(time.Time{})
	s.m.seq.release(&s.stay)
}

func (s *session) greetingFailed(err error) {
	switch {
	case !s.m.seq.drop(&s.stay): // the feed was first, and has told onEnd
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.onEnd(feed.Stalled, err)
	default:
		s.onEnd(feed.Broken, err)
	}
}
