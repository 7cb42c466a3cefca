package irc

import (
	"bytes"
	"iter"
	"strings"
)

// motd is the message of the day.
var motd = [...]string{
	"This is a chat room. Others in it came with a browser, a terminal or IRC:",
	"all of them read the same lines in the same order, here in " + Channel + ".",
	"/msg NICK TEXT is for one person alone.",
}

// tokens are what a client learns of the server.
const tokens = "CASEMAPPING=ascii CHANLIMIT=#:1 CHANMODES=,,,nt CHANNELLEN=5 CHANTYPES=# LINELEN=512 MAXTARGETS=4 MODES=1 " +
	"NETWORK=" + network + " NICKLEN=64 PREFIX=(ov)@+ UTF8ONLY"

// AppendWelcome appends what a client is told when it has registered under the
// nick that it asked for, and comes in under the one that it is given: all from
// 001 to the names of who is present, itself last.
func (p *Peer) AppendWelcome(dst []byte, asked string, names iter.Seq[string], odd Odd) []byte {
	dst = reply(dst, rplWelcome, asked, "", "Welcome to the chat room, "+asked+"!"+mask)
	dst = reply(dst, rplYourHost, asked, "", "Your host is "+Server)
	dst = reply(dst, rplCreated, asked, "", "This server is one room: "+Channel)
	dst = append(appendNumeric(dst, rplMyInfo, asked), " "+Server+" "+network+" i nt\r\n"...)
	dst = reply(dst, rplISupport, asked, tokens, "are supported by this server")
	dst = appendMotd(dst, asked)
	if p.Nick != asked {
		dst = appendSource(dst, asked)
		dst = append(dst, "NICK :"+p.Nick+"\r\n"...)
	}
	dst = AppendJoin(dst, nil, p.Nick)
	dst = reply(dst, rplTopic, p.Nick, Channel, topic)
	return p.AppendNames(dst, names, odd)
}

func appendMotd(dst []byte, nick string) []byte {
	dst = reply(dst, rplMotdStart, nick, "", "- "+Server+" Message of the day -")
	for _, line := range motd {
		dst = reply(dst, rplMotd, nick, "", "- "+line)
	}
	return reply(dst, rplEndOfMotd, nick, "", "End of MOTD command")
}

// AppendNames appends who is present, in the order of their joins.
func (p *Peer) AppendNames(dst []byte, names iter.Seq[string], odd Odd) []byte {
	head := append(appendNumeric(nil, rplNames, p.Nick), " = "+Channel+" :"...)
	start := -1 // of the line under way
	for name := range names {
		nick := odd.Nick(name)
		switch {
		case start < 0:
		case len(dst)-start+1+len(nick)+len("\r\n") > MaxLine:
			dst, start = append(dst, "\r\n"...), -1
		default:
			dst = append(dst, ' ')
		}
		if start < 0 {
			start = len(dst)
			dst = append(dst, head...)
		}
		dst = append(dst, nick...)
	}
	if start >= 0 {
		dst = append(dst, "\r\n"...)
	}
	return reply(dst, rplEndOfNames, p.Nick, Channel, "End of NAMES list")
}

// WhoSize is about how many bytes of a WHO one user takes beside its names.
const WhoSize = 100

// AppendWhoAll appends everybody as WHO is answered.
func (p *Peer) AppendWhoAll(dst []byte, names iter.Seq[string], odd Odd) []byte {
	for name := range names {
		dst = p.appendWho(dst, odd.Nick(name), name, false)
	}
	return reply(dst, rplEndOfWho, p.Nick, Channel, "End of WHO list")
}

// appendWho says of one user what there is to say. Behind its nick stands its
// name, which may be spelled otherwise.
func (p *Peer) appendWho(dst []byte, nick, name string, away bool) []byte {
	here := "H"
	if away {
		here = "G"
	}
	dst = appendNumeric(dst, rplWho, p.Nick)
	dst = append(dst, " "+Channel+" "+user+" "+host+" "+Server+" "...)
	dst = append(dst, nick...)
	dst = append(dst, ' ')
	dst = append(dst, here...)
	dst = append(dst, " :0 "...)
	dst = append(dst, name...)
	return append(dst, "\r\n"...)
}

// Found is one user who was asked for by a nick. The zero value is nobody.
type Found struct {
	Nick, Name string
	Away       string // why it is away; empty: it is not
}

// AppendWhoOne answers a WHO for one nick.
func (p *Peer) AppendWhoOne(dst, asked []byte, of Found) []byte {
	if of.Nick != "" {
		dst = p.appendWho(dst, of.Nick, of.Name, of.Away != "")
	}
	return reply(dst, rplEndOfWho, p.Nick, shown(asked), "End of WHO list")
}

// AppendWhois answers a WHOIS.
func (p *Peer) AppendWhois(dst, asked []byte, of Found) []byte {
	if of.Nick == "" {
		dst = NoSuchNick(dst, p.Nick, asked)
		return reply(dst, rplEndOfWhois, p.Nick, shown(asked), "End of WHOIS list")
	}
	dst = reply(dst, rplWhoisUser, p.Nick, of.Nick+" "+user+" "+host+" *", of.Name)
	dst = reply(dst, rplWhoisChannels, p.Nick, of.Nick, Channel)
	dst = reply(dst, rplWhoisServer, p.Nick, of.Nick+" "+Server, network)
	dst = p.AppendAway(dst, of)
	return reply(dst, rplEndOfWhois, p.Nick, of.Nick, "End of WHOIS list")
}

// AppendAway says that a user is away, if it is.
func (p *Peer) AppendAway(dst []byte, of Found) []byte {
	if of.Away == "" {
		return dst
	}
	return reply(dst, rplAway, p.Nick, of.Nick, of.Away)
}

// AppendMarked answers AWAY.
func (p *Peer) AppendMarked(dst []byte, away bool) []byte {
	if away {
		return reply(dst, rplNowAway, p.Nick, "", "You have been marked as being away")
	}
	return reply(dst, rplUnAway, p.Nick, "", "You are no longer marked as being away")
}

// AppendList answers LIST.
func (p *Peer) AppendList(dst []byte, users int) []byte {
	dst = reply(dst, rplListStart, p.Nick, "Channel", "Users  Name")
	dst = reply(dst, rplList, p.Nick, Channel+" "+itoa(users), topic)
	return reply(dst, rplListEnd, p.Nick, "", "End of LIST")
}

// AppendLUsers answers LUSERS.
func (p *Peer) AppendLUsers(dst []byte, users int) []byte {
	dst = reply(dst, rplLUserClient, p.Nick, "", "There are "+itoa(users)+" users and 0 services on 1 server")
	return reply(dst, rplLUserMe, p.Nick, "", "I have "+itoa(users)+" clients and 0 servers")
}

// maxFound is how many nicks one ISON or USERHOST asks for.
const maxFound = 16

// Nicks returns those that an ISON or USERHOST asks for.
func Nicks(asked []byte) [][]byte {
	nicks := bytes.Fields(asked)
	return nicks[:min(len(nicks), maxFound)]
}

// AppendFound answers ISON or, with hosts, USERHOST.
func (p *Peer) AppendFound(dst []byte, found []Found, hosts bool) []byte {
	code, here := rplIsOn, ""
	if hosts {
		code = rplUserHost
	}
	var words []string
	for _, of := range found {
		if here = of.Nick; hosts {
			sign := "=+"
			if of.Away != "" {
				sign = "=-"
			}
			here += sign + mask
		}
		words = append(words, here)
	}
	return reply(dst, code, p.Nick, "", strings.Join(words, " "))
}
