package simtest_test

import (
	"bytes"
	"time"

	"chatsim/manager/feed"
	"chatsim/manager/room"
	"chatsim/manager/wire"
)

const (
	maxLine  = 200 // bytes of a client's line
	maxShown = 80  // bytes of an unknown name in an error
	whoTries = 2   // how often an answer to /who may be overtaken
)

// names and record are what a server needs of a room and of a log: the seams
// at which tests plant bugs.
type names interface {
	Join(asked string) (*room.Member, room.Roster)
	Leave(*room.Member) bool
	LookupBytes(name []byte) *room.Member
	LookupPrefix(text []byte) (*room.Member, []byte)
	Roster() room.Roster
	Len() int
}

type record interface {
	Append(b []byte)
	AppendPrivate(c *feed.Cursor, b []byte)
	Subscribe(c *feed.Cursor)
	Finish(c *feed.Cursor)
	Drop(c *feed.Cursor)
	Next(c *feed.Cursor, scratch []byte) []byte
	Advance(c *feed.Cursor, n int, now time.Duration)
	Block(c *feed.Cursor, now time.Duration)
	Unblock(c *feed.Cursor)
	Touch(c *feed.Cursor, now time.Duration)
	Excuse(c *feed.Cursor, now time.Duration)
	Evict(now, grace time.Duration) []feed.Evicted
	Pending(c *feed.Cursor) int
	Done(c *feed.Cursor) bool
	Owed(c *feed.Cursor) int64
	Full() bool
	Roomy() bool
	Retained() int
}

// server is what package manager puts around room and feed, with each of its
// critical sections and each of its reads and writes as one step: whatever a
// Manager's goroutines may do in whatever order, a schedule may as well.
type server struct {
	*story
	room     names
	log      record
	onEvict  func(s *session, r feed.Reason) // right after the log has
	sessions []*session                      // not yet closed, in the order of their dials
	pressed  bool                            // the log was about to be full when it last evicted
	full     bool                            // since the log was full and until it is roomy
	over     int                             // bytes appended since the log was last below its window
	window   int
	changes  int // joins and leaves
	now      time.Duration
}

// op is a step of what is published: one critical section has many.
type op struct {
	kind   wire.RequestKind
	reply  bool // frame is for the sender alone
	frame  []byte
	target []byte
}

func (v *server) accept(s *session) { v.sessions = append(v.sessions, s) }

// serve does what the session's reader has to do next; false is nothing.
func (v *server) serve(s *session, n int) bool {
	switch {
	case s.closed || s.left:
		return false
	case s.evicted && (n%2 == 1 || len(s.ops) == 0):
		v.leave(s, false)
		v.close(s)
		return true
	case s.named && s.member == nil:
		return v.join(s)
	case len(s.greeting) > 0:
		return v.greet(s, n)
	case len(s.ops) > 0:
		return v.publish(s)
	}
	return v.read(s, n)
}

// read takes up to n bytes of what has come in, after what came with the name
// line.
func (v *server) read(s *session, n int) bool {
	in := &s.conn.up
	if v.full && s.member != nil || len(in.bytes) == 0 && !in.over && !s.ahead {
		return false
	}
	if !s.ahead {
		b := in.read(n)
		if len(b) == 0 {
			v.part(s)
			return true
		}
		if v.told() {
			v.note("the server reads %d bytes of %v", len(b), s)
		}
		s.rest = append(s.rest, b...)
	}
	s.ahead = false
	if s.member == nil {
		s.login()
		return true
	}
	v.consume(s)
	return true
}

// consume makes steps of the whole lines that have come in.
func (v *server) consume(s *session) {
	for {
		line, rest, ok := bytes.Cut(s.rest, newline)
		if !ok {
			break
		}
		s.rest = rest
		switch {
		case s.skipping:
			s.skipping = false
		case len(line) > maxLine:
			s.tooLong()
		default:
			v.handle(s, line)
		}
	}
	if !s.skipping && len(s.rest) > maxLine {
		s.skipping = true
		s.tooLong()
	}
	if s.skipping {
		s.rest = nil
	}
}

var newline = []byte("\n")

// handle makes a step of one line.
func (v *server) handle(s *session, line []byte) {
	req := wire.ParseRequest(line, s.asked, s.name)
	target, text := req.Target, req.Text
	switch req.Kind {
	case wire.Say:
		target = []byte(wire.Group)
	case wire.Msg:
		if m, rest := v.room.LookupPrefix(text); m != nil {
			target, text = []byte(m.Name()), rest
		} else {
			target, text, _ = bytes.Cut(text, []byte(" "))
		}
	}
	frame := wire.AppendLine(nil, s.name, wire.AppendText(nil, text), string(target))
	s.ops = append(s.ops, op{kind: req.Kind, frame: frame, target: bytes.Clone(target)})
}

// publish returns the critical section in which what was read gets its place. An
// answer to /who takes several.
func (v *server) publish(s *session) bool {
	if v.full || s.ops[0].kind == wire.Who && s.on && s.written < s.mark {
		return false
	}
	for len(s.ops) > 0 && s.ops[0].kind != wire.Who {
		o := s.ops[0]
		s.ops = s.ops[1:]
		if v.told() {
			v.note("the server gives its place to %q", o.frame)
		}
		switch {
		case o.reply:
			v.private(s, o.frame)
		case o.kind == wire.Say:
			v.public(o.frame)
		default:
			v.tell(s, o)
		}
	}
	v.noteFull()
	if len(s.ops) > 0 && !v.full {
		v.answer(s)
	}
	return true
}

// tell assigns a private line its place.
func (v *server) tell(s *session, o op) {
	member := v.room.LookupBytes(o.target)
	if member == nil {
		shown := wire.AppendText(nil, o.target[:min(len(o.target), maxShown)])
		v.private(s, wire.AppendError(nil, wire.NoSuchUser.With(string(shown))))
		return
	}
	v.private(s, o.frame)
	if member != s.member {
		v.private(member.Session.(*session), o.frame)
	}
}

// answer takes a roster, or returns the one taken before its place if it is
// still current.
func (v *server) answer(s *session) {
	if s.on && s.written < s.mark {
		return
	}
	if s.roster == nil || s.changes != v.changes {
		s.roster, s.changes = wire.AppendRoster(nil, v.room.Roster().Names()), v.changes
		if s.tries++; s.tries <= whoTries {
			return
		}
	}
	v.note("the server answers the /who of %v", s)
	v.private(s, s.roster)
	s.mark = v.log.Owed(&s.cursor)
	s.roster, s.tries, s.ops = nil, 0, s.ops[1:]
	v.noteFull()
}
