package manager

import (
	"errors"
	"io"
	"syscall"
	"time"
)

// A user who is read later, by the flood limit or while the room is full, may
// leave meanwhile with megabytes unread. Its leave does not wait for them: it is
// told within a second of an RST and within five of a FIN. What was said by then
// stays, the rest is refused by one error and counted.
const (
	glanceEvery = 100 * time.Millisecond  // that a waiting session looks at its socket
	afterReset  = 700 * time.Millisecond  // for what was sent before an RST
	afterFIN    = 4700 * time.Millisecond // and before a FIN
)

// hangup is how a peer has closed its connection.
type hangup int32

const (
	stays    hangup = iota // not, or it cannot be told before all is read
	finished               // a FIN: it may still read
	hungUp                 // an RST, or the connection is dead
)

// hangupOf looks whether the peer of a socket has closed it; of nil it cannot be
// told.
func hangupOf(raw syscall.RawConn) (h hangup) {
	if raw == nil {
		return stays
	}
	if raw.Control(func(fd uintptr) { h = hangupOfFD(fd) }) != nil {
		return hungUp
	}
	return h
}

// howClosed returns what ended the reading of a connection.
func howClosed(err error) hangup {
	if _, violates := errors.AsType[violation](err); violates || errors.Is(err, io.EOF) {
		return finished
	}
	return hungUp
}

// lookAtPeer looks whether the peer has closed behind what is still unread.
func (s *session) lookAtPeer() {
	if s.hangup.Load() == int32(hungUp) {
		return
	}
	if h := hangupOf(s.under); h != stays {
		s.peerHasClosed(h)
	}
}

// peerHasClosed limits the time of the stay, whatever our goroutine is doing: that
// one finds out later, and refuses what it still reads. Any goroutine may call it.
func (s *session) peerHasClosed(h hangup) {
	for {
		known := s.hangup.Load()
		if known >= int32(h) {
			return
		}
		if s.hangup.CompareAndSwap(known, int32(h)) {
			break
		}
	}
	s.passOn()
	if h == hungUp {
		time.AfterFunc(afterReset, func() { s.leave(cutLost, nil) })
	} else {
		time.AfterFunc(afterFIN, func() { s.leave(cutClosed, nil) })
	}
}

// lookOut looks at the peer, now and from time to time until stop is called,
// while our goroutine waits for others.
func (s *session) lookOut() (stop func()) {
	s.lookAtPeer()
	if s.under == nil {
		return func() {}
	}
	if s.lookout == nil {
		s.lookout = time.AfterFunc(time.Hour, s.look) // set before it can run
	}
	s.waiting.Store(true)
	s.lookout.Reset(glanceEvery)
	return s.stopLooking
}

func (s *session) look() {
	s.lookAtPeer()
	if s.waiting.Load() {
		s.lookout.Reset(glanceEvery)
	}
}

func (s *session) stopLooking() {
	s.waiting.Store(false)
	s.lookout.Stop()
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
