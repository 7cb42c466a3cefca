package dialect

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"chatsim/manager/wire"
)

// take does what a line asks for, and reports whether it is a frame.
func (c *irc) take(f *Frame, line []byte) (isFrame bool) {
	m := &c.msg
	m.parse(line)
	switch string(m.command) {
	case "PING":
		c.out = append(append(append(c.out, "PONG :"...), m.last()...), "\r\n"...)
	case "CAP":
		c.capabilities(m)
	case "PRIVMSG":
		return c.told(f, m)
	case "NOTICE":
		return c.noticed(f, m)
	case "JOIN", "PART", "QUIT", "KICK", "NICK":
		return c.moved(f, m)
	case "ERROR":
		return !c.left && failed(f, wire.None, bytes.TrimPrefix(m.last(), []byte("Closing link: ")))
	default:
		return c.numeric(f, m)
	}
	return false
}

// noticed takes what our own room says to one that says too much.
func (c *irc) noticed(f *Frame, m *ircMessage) (isFrame bool) {
	var limit float64
	if n, _ := fmt.Sscanf(string(m.last()), "more than %g lines a second:", &limit); n != 1 || bytes.IndexByte(m.source, '!') >= 0 {
		return false
	}
	f.Kind, f.Raw = wire.Unknown, bytes.TrimSpace(wire.AppendSlow(nil, limit))
	return true
}

// capabilities asks for echo-message where there is that, and ends the
// negotiation with the answer.
func (c *irc) capabilities(m *ircMessage) {
	list := " " + string(m.last()) + " "
	switch has := strings.Contains(list, " echo-message "); string(m.param(1)) {
	case "LS":
		switch {
		case has:
			c.out = append(c.out, "CAP REQ :echo-message\r\n"...)
		case string(m.param(2)) != "*": // else more of them follow
			c.out = append(c.out, "CAP END\r\n"...)
		}
	case "ACK", "NAK":
		c.echo = has && string(m.param(1)) == "ACK"
		c.out = append(c.out, "CAP END\r\n"...)
	}
}

// numerics are what of a server's answers has a meaning of its own.
var numerics = map[int]func(c *irc, f *Frame, m *ircMessage, code int) (isFrame bool){
	1: func(c *irc, _ *Frame, m *ircMessage, _ int) bool {
		if len(m.params) > 0 {
			c.rename(string(m.params[0]))
		}
		return false
	},
	5: func(c *irc, _ *Frame, m *ircMessage, _ int) bool {
		c.nicks.learn(m.params)
		c.limits.learn(m.params)
		return false
	},
	353: func(c *irc, _ *Frame, m *ircMessage, _ int) bool {
		for _, name := range bytes.Fields(m.last()) {
			if c.phase == ircLists {
				c.names = append(c.names, bytes.Clone(bytes.TrimLeft(name, "~&@%+!")))
			}
		}
		return false
	},
	366: func(c *irc, _ *Frame, _ *ircMessage, _ int) bool {
		if c.phase == ircLists {
			c.isIn()
		}
		return false
	},
	376: (*irc).registered,
	422: (*irc).registered,
	439: func(c *irc, f *Frame, m *ircMessage, code int) bool { // to who comes: wait while we look up who you are
		return c.phase == ircIsIn && c.refused(f, m, code)
	},
}

// numeric takes what a server answers. Of the errors there are many: the codes
// from 400 to 599, of which the first parameter is the client itself.
func (c *irc) numeric(f *Frame, m *ircMessage) (isFrame bool) {
	code, err := strconv.Atoi(string(m.command))
	if err != nil {
		return false
	}
	if take := numerics[code]; take != nil {
		return take(c, f, m, code)
	}
	return isError(code) && c.refused(f, m, code)
}

func isError(code int) bool { return code >= 400 && code < 600 }

// registered takes the end of the message of the day, or that there is none: the
// client may join.
func (c *irc) registered(f *Frame, m *ircMessage, code int) (isFrame bool) {
	if c.phase != ircRegisters {
		return isError(code) && c.refused(f, m, code)
	}
	if why := c.limits.tooLong(c.Room); why != "" {
		return failed(f, wire.None, []byte(why))
	}
	c.phase = ircJoins
	c.out = fmt.Appendf(c.out, "JOIN %s\r\n", c.Room)
	return false
}

// isIn makes the frames with which a stay begins.
func (c *irc) isIn() {
	c.phase = ircIsIn
	var welcome, roster Frame
	welcome.Kind, welcome.Names = wire.Welcome, [][]byte{[]byte(c.nick)}
	roster.Kind, roster.Names = wire.Roster, c.names
	c.owed, c.names = append(c.owed, welcome, roster), nil
}

// rename records what the server calls the client.
func (c *irc) rename(nick string) {
	if nick != c.nick {
		c.nicks.Release(c.nick)
		c.nicks.mark(nick)
		c.nick = nick
	}
}

// ircRefusal is what an error means.
type ircRefusal struct {
	reason wire.Reason
	line   bool // it is about a line, which did not get there
	named  bool // its parameter is whom it is about, and all there is to tell
	bare   bool // its text tells no more than the reason
	in     bool // it means that only once the client is in
}

