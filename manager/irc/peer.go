package irc

import (
	"bytes"
	"time"
)

// Peer is one client that is in the room.
type Peer struct {
	Caps
	Nick string
}

// Ask is what a client's line asks of the room.
type Ask struct {
	Kind   AskKind
	Target []byte // a nick, as the client wrote it
	Text   []byte // of what is said: as the room knows it; of an Away: why
	Count  int    // of a Before; 0: as many as there are
}

// AskKind is a kind of Ask.
type AskKind uint8

// What is asked. All but the first need the room.
const (
	Nothing  AskKind = iota // the answer is complete
	Say                     // Text to everybody
	Tell                    // Text to Target alone
	CTCP                    // of Target, which the server answers in its place
	Names                   // the channel's, as a NAMES is answered
	WhoAll                  // everybody, as WHO is answered
	WhoOne                  // Target
	Whois                   // Target
	List                    // how many there are
	LUsers                  // likewise
	IsOn                    // which of the nicks in Target, separated by spaces
	UserHost                // likewise
	Away                    // with Text, or without: back
	Before                  // the last Count lines that were said to the channel, or all
	Leave                   // the room
)

// Lines takes what a client wrote apart. It returns what the client is answered,
// appended to dst, and what it asks: several only where a line has several
// targets. The asks point into the line and into scratch.
type Lines struct {
	Peer *Peer
	Now  func() time.Time

	msg  Message
	asks []Ask
	text []byte
}

// commands are what needs something of the room.
var commands = map[string]func(l *Lines, dst []byte) []byte{
	"":            func(_ *Lines, dst []byte) []byte { return dst },
	"PRIVMSG":     func(l *Lines, dst []byte) []byte { return l.said(dst, true) },
	"NOTICE":      func(l *Lines, dst []byte) []byte { return l.said(dst, false) },
	"JOIN":        (*Lines).join,
	"PART":        asks(func(*Message) Ask { return Ask{Kind: Leave} }),
	"QUIT":        asks(func(*Message) Ask { return Ask{Kind: Leave} }),
	"NAMES":       (*Lines).names,
	"WHO":         asks(who),
	"WHOIS":       (*Lines).whois,
	"LIST":        asks(func(*Message) Ask { return Ask{Kind: List} }),
	"LUSERS":      asks(func(*Message) Ask { return Ask{Kind: LUsers} }),
	"USERS":       asks(func(*Message) Ask { return Ask{Kind: LUsers} }),
	"ISON":        asks(func(m *Message) Ask { return Ask{Kind: IsOn, Target: bytes.Join(m.Params, space)} }),
	"USERHOST":    asks(func(m *Message) Ask { return Ask{Kind: UserHost, Target: bytes.Join(m.Params, space)} }),
	"AWAY":        asks(func(m *Message) Ask { return Ask{Kind: Away, Text: m.param(0)} }),
	"HISTORY":     asks(func(m *Message) Ask { return Ask{Kind: Before, Count: m.count()} }),
	"CHATHISTORY": asks(func(m *Message) Ask { return Ask{Kind: Before, Count: m.count()} }),
}

// asks returns the command that is one Ask, and answered by the room alone.
func asks(of func(m *Message) Ask) func(l *Lines, dst []byte) []byte {
	return func(l *Lines, dst []byte) []byte {
		l.asks = append(l.asks, of(&l.msg))
		return dst
	}
}

// Line takes one line, without its '\n'. What it returns holds until the next.
func (l *Lines) Line(dst, line []byte) (answer []byte, asks []Ask) {
	m := &l.msg
	m.Parse(line)
	l.asks, l.text = l.asks[:0], l.text[:0]
	if do := commands[m.name()]; do != nil {
		dst = do(l, dst)
	} else {
		dst = l.Peer.aside(dst, m, l.Now)
	}
	return dst, l.asks
}

func (l *Lines) ask(kind AskKind, target, text []byte) {
	l.asks = append(l.asks, Ask{Kind: kind, Target: target, Text: text})
}

// maxTargets is how many one line may be said to.
const maxTargets = 4

// said takes a PRIVMSG or a NOTICE. No NOTICE is answered, not even by an error.
func (l *Lines) said(dst []byte, answers bool) []byte {
	me, m := l.Peer.Nick, &l.msg
	targets, text := bytes.Split(m.param(0), comma), m.param(1)
	switch {
	case !answers && len(m.Params) < 2:
		return dst
	case len(m.Params) == 0:
		return reply(dst, errNoRecipient, me, "", "No recipient given ("+m.name()+")")
	case len(text) == 0 && answers:
		return reply(dst, errNoText, me, "", "No text to send")
	}
	text, between := l.plain(text)
	if between && !answers {
		return dst
	}
	for _, target := range targets[:min(len(targets), maxTargets)] {
		switch {
		case is(target, Channel) && between:
			dst = l.Peer.ctcp(dst, l.Peer.Nick, text, l.Now)
		case is(target, Channel):
			l.ask(Say, nil, text)
		case isChannel(target):
			dst = l.Peer.noChannel(dst, target)
		case between:
			l.ask(CTCP, target, text)
		default:
			l.ask(Tell, target, text)
		}
	}
	return dst
}

// plain returns a text as the room knows it. What is between clients stays as it
// is, but for what somebody does, which is text.
func (l *Lines) plain(text []byte) (plain []byte, between bool) {
	if doing, ok := bytes.CutPrefix(text, []byte(action)); ok {
		l.text = append(l.text[:0], me...)
		l.text = AppendText(l.text, bytes.TrimSuffix(doing, []byte{ctcp}))
		return l.text, false
	}
	if len(text) > 0 && text[0] == ctcp {
		return text, true
	}
	l.text = AppendText(l.text[:0], text)
	return l.text, false
}

func isChannel(target []byte) bool {
	return len(target) > 0 && (target[0] == '#' || target[0] == '&' || target[0] == '!')
}

func (l *Lines) join(dst []byte) []byte {
	m := &l.msg
	if len(m.Params) == 0 {
		return needMore(dst, l.Peer.Nick, m)
	}
	for _, name := range bytes.Split(m.Params[0], comma) {
		switch {
		case is(name, Channel):
			l.ask(Names, nil, nil)
		case string(name) == "0":
			l.ask(Leave, nil, nil)
		default:
			dst = l.Peer.noChannel(dst, name)
		}
	}
	return dst
}

func (l *Lines) names(dst []byte) []byte {
	if name := l.msg.param(0); len(name) > 0 && !is(name, Channel) {
		return reply(dst, rplEndOfNames, l.Peer.Nick, shown(name), "End of NAMES list")
	}
	l.ask(Names, nil, nil)
	return dst
}

func who(m *Message) Ask {
	switch mask := m.param(0); {
	case len(mask) == 0, is(mask, Channel), string(mask) == "*", string(mask) == "0":
		return Ask{Kind: WhoAll}
	default:
		return Ask{Kind: WhoOne, Target: mask}
	}
}

// whois may name a server before the nick.
func (l *Lines) whois(dst []byte) []byte {
	if len(l.msg.Params) == 0 {
		return reply(dst, errNoNick, l.Peer.Nick, "", "No nickname given")
	}
	nick, _, _ := bytes.Cut(l.msg.Params[min(len(l.msg.Params), 2)-1], comma)
	l.ask(Whois, nick, nil)
	return dst
}

func (p *Peer) noChannel(dst, name []byte) []byte {
	return reply(dst, errNoSuchChannel, p.Nick, shown(name), "No such channel: the room is "+Channel)
}
