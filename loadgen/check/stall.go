package check

import (
	"fmt"
	"math"
	"time"
)

// Somebody may be told to stop reading for a while. The server may put it out
// for that; nobody else may notice.

// abrupt says that what was under way may be lost, in both directions.
func (l Leave) abrupt() bool { return l == Reset || l == Evicted }

// Stall notes that the session is about to read nothing for a while. From then
// on the server may put it out: nobody can say when it decides to. One session
// at a time may stall.
func (s *Session) Stall(at time.Duration) {
	if t := s.judge.tape; t != nil {
		defer t.step()()
		t.put(Event{Kind: EventStalls, Session: s.number, At: at})
	}
	s.stall.CompareAndSwap(0, int64(at)+1)
	s.judge.stallEnd.Store(math.MaxInt64)
	s.judge.stalledAt.Store(int64(at) + 1)
}

// Resume notes that the session reads on.
func (s *Session) Resume(at time.Duration) {
	if t := s.judge.tape; t != nil {
		defer t.step()()
		t.put(Event{Kind: EventResumes, Session: s.number, At: at})
	}
	s.judge.stallEnd.Store(int64(at))
}

// evicted notes that the server has put the session out; false if it may not.
func (s *Session) evicted() bool {
	at := s.stall.Load()
	if at == 0 {
		return false
	}
	s.close(Evicted, time.Duration(at-1))
	return true
}

// isolate looks how long a delivery took while somebody else did not read.
func (s *Session) isolate(l *Line, since int64, at time.Duration) {
	if int64(at) < since || int64(l.Actual) >= s.judge.stallEnd.Load() || s.stall.Load() != 0 {
		return
	}
	s.tally.isolated++
	if took := at - l.Actual; took > isolationLimit {
		defer s.tapePass(at)()
		s.judge.violate(Isolation, violation{key: key{line: l}, at: s, line: l,
			sentence: fmt.Sprintf("a line took %v to somebody who reads while another did not", took.Round(time.Millisecond))})
	}
}