var ircRefusals = map[int]ircRefusal{
	401: {reason: wire.NoSuchUser, line: true, named: true},
	403: {reason: wire.NoSuchUser, line: true, named: true, in: true},
	404: {line: true, in: true},
	407: {line: true, in: true},
	412: {line: true, in: true},
	417: {reason: wire.LineTooLong, line: true, bare: true},
	432: {reason: wire.BadName},
	464: {reason: wire.Password},
	489: {line: true, in: true},
}

// nickRefusals are errors about the nick that a client asks for.
var nickRefusals = []int{432, 433, 436, 437}

// refused takes an error. One that is about the nick asks for another.
func (c *irc) refused(f *Frame, m *ircMessage, code int) (isFrame bool) {
	about := string(m.param(1))
	switch {
	case code == 410, code == 421 && (c.phase != ircIsIn || about == "CAP"): // no capabilities, or other subtleties
		return false
	case c.phase == ircRegisters && slices.Contains(nickRefusals, code):
		c.otherNick(code)
		return false
	}
	r := ircRefusals[code]
	if r.in && c.phase != ircIsIn {
		r = ircRefusal{}
	}
	target, detail := "", m.last()
	switch {
	case r.named:
		target, detail = about, []byte(about)
	case r.bare:
		detail = nil
	case r.reason == wire.None:
		detail = fmt.Appendf(nil, "%s (%d)", detail, code)
	}
	if r.line {
		c.copies.fail(target)
	}
	return failed(f, r.reason, detail)
}

// otherNick asks for the next nick; 432: the one before has characters that the
// server does not take.
func (c *irc) otherNick(code int) {
	if code == 432 {
		c.nicks.tighten(c.nick)
	}
	c.nick = c.nicks.Take(c.Account.Name)
	c.out = fmt.Appendf(c.out, "NICK %s\r\n", c.nick)
}

// failed makes an error frame in the words of a reason.
func failed(f *Frame, r wire.Reason, detail []byte) bool {
	f.Kind, f.Text = wire.Error, detail
	switch {
	case r == wire.None:
	case len(detail) == 0:
		f.Text = []byte(r.Text())
	default:
		f.Text = []byte(r.With(string(detail)))
	}
	return true
}

// told takes a private line, or the copy of an own one.
func (c *irc) told(f *Frame, m *ircMessage) (isFrame bool) {
	if len(m.params) < 2 || c.phase != ircIsIn {
		return false // who has registered can be told something before it is in the room
	}
	f.Kind, f.Private = wire.Line, true
	f.Sender, f.Text, f.Target = m.nick(), c.plain(m.params[1]), m.params[0]
	if string(f.Sender) != c.nick || string(f.Target) != c.nick {
		return true
	}
	if c.echo {
		return c.isFirst(f.Text)
	}
	o, lost, ok := c.copies.take(f.Text)
	switch {
	case !ok:
	case o.failed:
		return false
	case o.target == "":
		c.raw = m.appendSaid(c.raw[:0], c.channel)
		f.Private, f.Target, f.Raw = false, group, c.raw
	default:
		f.Target = []byte(o.target)
	}
	c.notTold(f, lost)
	return true
}

// notTold puts an error before a frame for each private line of which there was
// neither a copy nor an error: a server stops at a target that it cannot write to.
func (c *irc) notTold(f *Frame, lost []copied) {
	var errs []Frame
	for _, o := range lost {
		if e := (Frame{}); o.target != "" && !o.failed && failed(&e, wire.NoSuchUser, []byte(o.target)) {
			errs = append(errs, e)
		}
	}
	if len(errs) == 0 {
		return
	}
	late := *f
	late.Sender, late.Text, late.Target = bytes.Clone(f.Sender), bytes.Clone(f.Text), bytes.Clone(f.Target)
	late.Raw = bytes.Clone(f.Raw)
	*f = errs[0]
	c.owed = append(append(c.owed, errs[1:]...), late)
}

// isFirst reports whether what the client tells itself comes for the first time.
// A server that echoes may send it twice, next to each other.
func (c *irc) isFirst(text []byte) bool {
	if c.twin == string(text) {
		c.twin = ""
		return false
	}
	c.twin = string(text)
	return true
}

// movedItself takes a move of the client's own.
func (c *irc) movedItself(command string, m *ircMessage) {
	switch command {
	case "JOIN":
		c.phase = ircLists
		c.limits.knows(m.source)
	case "NICK":
		c.rename(string(m.param(0)))
	}
}

// moved takes who comes to the channel, goes from it, or is called otherwise.
func (c *irc) moved(f *Frame, m *ircMessage) (isFrame bool) {
	who, command := m.nick(), string(m.command)
	switch {
	case m.isElsewhere(c.Room):
		return false
	case command == "KICK":
		if who = m.param(1); string(who) == c.nick {
			return failed(f, wire.Kicked, nil)
		}
	case string(who) == c.nick:
		c.movedItself(command, m)
		return false
	}
	if c.phase != ircIsIn {
		return false // it is of before
	}
	f.Kind, f.Names = wire.Leave, append(f.Names[:0], who)
	switch command {
	case "JOIN":
		f.Kind = wire.Join
		c.nicks.mark(string(who))
	case "NICK":
		c.nicks.Release(string(who))
		join := Frame{}
		join.Kind, join.Names = wire.Join, [][]byte{bytes.Clone(m.param(0))}
		c.owed = append(c.owed, join)
	default:
		c.nicks.Release(string(who))
		if command == "QUIT" && isSplit(m.last()) {
			c.split(f, m.last())
		}
	}
	return true
}
