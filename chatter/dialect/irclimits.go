package dialect

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// errIRCLong says that a server would cut a line, or close the connection for it.
var errIRCLong = errors.New("chatter: the line is longer than the server takes")

// ircLine is how long a line is, with its end, where a server says nothing (RFC 1459, 2.3).
const ircLine = 512

// ircLimits are what a server takes, as it says itself (005).
type ircLimits struct {
	line    int // bytes of a line with its end
	channel int // bytes of a channel's name; 0: unknown
	targets int // of one PRIVMSG; 0: unknown
	around  int // bytes of what stands in others' lines before the command but for the nick: "!user@host" and the colon
}

// learn reads what a server says of itself.
func (l *ircLimits) learn(tokens [][]byte) {
	for _, t := range tokens {
		key, value, _ := strings.Cut(string(t), "=")
		switch n, err := strconv.Atoi(value); {
		case key == "TARGMAX":
			l.targetsOf(value)
		case err != nil || n <= 0:
		case key == "LINELEN" || key == "MAXLINE":
			l.line = n
		case key == "CHANNELLEN":
			l.channel = n
		case key == "MAXTARGETS" && l.targets == 0:
			l.targets = n
		}
	}
}

// targetsOf reads how many targets commands have: "PRIVMSG:4,WHOIS:1", without a
// number any.
func (l *ircLimits) targetsOf(list string) {
	for part := range strings.SplitSeq(list, ",") {
		if value, ok := strings.CutPrefix(part, "PRIVMSG:"); ok {
			l.targets, _ = strconv.Atoi(value)
		}
	}
}

// Longest returns how many bytes of text the server takes for a target, empty for
// the channel, and sends on whole: the line has who it is from before it then, and in
// the copy to oneself one's own nick behind that.
func (c *irc) Longest(target string) (bytes int) {
	if target == "" {
		target = c.Room
	}
	to, sent := target, len(target)
	if !c.echo {
		if len(c.nick) > len(to) {
			to = c.nick
		}
		sent += len(",") + len(c.nick)
	}
	limit := cmp.Or(c.limits.line, ircLine)
	relayed := c.limits.around + len(c.nick) + len(" PRIVMSG ") + len(to) + len(" :\r\n")
	return max(0, limit-max(relayed, len("PRIVMSG ")+sent+len(" :\r\n")))
}

// knows takes from the own JOIN by what the client is called in others' lines.
func (l *ircLimits) knows(source []byte) {
	if nick := bytes.IndexByte(source, '!'); nick >= 0 {
		l.around = len(":") + len(source) - nick
	}
}

// tooLong returns why the channel cannot be joined; empty if it can.
func (l *ircLimits) tooLong(room string) (why string) {
	if l.channel == 0 || len(room) <= l.channel {
		return ""
	}
	return fmt.Sprintf("the name of the channel has %d bytes, and the server takes %d (CHANNELLEN)", len(room), l.channel)
}
