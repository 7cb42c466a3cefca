package manager

import (
	"errors"
	"sync"
	"time"

	"chatsim/manager/poll"
)

// parkAfter is how long a session without input keeps its goroutine. A talker is
// read by its own one, as waking that costs least; the others need none. One that
// was parked for so long is parked again as soon as what has come is read: it
// speaks from time to time.
var parkAfter = time.Second

// errQuiet ends the reading of a session that is to be parked.
var errQuiet = errors.New("nothing has come for a while")

// lot is where quiet sessions are parked, opened when the first may be.
type lot struct {
	once    sync.Once
	parking *poll.Parking // nil: each session needs its goroutine
}

func (l *lot) open() *poll.Parking {
	l.once.Do(func() {
		l.parking, _ = poll.NewParking(func(owner any) { go owner.(*session).goOn() }) // without it, it is as elsewhere
	})
	return l.parking
}

// close is called when no session is left.
func (l *lot) close() {
	l.once.Do(func() {})
	if l.parking != nil {
		_ = l.parking.Close()
	}
}

// parks reports whether the session may be parked when it is quiet. Others read
// by other means than a socket's, by deadlines of their own, or to an end.
func (s *session) parks() bool {
	return s.spot.Socket != nil && !s.dialect.traits().timed && !s.gone() && !s.over() && s.m.lot.open() != nil
}

// park parks the session, and reports whether it did: another goroutine goes on
// with it then, if it has not already.
func (s *session) park() bool {
	if !s.parks() {
		return false
	}
	m, in, free := s.m, s.in, s.in.empty()
	s.parked = m.age()
	if free {
		s.in = nil
	}
	if c, ok := s.conn.(interface{ Bare() bool }); ok {
		c.Bare() // else it is parked as it is
	}
	if m.lot.open().Park(&s.spot) != nil || // the next read tells why
		(s.gone() || s.over()) && s.spot.Leave() { // who has ended it may have looked before it was parked
		s.in = in
		return false
	}
	if free {
		in.clear()
		m.readers.Put(in)
	}
	return true
}

// unpark has the session go on after it was ended from elsewhere. Any goroutine
// may call it.
func (s *session) unpark() {
	if s.spot.Leave() {
		go s.goOn()
	}
}
