package irc

import (
	"bytes"
	"fmt"
	"time"

	"chatsim/manager/wire"
)

// AppendJoin appends that a user has come.
func AppendJoin(dst, tag []byte, nick string) []byte {
	dst = append(dst, tag...)
	dst = appendSource(dst, nick)
	return append(dst, "JOIN "+Channel+"\r\n"...)
}

// AppendQuit appends that a user has gone, and why.
func AppendQuit(dst, tag []byte, nick, why string) []byte {
	dst = append(dst, tag...)
	dst = appendSource(dst, nick)
	dst = append(dst, "QUIT :"...)
	dst = append(dst, why...)
	return append(dst, "\r\n"...)
}

// AppendNotice appends what the server itself says to the channel or to a nick.
func AppendNotice(dst, tag []byte, target string, text []byte) []byte {
	for first := true; first || len(text) > 0; first = false {
		var piece []byte
		piece, text = cut(text, MaxLine-len(":"+Server+" NOTICE  :\r\n")-len(target))
		dst = append(dst, tag...)
		dst = append(dst, ":"+Server+" NOTICE "...)
		dst = append(dst, target...)
		dst = append(dst, " :"...)
		dst = append(dst, piece...)
		dst = append(dst, "\r\n"...)
	}
	return dst
}

// AppendError appends an error of the room, in the words of wire.Reason, for one
// nick, which stays.
func AppendError(dst []byte, nick, text string) []byte {
	switch reason, _ := wire.ParseReason([]byte(text)); reason {
	case wire.NoSuchUser:
		_, name, _ := bytes.Cut([]byte(text), []byte(": "))
		return NoSuchNick(dst, nick, name)
	case wire.LineTooLong:
		return reply(dst, errInputTooLong, nick, "", "Input line was too long")
	}
	return AppendNotice(dst, nil, nick, []byte(text))
}

// AppendLast appends why a connection is closed behind it, in the words of
// wire.Reason.
func AppendLast(dst []byte, nick, text string) []byte {
	switch reason, _ := wire.ParseReason([]byte(text)); reason {
	case wire.Password:
		dst = reply(dst, errWrongPassword, nick, "", "Password incorrect")
	case wire.Kicked:
		dst = append(dst, ":"+Server+" KICK "+Channel+" "...)
		dst = append(dst, nick...)
		dst = append(dst, (" :" + wire.Kicked.Text())...)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, "ERROR :Closing link: "...)
	dst = append(dst, text...)
	return append(dst, "\r\n"...)
}

// AppendBefore appends what a user said to the channel before. A client that
// knows no times reads them in the text, lest it takes that for what is said now.
func (p *Peer) AppendBefore(dst []byte, at time.Time, name string, text []byte) []byte {
	switch tag := AppendTime(nil, at); {
	case p.Time && name == wire.Server:
		return AppendNotice(dst, tag, Channel, text)
	case p.Time:
		return AppendSaid(dst, tag, Fit(name), Channel, text)
	}
	said := at.Local().AppendFormat(nil, "[2006-01-02 15:04] <")
	said = append(said, name...)
	said = append(said, "> "...)
	return AppendNotice(dst, nil, p.Nick, append(said, text...))
}

// AppendNothingBefore appends that nothing that was said before is kept.
func (p *Peer) AppendNothingBefore(dst []byte) []byte {
	return AppendNotice(dst, nil, p.Nick, []byte("nothing was said before, or nothing is kept of it"))
}

// AppendSlow appends that a client's lines come faster than so many a second.
func AppendSlow(dst []byte, nick string, limit float64) []byte {
	return AppendNotice(dst, nil, nick, fmt.Appendf(nil, "more than %g lines a second: the others are read later", limit))
}

// NoSuchNick appends that nobody is called so.
func NoSuchNick(dst []byte, nick string, unknown []byte) []byte {
	return reply(dst, errNoSuchNick, nick, shown(unknown), "No such nick")
}
