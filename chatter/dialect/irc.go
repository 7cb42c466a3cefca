package dialect

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"chatsim/manager/hinted"
	"chatsim/manager/wire"
)

// What IRC cannot carry.
var (
	errIRCBreak = errors.New("chatter: a line of IRC holds no line break and no NUL")
	errIRCEmpty = errors.New("chatter: a line of IRC cannot be empty")
	errIRCName  = errors.New("chatter: a nick holds no space, and begins with no sign that means something else")
	errIRCRoom  = hinted.New("chatter: a channel's name holds no space, no comma and no control character", "-room NAME is the channel that the chatters join, one, such as #chat")
)

// irc is a client of IRC (RFC 1459 and 2812) that is in one channel, the room.
//
// It is in when it has the names of the channel, which come behind its own JOIN:
// what the server sends in between is told behind them. A nick that is taken is
// its own business, see Nicks. Where the server has no echo-message, each line is
// said to the channel and to itself: a server does both before anything else, so
// the copy tells where in the order the line stands.
type irc struct {
	Base
	Account
	nicks   *Nicks
	channel []byte // " #chat"
	nick    string
	phase   ircPhase
	echo    bool // the server sends a client's own lines back
	left    bool // QUIT is out
	limits  ircLimits

	in     Lines
	out    []byte   // answers
	names  [][]byte // of the channel, as far as they have come
	held   []byte   // came between the own JOIN and the end of the names
	owed   []Frame  // made of what has been read
	copies copies   // own lines that come back as lines to itself, where there is no echo
	twin   string   // told to itself just now: with the echo it comes twice
	text   []byte   // scratch
	raw    []byte   // scratch
	msg    ircMessage
}

// ircPhase is how far a client has come.
type ircPhase uint8

const (
	ircRegisters ircPhase = iota
	ircJoins              // JOIN is out
	ircLists              // its own JOIN has come, the names come
	ircIsIn
)

// NewIRC returns the codec of a client of IRC that joins the channel a.Room. What
// is known of nicks is shared by all clients of a run.
func NewIRC(a Account, nicks *Nicks) Codec {
	return &irc{Account: a, nicks: nicks, channel: []byte(" " + a.Room), nick: a.Name}
}

func (c *irc) Name() string { return c.nick }

// Login asks for capabilities, the nick and the channel at once; what the server
// lacks of that it says.
func (c *irc) Login(dst []byte) ([]byte, error) {
	if name := c.Account.Name; name == "" || strings.ContainsAny(name, " ,!@\r\n\x00") || strings.ContainsAny(name[:1], ":#&+~%$") {
		return dst, errIRCName
	}
	if strings.ContainsAny(c.Room, " ,") || strings.ContainsFunc(c.Room, unicode.IsControl) {
		return dst, errIRCRoom
	}
	if c.Password != "" {
		dst = fmt.Appendf(dst, "PASS :%s\r\n", c.Password)
	}
	c.nick = c.nicks.Take(c.Account.Name)
	return fmt.Appendf(dst, "CAP LS 302\r\nNICK %s\r\nUSER chatsim 0 * :chatsim\r\n", c.nick), nil
}

func (c *irc) Say(dst, text []byte) ([]byte, error) { return c.said(dst, "", text) }

func (c *irc) Tell(dst []byte, target string, text []byte) ([]byte, error) {
	if target == "" || strings.ContainsAny(target, " ,\r\n\x00") {
		return dst, errIRCName
	}
	return c.said(dst, target, text)
}

func (c *irc) said(dst []byte, target string, text []byte) ([]byte, error) {
	switch {
	case bytes.ContainsAny(text, "\r\n\x00"):
		return dst, errIRCBreak
	case len(text) == 0:
		return dst, errIRCEmpty
	case len(text) > c.Longest(target):
		return dst, errIRCLong
	}
	to := cmp.Or(target, c.Room)
	if c.echo {
		return appendPrivmsg(dst, to, text), nil
	}
	c.copies = append(c.copies, copied{target: target, text: string(text)})
	switch {
	case to == c.nick:
		return appendPrivmsg(dst, to, text), nil
	case c.limits.targets == 1: // then the place of the copy is that of the line about
		return appendPrivmsg(appendPrivmsg(dst, to, text), c.nick, text), nil
	}
	return appendPrivmsg(dst, to+","+c.nick, text), nil
}

