package manager

import (
	"bytes"

	"chatsim/manager/wire"
)

// dialect is what the client of a session speaks: how its bytes are taken apart,
// and what it can be told.
type dialect interface {
	traits() traits

	// register returns the name that the client asks for; first is what it has said
	// first.
	register(l login, first []byte) (name []byte, err error)

	// named tells the dialect what the client calls itself, and what it is called in
	// the room, which is empty before the join.
	named(asked, given string)

	// appendGreeting appends what a newcomer is told of itself and of who is present.
	appendGreeting(dst []byte, s *session, in *admission) []byte

	// consume carries out what data asks for, in order, and returns what is left: the
	// beginning of a request.
	consume(r round, data []byte) (rest []byte, err error)

	// settle takes what consume has left for all there is when reading has ended, and
	// returns what ends the session; nil: it goes on.
	settle(s *session, ended error) error
}

// traits are how a dialect differs from others beyond its bytes.
type traits struct {
	tokens  bool // a name has room for the token by which its user comes back
	renames bool // the client can be told another name
	timed   bool // the end of a request may be that nothing follows: reads end by deadlines
	whoSize int  // bytes that an answer about everybody has for each user, beside its name
}

// lineDialect is that of package wire.
type lineDialect struct{}

func (lineDialect) traits() traits { return traits{tokens: true, renames: true} }

func (lineDialect) named(_, _ string) {}

func (lineDialect) settle(_ *session, ended error) error { return ended }

// register takes the first line for the name or, where there is one, the password,
// and then reads the next.
func (lineDialect) register(l login, first []byte) (name []byte, err error) {
	if l.m.cfg.Password == "" {
		return first, nil
	}
	if err := l.tryPassword(bytes.TrimSuffix(first, []byte("\r")), "the first line is the password of the room, the next one your name"); err != nil {
		return nil, err
	}
	return l.nameLine(nil)
}

func (lineDialect) appendGreeting(dst []byte, s *session, in *admission) []byte {
	if s.returns {
		dst = append(wire.AppendWelcomeToken(dst, s.name, s.token), in.others...)
	} else {
		dst = wire.AppendWelcome(dst, s.name)
	}
	if s.recall.Wanted() {
		dst = in.before.appendFrames(dst)
	}
	return wire.AppendRoster(dst, in.roster.Names())
}

// consume carries out the whole lines of data.
func (d lineDialect) consume(r round, data []byte) (rest []byte, err error) { return r.lines(data, d) }

// line reads a line as what this user asks for.
func (lineDialect) line(r round, line []byte) error {
	if r.former == "" {
		return r.handle(wire.ParseRequest(line, r.signs, r.name))
	}
	return r.handle(wire.ParseRequest(line, r.signs, r.name, r.former))
}
