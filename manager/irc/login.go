package irc

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"chatsim/manager/wire"
)

// Login is a client's registration: what it says before it is in the room. Its
// zero value is one that has said nothing.
type Login struct {
	Nick     string // valid, once it is not empty
	Password []byte // of PASS; nil: none came
	Caps

	user bool // USER has come
	open bool // capabilities are being negotiated, which END ends
	msg  Message
}

// Caps are the capabilities that a client has asked for.
type Caps struct {
	Echo bool // echo-message: its own lines come back
	Time bool // server-time: what happens has its time
}

// Step is what comes after a line of a registration.
type Step uint8

// The steps.
const (
	More Step = iota // lines are to come
	Done             // all was said
	Quit             // and the client goes
)

// IsStart reports whether the first line of a connection is certainly IRC, or
// may be as well as somebody's name. Only exact capitals tell.
func IsStart(line []byte) (certain, possible bool) {
	line = bytes.TrimRight(line, "\r")
	if rest, ok := bytes.CutPrefix(line, []byte("CAP LS")); ok {
		certain = strings.Trim(string(rest), " 0123456789") == ""
		return certain, certain
	}
	var m Message
	m.Parse(line)
	switch string(m.Command) {
	case "NICK":
		return false, len(m.Params) == 1 && !bytes.Contains(m.Params[0], []byte("@"))
	case "PASS":
		return false, len(m.Params) >= 1
	case "USER":
		return false, len(m.Params) == 4
	case "CAP":
		return false, len(m.Params) == 2 && string(m.Params[0]) == "REQ"
	}
	return false, false
}

// IsNext reports the same of a line behind a first one that is possibly IRC.
func IsNext(first, line []byte) (certain, possible bool) {
	var m Message
	m.Parse(line)
	switch string(m.Command) {
	case "USER":
		return len(m.Params) == 4, len(m.Params) == 4
	case "CAP":
		return len(m.Params) > 0, len(m.Params) > 0
	case "NICK":
		return bytes.HasPrefix(first, []byte("USER ")), len(m.Params) > 0
	case "PASS":
		return false, len(m.Params) > 0
	}
	return false, false
}

// Line takes a client's line, appends what it is answered, and returns how the
// registration stands.
func (l *Login) Line(dst, line []byte) (answer []byte, step Step) {
	m := &l.msg
	m.Parse(line)
	me := l.me()
	switch m.name() {
	case "":
	case "CAP":
		dst = l.cap(dst)
	case "PASS":
		if len(m.Params) == 0 {
			return needMore(dst, me, m), More
		}
		l.Password = bytes.Clone(m.Params[0])
	case "NICK":
		dst = l.nick(dst)
	case "USER":
		if len(m.Params) < 4 {
			return needMore(dst, me, m), More
		}
		l.user = true
	case "PING":
		dst = pong(dst, me, m)
	case "PONG", "NOTICE":
	case "QUIT":
		return dst, Quit
	default:
		dst = reply(dst, errNotRegistered, me, "", "You have not registered")
	}
	if l.Nick != "" && l.user && !l.open {
		return dst, Done
	}
	return dst, More
}

// me returns what the client is called in answers.
func (l *Login) me() string {
	if l.Nick == "" {
		return "*"
	}
	return l.Nick
}

func (l *Login) nick(dst []byte) []byte {
	asked := string(l.msg.param(0))
	if asked == "" {
		return reply(dst, errNoNick, l.me(), "", "No nickname given")
	}
	name, err := wire.CleanName(asked)
	if err == nil && Fit(name) != name {
		err = fmt.Errorf("name holds what is no part of a nick")
	}
	if err != nil {
		return reply(dst, errErroneousNick, l.me(), shown([]byte(asked)), "Erroneous nickname: "+err.Error())
	}
	l.Nick = name
	return dst
}

// capabilities are those that there are.
const capabilities = "echo-message server-time"

// cap answers the negotiation of capabilities (IRCv3).
func (l *Login) cap(dst []byte) []byte {
	switch sub := l.msg.param(0); {
	case is(sub, "LS"):
		l.open = true
		return capReply(dst, l.me(), "LS", capabilities)
	case is(sub, "LIST"):
		return capReply(dst, l.me(), "LIST", l.Caps.String())
	case is(sub, "REQ"):
		l.open = true
		asked := string(l.msg.param(1))
		if caps, ok := l.Caps.with(asked); ok {
			l.Caps = caps
			return capReply(dst, l.me(), "ACK", asked)
		}
		return capReply(dst, l.me(), "NAK", asked)
	case is(sub, "END"):
		l.open = false
		return dst
	default:
		return reply(dst, errInvalidCap, l.me(), shown(sub), "Invalid CAP command")
	}
}

// String lists the capabilities.
func (c Caps) String() string {
	var on []string
	if c.Echo {
		on = append(on, "echo-message")
	}
	if c.Time {
		on = append(on, "server-time")
	}
	return strings.Join(on, " ")
}

// with returns the capabilities as a client asks for them; false if it asks for
// one that there is not.
func (c Caps) with(asked string) (Caps, bool) {
	for _, name := range strings.Fields(asked) {
		on := !strings.HasPrefix(name, "-")
		switch strings.TrimPrefix(name, "-") {
		case "echo-message":
			c.Echo = on
		case "server-time":
			c.Time = on
		default:
			return c, false
		}
	}
	return c, true
}

func capReply(dst []byte, nick, sub, list string) []byte {
	return appendEcho(dst, ":"+Server+" CAP "+nick+" "+sub+" :", []byte(list), "\r\n")
}

func needMore(dst []byte, nick string, m *Message) []byte {
	return reply(dst, errNeedMoreParams, nick, shown(m.Command), "Not enough parameters")
}

func pong(dst []byte, nick string, m *Message) []byte {
	if len(m.Params) == 0 {
		return reply(dst, errNoOrigin, nick, "", "No origin specified")
	}
	return appendEcho(dst, ":"+Server+" PONG "+Server+" :", m.Params[0], "\r\n")
}

// appendEcho appends a line in which a client gets back what it has written, as
// much of it as a line of MaxLine bytes has room for once it may be said.
func appendEcho(dst []byte, before string, word []byte, after string) []byte {
	text := wire.AppendText(nil, word[:min(len(word), MaxLine)])
	end := min(len(text), MaxLine-len(before)-len(after))
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end--
	}
	return append(append(append(dst, before...), text[:end]...), after...)
}
