package irc

import (
	"bytes"
	"time"
)

// aside answers what needs nothing of the room.
func (p *Peer) aside(dst []byte, m *Message, now func() time.Time) []byte {
	me := p.Nick
	switch m.name() {
	case "NICK":
		if Fold(string(m.param(0))) == Fold(me) {
			return dst
		}
		return reply(dst, errNoNickChange, me, "", "You keep your name for as long as you are in the room: reconnect under another")
	case "USER", "PASS":
		return reply(dst, errAlreadyIn, me, "", "You may not reregister")
	case "CAP":
		return p.capLater(dst, m)
	case "MODE":
		return p.mode(dst, m)
	case "TOPIC":
		if len(m.Params) < 2 {
			return reply(dst, rplTopic, me, Channel, topic)
		}
		return p.notOperator(dst)
	case "KICK", "INVITE":
		return p.notOperator(dst)
	case "OPER":
		return reply(dst, errNotOnThisNetwork, me, "", "Nobody is an operator by IRC: the room's is where the room runs")
	case "KILL", "REHASH", "RESTART", "DIE", "WALLOPS":
		return reply(dst, errNoPrivileges, me, "", "Permission denied: you are not an operator")
	case "MOTD":
		return appendMotd(dst, me)
	case "VERSION":
		return reply(dst, rplVersion, me, network+" "+Server, "one room, "+Channel)
	case "TIME":
		return reply(dst, rplTime, me, Server, now().UTC().Format(time.RFC1123))
	case "WHOWAS":
		nick := shown(m.param(0))
		dst = reply(dst, errWasNoSuchNick, me, nick, "There was no such nickname")
		return reply(dst, rplEndOfWhowas, me, nick, "End of WHOWAS")
	case "TAGMSG":
		return dst
	}
	return reply(dst, errUnknownCommand, me, shown(m.Command), "Unknown command")
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
