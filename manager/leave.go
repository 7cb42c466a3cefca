package manager

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/wire"
)

// leave ends the stay: everybody else is told at the place of the order that
// the user itself does not see any more. If it is owed what came before, the
// feed goes on writing that. Any goroutine may call it; only the first counts,
// and has why logged.
func (s *session) leave(owed bool, why string) {
	s.m.feed.Lock()
	left := s.leaveLocked(owed)
	s.m.feed.Unlock()
	if left {
		s.m.log.Debug("left", "name", s.name, "why", why)
	}
}

// leaveLocked is leave without the log; false means that the stay was over
// already.
func (s *session) leaveLocked(owed bool) bool {
	m := s.m
	if s.member == nil || s.left {
		return false
	}
	s.left = true
	if owed {
		m.feed.FinishLocked(s.sub)
	} else {
		m.feed.DropLocked(s.sub)
	}
	m.room.Leave(s.member)
	m.changes++
	m.stats.Leaves++
	if m.cfg.Detect {
		m.past.add(s.name)
	}
	m.frame = wire.AppendLeave(m.frame[:0], s.name)
	m.feed.AppendLocked(m.frame)
	return true
}

// onEnd is told by the feed that it writes no more for us, and why. It may be
// in any goroutine, with ours waiting for anything.
func (s *session) onEnd(r feed.Reason, err error) {
	switch r {
	case feed.Stalled:
		s.evict(wire.Stalled)
	case feed.Slow:
		s.evict(wire.Slow)
	case feed.Broken:
		// The user stays until what it has sent so far is read, but not longer
		// than that can take.
		s.peerHasClosed(hungUp)
		end := time.Now().Add(s.m.cfg.Grace)
		s.cutoff.Store(end.UnixNano())
		s.setReadDeadline(end)
		s.m.log.Debug("cannot write", "name", s.name, "error", err)
	}
	s.outcome = r
	s.ended.Done()
}

// evict announces the leave at once, whatever our goroutine is doing, and ends
// the connection. Its socket is full, so the reason cannot be written there; a
// connection that has another way to tell it is told.
func (s *session) evict(r wire.Reason) {
	s.m.count(func(st *Stats) { st.Evicted[r]++ })
	s.m.log.Warn("evicted", "name", s.name, "reason", r.String())
	s.leave(false, r.String())
	if c, ok := s.conn.(interface{ Evicted(reason string) }); ok {
		c.Evicted(r.Text())
	}
	reset(s.conn)
}

// part ends the session of one who was in; err is what ended its reading.
func (s *session) part(err error) {
	var refused *refusal
	if errors.As(err, &refused) {
		s.refuse(err)
		return
	}
	if s.m.draining.Load() || s.dismissed.Load() {
		// The feed has been told to finish for us, our last frame included.
		s.ended.Wait()
		if s.outcome == feed.Finished {
			s.farewell()
		} else {
			reset(s.conn)
		}
		return
	}
	_, violates := errors.AsType[violation](err)
	owed := errors.Is(err, io.EOF) || violates
	s.leave(owed, endOf(err))
	if !owed {
		reset(s.conn)
		return
	}
	s.ended.Wait()
	if s.outcome != feed.Finished {
		reset(s.conn)
		return
	}
	if violates {
		s.farewell()
		return
	}
	_ = s.conn.Close() // nothing is unread, so what is queued is still sent, then a FIN
}

// endOf is what ended a reading, in a few words.
func endOf(err error) string {
	if errors.Is(err, io.EOF) {
		return "closed its connection"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	return err.Error()
}

// refuse ends the session of one who was not let in.
func (s *session) refuse(err error) {
	var refused *refusal
	var visitor *visiting
	if errors.As(err, &visitor) {
		return
	}
	if !errors.As(err, &refused) {
		s.m.count(func(st *Stats) { st.Dropouts++ })
		if _, ok := errors.AsType[violation](err); ok {
			s.farewell()
		}
		_ = s.conn.Close()
		return
	}
	s.m.count(func(st *Stats) { st.LoginFailures[refused.reason]++ })
	s.m.log.Debug("refused", "peer", s.conn.RemoteAddr(), "reason", refused.text)
	_ = s.out.SetWriteDeadline(time.Now().Add(lingerTime))
	if _, err := s.out.Write(wire.AppendError(nil, refused.text)); err == nil {
		s.farewell()
		return
	}
	_ = s.conn.Close()
}

// farewell closes so that our last words arrive: closing with input unread
// would make the kernel throw them away and send an RST instead of a FIN. In a
// shutdown it goes on for as long as the peer has not got them all. Input is
// read without haste meanwhile, as it is for nothing.
func (s *session) farewell() {
	defer s.conn.Close()
	half, ok := s.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	for end := time.Now().Add(lingerTime); ; {
		_ = s.conn.SetReadDeadline(end)
		if s.m.hurry.Load() {
			s.interrupt()
		}
		_, err := io.CopyN(io.Discard, s.conn, lingerPiece)
		late := errors.Is(err, os.ErrDeadlineExceeded)
		switch {
		case err != nil && !late:
			return // the peer has closed
		case late && (!s.m.draining.Load() || unsent(s.conn) <= 0):
			return
		case late && s.m.hurry.Load():
			s.m.cutOff.Store(true)
			return
		case late:
			end = time.Now().Add(lingerTime)
		default:
			time.Sleep(lingerPause)
		}
	}
}
