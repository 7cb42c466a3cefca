package dialect

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"chatsim/manager/wire"
)

// isOfNames reports whether a line belongs to the names of the channel, or needs
// an answer at once.
func (c *irc) isOfNames(line []byte) bool {
	m := &c.msg
	m.parse(line)
	switch string(m.command) {
	case "353", "366", "PING", "ERROR":
		return true
	}
	return false
}

// isMessage reports whether a line is one of IRC: its command is a word, or a
// number of three digits.
func (c *irc) isMessage(line []byte) bool {
	c.msg.parse(line)
	command := c.msg.command
	letters := bytes.TrimFunc(command, func(r rune) bool { return 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' })
	digits := bytes.TrimFunc(command, func(r rune) bool { return '0' <= r && r <= '9' })
	return len(command) > 0 && len(letters) == 0 || len(command) == 3 && len(digits) == 0
}

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
		return !c.left && c.fail(f, wire.None, bytes.TrimPrefix(m.last(), []byte("Closing link: ")))
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

// numeric takes what a server answers. Of the errors there are many: the codes
// from 400 to 599, of which the first parameter is the client itself.
func (c *irc) numeric(f *Frame, m *ircMessage) (isFrame bool) {
	code, err := strconv.Atoi(string(m.command))
	if err != nil {
		return false
	}
	switch {
	case code == 1 && len(m.params) > 0:
		c.rename(string(m.params[0]))
	case code == 5:
		c.nicks.learn(m.params)
		c.limits.learn(m.params)
	case (code == 376 || code == 422) && c.phase == ircRegisters: // the end of the message of the day, or that there is none
		if why := c.limits.tooLong(c.Room); why != "" {
			return c.fail(f, wire.None, []byte(why))
		}
		c.phase = ircJoins
		c.out = fmt.Appendf(c.out, "JOIN %s\r\n", c.Room)
	case code == 353 && c.phase == ircLists:
		for _, name := range bytes.Fields(m.last()) {
			c.names = append(c.names, bytes.Clone(bytes.TrimLeft(name, "~&@%+!")))
		}
	case code == 366 && c.phase == ircLists:
		c.isIn()
	case code >= 400 && code < 600:
		return c.refused(f, m, code)
	}
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

// refused takes an error. One that is about the nick asks for another.
func (c *irc) refused(f *Frame, m *ircMessage, code int) (isFrame bool) {
	about, text := string(m.param(1)), m.last()
	switch {
	case code == 410, code == 421 && (c.phase != ircIsIn || about == "CAP"): // no capabilities, or other subtleties
		return false
	case c.phase == ircRegisters && (code == 432 || code == 433 || code == 436 || code == 437):
		if code == 432 {
			c.nicks.tighten(c.nick)
		}
		c.nick = c.nicks.Take(c.Account.Name)
		c.out = fmt.Appendf(c.out, "NICK %s\r\n", c.nick)
		return false
	case code == 401 || code == 403 && c.phase == ircIsIn:
		c.refuse(about)
		return c.fail(f, wire.NoSuchUser, []byte(about))
	case code == 464:
		return c.fail(f, wire.Password, text)
	case code == 432:
		return c.fail(f, wire.BadName, text)
	case code == 417:
		c.refuse("")
		return c.fail(f, wire.LineTooLong, nil)
	case c.phase == ircIsIn && (code == 404 || code == 407 || code == 412 || code == 489):
		c.refuse("")
	}
	return c.fail(f, wire.None, fmt.Appendf(nil, "%s (%d)", text, code))
}

// refuse has the oldest line to a target be one that did not get there.
func (c *irc) refuse(target string) {
	for i := range c.copies {
		if o := &c.copies[i]; !o.failed && (o.target == target || target == "") {
			o.failed = true
			return
		}
	}
}

// fail makes an error frame in the words of a reason.
func (c *irc) fail(f *Frame, r wire.Reason, detail []byte) bool {
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
	o, lost, ok := c.copyOf(f.Text)
	switch {
	case !ok:
	case o.failed:
		return false
	case o.target == "":
		f.Private, f.Target = false, group
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
		if e := (Frame{}); o.target != "" && !o.failed && c.fail(&e, wire.NoSuchUser, []byte(o.target)) {
			errs = append(errs, e)
		}
	}
	if len(errs) == 0 {
		return
	}
	late := *f
	late.Sender, late.Text, late.Target = bytes.Clone(f.Sender), bytes.Clone(f.Text), bytes.Clone(f.Target)
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

// copyOf finds what a copy is of: the oldest own line, or a later one where the
// copies of those before, which it returns too, were lost. One that is none of them is the oldest, altered.
func (c *irc) copyOf(text []byte) (o copied, lost []copied, ok bool) {
	if len(c.copies) == 0 {
		return copied{}, nil, false
	}
	at := 0
	for i := range c.copies {
		if strings.TrimRight(c.copies[i].text, " \t") == strings.TrimRight(string(text), " \t") {
			at = i
			break
		}
	}
	o, lost = c.copies[at], c.copies[:at]
	if c.copies = c.copies[at+1:]; len(c.copies) == 0 {
		c.copies = nil
	}
	return o, lost, true
}

// moved takes who comes to the channel, goes from it, or is called otherwise.
func (c *irc) moved(f *Frame, m *ircMessage) (isFrame bool) {
	who, command := m.nick(), string(m.command)
	own := string(who) == c.nick
	switch {
	case command == "JOIN" && !strings.EqualFold(string(m.param(0)), c.Room),
		(command == "PART" || command == "KICK") && !strings.EqualFold(string(m.param(0)), c.Room):
		return false
	case command == "JOIN" && own:
		c.phase = ircLists
		c.limits.knows(m.source)
		return false
	case command == "NICK" && own:
		c.rename(string(m.param(0)))
		return false
	case command == "KICK":
		if who = m.param(1); string(who) == c.nick {
			return c.fail(f, wire.Kicked, nil)
		}
	case own:
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