func appendPrivmsg(dst []byte, to string, text []byte) []byte {
	dst = append(append(dst, "PRIVMSG "...), to...)
	dst = append(append(dst, " :"...), text...)
	return append(dst, "\r\n"...)
}

// Leave says QUIT, upon which the server closes.
func (c *irc) Leave(dst []byte) (out []byte, shut bool) {
	if c.left {
		return dst, false
	}
	c.left = true
	return append(dst, "QUIT\r\n"...), false
}

func (c *irc) Answer(dst []byte) []byte {
	dst = append(dst, c.out...)
	c.out = c.out[:0]
	return dst
}

// End takes an end in the middle of a line for a broken one.
func (c *irc) End(rest int) error {
	if rest > 0 {
		return io.ErrUnexpectedEOF
	}
	return io.EOF
}

func (c *irc) Decode(f *Frame, in []byte, _ bool) (n int, err error) {
	for {
		f.Kind, f.Raw, f.More = wire.Invalid, nil, false
		if len(c.owed) > 0 {
			*f, c.owed = c.owed[0], c.owed[1:]
			return n, nil
		}
		line, size, more, ok := c.next(in[n:])
		if !ok {
			return n, ErrShort
		}
		n += size
		switch {
		case c.phase == ircLists && !c.msg.parse(line).isOfNames():
			c.held = append(append(c.held, line...), '\n')
		case c.phase == ircIsIn && c.isSaid(line):
			f.Raw = line
			f.More = more && c.isSaid(in[n:])
			return n, nil
		case len(line) > 0 && !c.msg.parse(line).isMessage():
			return n, NewFrameError(line, errIRCLine)
		case c.take(f, line):
			return n, nil
		}
	}
}

// next returns the next line without its end, of what was held first, and whether
// another one follows it in what was read.
func (c *irc) next(in []byte) (line []byte, size int, more, ok bool) {
	if c.phase == ircIsIn && len(c.held) > 0 {
		line, c.held, _ = bytes.Cut(c.held, []byte{'\n'})
		return line, 0, false, true
	}
	line, more, ok = c.in.Next(in)
	return bytes.TrimSuffix(line, []byte("\r")), len(line) + 1, more, ok
}

// ircSaid stands between who says a line and the channel.
const ircSaid = " PRIVMSG"

// isSaid reports whether a line is somebody's to the channel. It is found and
// not understood: to all who read it, it is the same.
func (c *irc) isSaid(line []byte) bool {
	if len(line) == 0 || line[0] != ':' {
		return false
	}
	i := bytes.IndexByte(line, ' ')
	if i < 0 || !bytes.HasPrefix(line[i:], []byte(ircSaid)) {
		return false
	}
	rest, ok := bytes.CutPrefix(line[i+len(ircSaid):], c.channel)
	return ok && len(rest) > 1 && rest[0] == ' '
}

// Skip takes a line to the channel, unless something is to be told before it.
func (c *irc) Skip(in []byte, raw string) (n int) {
	n = len(raw)
	switch {
	case c.phase != ircIsIn || len(c.held)+len(c.owed) > 0 || len(in) <= n || string(in[:n]) != raw:
		return 0
	case in[n] == '\r':
		n++
	}
	if len(in) <= n || in[n] != '\n' {
		return 0
	}
	c.in = Lines{}
	return n + 1
}

// Parse sets the rest of a line to the channel.
func (c *irc) Parse(f *Frame) error {
	if f.Kind != wire.Invalid {
		return nil // it is parsed
	}
	m := &c.msg
	if m.parse(f.Raw); len(m.params) < 2 {
		return NewFrameError(f.Raw, errIRCLine)
	}
	f.Kind, f.Private = wire.Line, false
	f.Sender, f.Text, f.Target = m.nick(), c.plain(m.params[1]), group
	return nil
}

var errIRCLine = errors.New("no line of IRC")

// plain returns a text as it is said elsewhere: /me for what somebody does.
func (c *irc) plain(text []byte) []byte {
	doing, ok := bytes.CutPrefix(text, []byte("\x01ACTION "))
	if !ok {
		return text
	}
	c.text = append(append(c.text[:0], "/me "...), bytes.TrimSuffix(doing, []byte("\x01"))...)
	return c.text
}
