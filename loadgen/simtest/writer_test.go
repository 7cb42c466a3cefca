package simtest_test

import (
	"bytes"
	"fmt"
	"time"
)

// write does what the feed's writer has to do next for a session: it takes what
// there is to write, or what it has taken is written, up to n bytes.
func (v *server) write(s *session, n int) bool {
	switch {
	case s.next != nil:
		return v.wrote(s, n)
	case !s.on || len(s.greeting) > 0:
		return false
	}
	b := v.log.Next(&s.cursor, s.scratch)
	if len(b) == 0 {
		return false
	}
	s.next, s.was = b, append(s.was[:0], b...)
	if n%2 == 1 {
		return v.wrote(s, n)
	}
	if v.told() {
		v.note("the server begins to write %d bytes to %v", len(b), s)
	}
	return true
}

// wrote ends a write.
func (v *server) wrote(s *session, n int) bool {
	b := s.next
	if !s.on { // dropped meanwhile; what is written must not have changed
		s.next = nil
		if !bytes.Equal(b, s.was) {
			panic(fmt.Sprintf("%q has changed to %q while it was written", s.was, b))
		}
		return true
	}
	if s.conn.reset {
		v.note("the server cannot write to %v any more", s)
		s.next = nil
		v.drop(s)
		if s.left {
			v.close(s)
		}
		return true
	}
	k := s.conn.down.write(b, n)
	s.next = nil
	s.written += int64(k)
	v.log.Advance(&s.cursor, k, v.now)
	if k == len(b) {
		v.settle(s)
	} else {
		v.log.Block(&s.cursor, v.now)
	}
	v.madeRoom()
	if k > 0 && v.told() {
		v.note("the server writes %d of %d bytes to %v", k, len(b), s)
	}
	return k > 0
}

// settle is for one whose connection took all.
func (v *server) settle(s *session) {
	v.log.Unblock(&s.cursor)
	v.end(s)
}

// end closes the connection of one who has left once all was written.
func (v *server) end(s *session) {
	if s.left && s.next == nil && v.log.Done(&s.cursor) {
		v.drop(s)
		v.note("the server closes the connection of %v", s)
		s.conn.down.over, s.closed = true, true
	}
}

func (v *server) drop(s *session) {
	if s.on {
		v.log.Drop(&s.cursor)
		s.on = false
		v.madeRoom()
	}
}

// close ends a connection at once, by an RST where it was somebody's.
func (v *server) close(s *session) {
	s.closed, s.conn.cut, s.conn.down.over = true, true, true
}

// look sees whose chatter has taken something since the last look.
func (v *server) look() {
	for _, s := range v.sessions {
		if q := len(s.conn.down.bytes); s.on {
			switch {
			case q < s.queued:
				v.log.Touch(&s.cursor, v.now)
			case q == 0:
				v.log.Excuse(&s.cursor, v.now)
			}
			s.queued = q
		}
	}
}

// evict looks who holds the others up.
func (v *server) evict(grace time.Duration) {
	v.look()
	v.pressed = !v.log.Roomy()
	for _, e := range v.log.Evict(v.now, grace) {
		for _, s := range v.sessions {
			if &s.cursor == e.Cursor {
				s.on, s.evicted = false, true
				v.note("the server evicts %v: %v", s, e.Reason)
				v.onEvict(s, e.Reason)
			}
		}
	}
	v.madeRoom()
}

// public appends for everybody.
func (v *server) public(b []byte) {
	v.grows(len(b))
	v.log.Append(b)
}

// private appends for one only.
func (v *server) private(s *session, b []byte) {
	v.grows(len(b) + entryOverhead)
	v.log.AppendPrivate(&s.cursor, b)
}

// entryOverhead is what the log counts for a private entry beside its bytes.
const entryOverhead = 64

// grows records how far the log may be over its window: one critical section may
// append more than there is room for, and leaves do not wait for any.
func (v *server) grows(n int) {
	if v.log.Retained() < v.window {
		v.over = 0
	}
	v.over += n
}

func (v *server) noteFull() { v.full = v.full || v.log.Full() }

func (v *server) madeRoom() { v.full = v.full && !v.log.Roomy() }

// forget drops what is closed and not being written to.
func (v *server) forget() {
	kept := v.sessions[:0]
	for _, s := range v.sessions {
		if !s.closed || s.next != nil {
			kept = append(kept, s)
		}
	}
	v.sessions = kept
}
