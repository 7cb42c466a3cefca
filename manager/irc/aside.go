package irc

import (
	"bytes"
	"time"
)

// asides are the commands that need nothing of the room.
var asides = map[string]func(p *Peer, dst []byte, m *Message, now func() time.Time) []byte{
	"PING":   func(p *Peer, dst []byte, m *Message, _ func() time.Time) []byte { return pong(dst, p.Nick, m) },
	"PONG":   unanswered,
	"TAGMSG": unanswered,
	"NICK": func(p *Peer, dst []byte, m *Message, _ func() time.Time) []byte {
		if Fold(string(m.param(0))) == Fold(p.Nick) {
			return dst
		}
		return reply(dst, errNoNickChange, p.Nick, "", "You keep your name for as long as you are in the room: reconnect under another")
	},
	"USER": same(errAlreadyIn, "", "You may not reregister"),
	"PASS": same(errAlreadyIn, "", "You may not reregister"),
	"CAP":  func(p *Peer, dst []byte, m *Message, _ func() time.Time) []byte { return p.capLater(dst, m) },
	"MODE": func(p *Peer, dst []byte, m *Message, _ func() time.Time) []byte { return p.mode(dst, m) },
	"TOPIC": func(p *Peer, dst []byte, m *Message, _ func() time.Time) []byte {
		if len(m.Params) < 2 {
			return reply(dst, rplTopic, p.Nick, Channel, topic)
		}
		return p.notOperator(dst)
	},
	"KICK":    func(p *Peer, dst []byte, _ *Message, _ func() time.Time) []byte { return p.notOperator(dst) },
	"INVITE":  func(p *Peer, dst []byte, _ *Message, _ func() time.Time) []byte { return p.notOperator(dst) },
	"OPER":    same(errNotOnThisNetwork, "", "Nobody is an operator by IRC: the room's is where the room runs"),
	"KILL":    privileged,
	"REHASH":  privileged,
	"RESTART": privileged,
	"DIE":     privileged,
	"WALLOPS": privileged,
	"MOTD":    func(p *Peer, dst []byte, _ *Message, _ func() time.Time) []byte { return appendMotd(dst, p.Nick) },
	"VERSION": same(rplVersion, network+" "+Server, "one room, "+Channel),
	"TIME": func(p *Peer, dst []byte, _ *Message, now func() time.Time) []byte {
		return reply(dst, rplTime, p.Nick, Server, now().UTC().Format(time.RFC1123))
	},
	"WHOWAS": func(p *Peer, dst []byte, m *Message, _ func() time.Time) []byte {
		nick := shown(m.param(0))
		dst = reply(dst, errWasNoSuchNick, p.Nick, nick, "There was no such nickname")
		return reply(dst, rplEndOfWhowas, p.Nick, nick, "End of WHOWAS")
	},
}

func unanswered(_ *Peer, dst []byte, _ *Message, _ func() time.Time) []byte { return dst }

var privileged = same(errNoPrivileges, "", "Permission denied: you are not an operator")

// same returns the command that is answered alike whoever writes it.
func same(code, about, text string) func(*Peer, []byte, *Message, func() time.Time) []byte {
	return func(p *Peer, dst []byte, _ *Message, _ func() time.Time) []byte {
		return reply(dst, code, p.Nick, about, text)
	}
}

// aside answers what needs nothing of the room.
func (p *Peer) aside(dst []byte, m *Message, now func() time.Time) []byte {
	if answer := asides[m.name()]; answer != nil {
		return answer(p, dst, m, now)
	}
	return reply(dst, errUnknownCommand, p.Nick, shown(m.Command), "Unknown command")
}

func (p *Peer) notOperator(dst []byte) []byte {
	return reply(dst, errChanOpNeeded, p.Nick, Channel, "You're not channel operator: nobody is")
}

// capLater answers CAP of one who is in: its capabilities stay as they are.
func (p *Peer) capLater(dst []byte, m *Message) []byte {
	switch sub := m.param(0); {
	case is(sub, "LS"):
		return capReply(dst, p.Nick, "LS", capabilities)
	case is(sub, "LIST"):
		return capReply(dst, p.Nick, "LIST", p.Caps.String())
	case is(sub, "REQ"):
		asked := string(m.param(1))
		if caps, ok := p.Caps.with(asked); ok && caps == p.Caps {
			return capReply(dst, p.Nick, "ACK", asked)
		}
		return capReply(dst, p.Nick, "NAK", asked)
	case is(sub, "END"):
		return dst
	default:
		return reply(dst, errInvalidCap, p.Nick, shown(sub), "Invalid CAP command")
	}
}

// mode answers MODE: nobody has any, and the channel's are what they are.
func (p *Peer) mode(dst []byte, m *Message) []byte {
	me, target, modes := p.Nick, m.param(0), bytes.TrimPrefix(m.param(1), []byte("+"))
	switch {
	case len(target) == 0:
		return needMore(dst, me, m)
	case is(target, Channel):
	case isChannel(target):
		return p.noChannel(dst, target)
	case Fold(string(target)) == Fold(me):
		return append(appendNumeric(dst, rplUModeIs, me), " +\r\n"...)
	default:
		return reply(dst, errUsersDontMatch, me, "", "Cannot change mode for other users")
	}
	switch string(modes) {
	case "":
		return append(appendNumeric(dst, rplChannelModeIs, me), " "+Channel+" +nt\r\n"...)
	case "b":
		return reply(dst, rplEndOfBans, me, Channel, "End of channel ban list")
	case "e":
		return reply(dst, rplEndOfExcepts, me, Channel, "End of channel exception list")
	case "I":
		return reply(dst, rplEndOfInvites, me, Channel, "End of channel invite list")
	}
	return p.notOperator(dst)
}

// ctcp answers a question between clients, in the place of another: what is
// known here of everybody is the same.
func (p *Peer) ctcp(dst []byte, from string, text []byte, now func() time.Time) []byte {
	command, rest := word(bytes.Trim(text, "\x01"))
	begin, end := string(appendSource(nil, from))+"NOTICE "+p.Nick+" :\x01", "\x01\r\n"
	var answer string
	switch {
	case is(command, "PING"):
		return appendEcho(dst, begin+"PING ", rest, end)
	case is(command, "VERSION"):
		answer = "VERSION " + network
	case is(command, "TIME"):
		answer = "TIME " + now().UTC().Format(time.RFC1123)
	case is(command, "CLIENTINFO"):
		answer = "CLIENTINFO ACTION CLIENTINFO PING TIME VERSION"
	default:
		return AppendNotice(dst, nil, p.Nick, []byte("CTCP "+shown(command)+" is not carried by this room"))
	}
	return append(dst, begin+answer+end...)
}

// AppendCTCP answers a question of the client to another.
func (l *Lines) AppendCTCP(dst []byte, from string, text []byte) []byte {
	return l.Peer.ctcp(dst, from, text, l.Now)
}
