package manager

import (
	"errors"
	"io"
	"sync/atomic"
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

// watch looks whether the peer of a session has closed its connection behind what
// is still unread, while the session's goroutine waits for something else.
type watch struct {
	seen  atomic.Int32 // how the peer has closed, as far as it was seen: a hangup
	on    atomic.Bool  // the timer is to go on
	timer *time.Timer  // nil until it is needed; owned by the session's goroutine
}

// look looks once, at the peer of the session that has the watch.
func (w *watch) look(s *session) {
	if w.seen.Load() == int32(hungUp) {
		return
	}
	if h := hangupOf(s.under()); h != stays {
		s.peerHasClosed(h)
	}
}

// start looks now and from time to time until stop is called.
func (w *watch) start(s *session) (stop func()) {
	w.look(s)
	if s.under() == nil {
		return func() {}
	}
	if w.timer == nil {
		w.timer = time.AfterFunc(time.Hour, func() { w.again(s) }) // set before it can run
	}
	w.on.Store(true)
	w.timer.Reset(glanceEvery)
	return w.stop
}

func (w *watch) again(s *session) {
	w.look(s)
	if w.on.Load() {
		w.timer.Reset(glanceEvery)
	}
}

func (w *watch) stop() {
	w.on.Store(false)
	w.timer.Stop()
}

// sees records how the peer has closed, and reports whether that is worse than
// what was seen before. Any goroutine may call it.
func (w *watch) sees(h hangup) (worse bool) {
	for {
		known := w.seen.Load()
		if known >= int32(h) {
			return false
		}
		if w.seen.CompareAndSwap(known, int32(h)) {
			return true
		}
	}
}

// peerHasClosed limits the time of the stay, whatever our goroutine is doing: that
// one finds out later, and refuses what it still reads. Any goroutine may call it.
func (s *session) peerHasClosed(h hangup) {
	if !s.peer.sees(h) {
		return
	}
	s.limit.passOn()
	if h == hungUp {
		time.AfterFunc(afterReset, func() { s.leave(cutLost, nil) })
	} else {
		time.AfterFunc(afterFIN, func() { s.leave(cutClosed, nil) })
	}
}
