package ledger

import (
	"sync/atomic"

	"chatsim/manager/wire"
)

// A server may go on for ever telling one chatter what nobody said or did. Each such
// frame is a deviation that is kept and judged; from some number on the stream is of
// no use any more.

// Endless is what Garbage is told where a stream was ended because of that. What is
// missing then follows from it.
const Endless = "closed by this end: it goes on telling what nobody said or did"

// strayLeast is how many frames are about nobody, at least, before a stream is endless.
// Beside those there may be some for each line that was sent, as where a server alters
// all of them.
const (
	strayLeast   = 1 << 14
	strayPerLine = 4
)

// strays count what came to a session that is about nobody.
type strays struct {
	of      *Session
	strayed int64 // frames that have no place; owned by the goroutine that observes
	alone   int64 // entries of strangers that it was told of and others jumped, each as often; guarded by Ledger.mu
	endless atomic.Bool
}

// Endless reports whether so much came that is about nobody that the stream is to be
// ended. Any goroutine may ask.
func (s *strays) Endless() bool { return s.endless.Load() }

// stray counts a frame that has no place.
func (s *strays) stray() {
	s.of.ledger.mu.Lock()
	defer s.of.ledger.mu.Unlock()
	s.strayLocked()
}

// strayLocked is stray with Ledger.mu held.
func (s *strays) strayLocked() {
	if s.strayed++; s.strayed%1024 == 0 && s.strayed > strayLeast+strayPerLine*s.of.ledger.totals.Sent {
		s.endless.Store(true)
	}
}

// jumpedLocked counts an entry that a session jumps, for whoever was told of it: what
// a stranger did. Where most others jump so much of it, it is told to that one alone.
func (e *Entry) jumpedLocked(s *Session) {
	if e == nil || e.By == nil || e.By == s || e.Line != nil || e.Kind == wire.Line || e.Member.Session != nil {
		return
	}
	e.By.alone++
	if most := int64(max(1, s.ledger.bound/2)); e.By.alone%1024 == 0 && e.By.alone > most*strayLeast {
		e.By.endless.Store(true)
	}
}
