package manager

import (
	"errors"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/wire"
)

// leave ends the stay, unless it is over. Any goroutine may call it.
func (s *session) leave(by end, err error) {
	if s.gone() {
		return
	}
	if s.m.seq.leave(leaveRequest{stay: s.id, by: by, hold: s.heldFor(by)}) {
		s.m.log.Debug("left", "name", s.calledNow(), "why", whyOf(by, err))
	}
}

// reloadTime is how long the name of one is held whose page goes: it may be loaded
// anew.
const reloadTime = 15 * time.Second

// heldFor is for how long the name of one who leaves is kept for who comes back with
// its token.
func (s *session) heldFor(by end) time.Duration {
	keep := s.m.cfg.HoldNames
	if keep <= 0 || !s.returns {
		return 0
	}
	if endings[by].holds {
		return keep
	}
	c, ok := s.conn.(interface{ Unfinished() (abrupt, going bool) })
	if by != closed || !ok {
		return 0
	}
	switch abrupt, going := c.Unfinished(); {
	case going:
		return min(keep, reloadTime)
	case abrupt:
		return keep
	}
	return 0
}

// onEnd is told by the feed that it writes no more for us, and why. It may be
// in any goroutine, with ours waiting for anything.
func (s *session) onEnd(r feed.Reason, err error) {
	switch r {
	case feed.Stalled:
		s.evict(stalled, wire.Stalled)
	case feed.Slow:
		s.evict(slow, wire.Slow)
	case feed.Broken:
		// The user stays until what it has sent so far is read, but not longer
		// than that can take.
		s.peerHasClosed(hungUp)
		end := time.Now().Add(s.m.cfg.Grace)
		s.cutoff.Store(end.UnixNano())
		s.setReadDeadline(end)
		s.unpark()
		s.m.log.Debug("cannot write", "name", s.calledNow(), "error", err)
	}
	s.outcome = r
	s.ended.Done()
}

// evict announces the leave at once, whatever our goroutine is doing, and ends
// the connection. Its socket is full, so the reason cannot be written there; a
// connection that has another way to tell it is told.
func (s *session) evict(by end, r wire.Reason) {
	s.m.seq.count(func(st *Stats) { st.Evicted[r]++ })
	s.m.log.Warn("evicted", "name", s.calledNow(), "reason", r.String())
	s.leave(by, nil)
	if c, ok := s.conn.(interface{ Evicted(reason string) }); ok {
		c.Evicted(endings[by].word)
	}
	s.closeBy(endings[by].close)
	s.unpark()
}

// part ends the session of one who was in; err is what ended its reading. Where
// something else has ended the stay before, that counts.
func (s *session) part(err error) {
	if _, ok := errors.AsType[*refusal](err); ok {
		s.refuse(err)
		return
	}
	read := endOf(err, s.m.draining.Load())
	if read != closing { // then the sequencer has everybody finish
		s.leave(read, err)
	}
	by := read
	if first := s.endedBy(); first != nobody {
		by = first
	}
	how := endings[by].close
	if how == asRead {
		how = endings[read].close
	}
	if how != rst {
		s.ended.Wait()
		if s.outcome != feed.Finished {
			how = rst
		}
	}
	s.closeBy(how)
}

// refuse ends the session of one who was not let in.
func (s *session) refuse(err error) {
	var refusal *refusal
	var visitor *visiting
	if errors.As(err, &visitor) {
		return
	}
	if !errors.As(err, &refusal) {
		s.m.seq.count(func(st *Stats) { st.Dropouts++ })
		if _, ok := errors.AsType[violation](err); ok {
			s.closeBy(endings[violated].close)
			return
		}
		s.closeBy(endings[neverJoined].close)
		return
	}
	s.m.seq.count(func(st *Stats) { st.LoginFailures[refusal.reason]++ })
	s.m.log.Debug("refused", "peer", s.conn.RemoteAddr(), "reason", refusal.text)
	_ = s.out.SetWriteDeadline(time.Now().Add(lingerTime))
	if _, err := s.out.Write(s.appendLast(nil, refusal.text)); err != nil {
		s.closeBy(fin)
		return
	}
	by := refused
	if _, silent := errors.AsType[*silence](err); silent {
		by = unasked
	}
	s.closeBy(endings[by].close)
}
