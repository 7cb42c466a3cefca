package simtest_test

import (
	"bytes"
	"fmt"

	"chatsim/manager/feed"
	"chatsim/manager/room"
	"chatsim/manager/wire"
)

// session is the server's side of a connection: what a reader of lines and the
// feed's writer each have to do next.
type session struct {
	who  int // the chatter, for the story only
	conn *conn

	// What is read.
	asked, name string
	member      *room.Member
	named       bool   // the name line is complete
	rest        []byte // an unfinished line
	ahead       bool   // or whole ones, which came with the name
	skipping    bool   // up to the end of a line that is too long
	ops         []op   // made of what was read, to be published
	roster      []byte // an answer to /who, as of changes
	changes     int
	tries       int
	left        bool

	// What is written.
	greeting []byte // still to be written before anything of the log
	cursor   feed.Cursor
	on       bool   // the cursor is in the log
	next     []byte // a write under way
	was      []byte // a copy
	scratch  []byte
	written  int64 // bytes from the log
	mark     int64 // the answer to /who before is out when so much is written
	queued   int   // bytes last seen on their way
	evicted  bool
	closed   bool
}

// login looks for the end of the name line.
func (s *session) login() {
	line, rest, ok := bytes.Cut(s.rest, newline)
	if !ok {
		return
	}
	s.asked, s.named = string(line), true
	if wire.IsUnnamed(s.asked) {
		s.asked = fmt.Sprintf("127.0.0.1:%d", 40000+s.who)
	}
	s.rest, s.ahead = rest, len(rest) > 0
}

func (s *session) tooLong() {
	s.ops = append(s.ops, op{reply: true, frame: wire.AppendError(nil, wire.LineTooLong.Text())})
}

// join lets the session's user in.
func (v *server) join(s *session) bool {
	if v.full {
		return false
	}
	member, roster := v.room.Join(s.asked)
	v.public(wire.AppendJoin(nil, member.Name()))
	v.log.Subscribe(&s.cursor)
	v.log.Block(&s.cursor, v.now)
	s.on = true
	member.Session = s
	s.member, s.name = member, member.Name()
	v.changes++
	v.noteFull()
	s.greeting = wire.AppendRoster(wire.AppendWelcome(nil, s.name), roster.Names())
	v.note("the server lets %v in as %q", s, s.name)
	return true
}

// greet writes up to n bytes of welcome and roster; until all are out the
// cursor waits.
func (v *server) greet(s *session, n int) bool {
	if s.conn.reset {
		v.drop(s)
		s.greeting = nil
		return true
	}
	k := s.conn.down.write(s.greeting, n)
	if k == 0 {
		return false
	}
	v.note("the server writes %d of %d bytes of greeting to %v", k, len(s.greeting), s)
	if s.greeting = s.greeting[k:]; s.on {
		v.log.Touch(&s.cursor, v.now)
		if len(s.greeting) == 0 {
			v.settle(s)
		}
	}
	return true
}

// part ends the reading: of a half-closed connection all was read, of one that
// was reset what the system gave.
func (v *server) part(s *session) {
	owed := !s.conn.reset
	if s.member == nil {
		v.close(s)
		return
	}
	v.leave(s, owed)
	if !owed || !s.on {
		v.close(s)
	}
}

// leave is the critical section that ends a stay.
func (v *server) leave(s *session, owed bool) {
	v.note("the server tells of the leave of %v", s)
	s.left = true
	if owed && s.on {
		v.log.Finish(&s.cursor)
		v.end(s)
	} else {
		v.drop(s)
	}
	v.room.Leave(s.member)
	v.changes++
	v.public(wire.AppendLeave(nil, s.name))
	v.noteFull()
}

func (s *session) String() string { return fmt.Sprintf("chatter %d", s.who) }
