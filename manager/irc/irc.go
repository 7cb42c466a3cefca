// Package irc is how the room speaks IRC (RFC 1459 and 2812, IRCv3's
// echo-message and server-time) to clients that know nothing else: the room is
// the one channel of a server on which everybody is in it.
//
// It translates between lines of IRC and what is asked of the room or said in
// it. It knows no socket, no clock and no room: names, times and rosters are
// handed in.
//
// # From connection to room
//
//	client                           server
//	  CAP LS, PASS, NICK, USER  ->
//	                            <-           001 to 005, the message of the day,
//	                                         NICK where the name was taken,
//	                                         JOIN #chat, the names to 366
//	  PRIVMSG #chat :text       ->
//	  PRIVMSG nick :text        ->
//	  QUIT, or a FIN            ->
//	                            <-           what was in flight, ERROR, FIN
//
// Nobody is registered without being in the room: a JOIN of the channel is
// answered with its names, and a PART is a QUIT.
//
// # Names
//
// A nick is the user's name, but for characters that IRC has other uses for,
// see Fit, and for names that a client would take for each other, as IRC knows
// no case: see Book.
package irc

import (
	"strconv"
	"time"
)

const (
	// Channel is the room.
	Channel = "#chat"
	// Server is the server's own name.
	Server = "room.chatsim"

	network = "chatsim"
	host    = "chatsim" // of everybody: addresses are nobody's business
	user    = "u"       // of everybody
	mask    = user + "@" + host
	topic   = "Group chat: everybody here, whatever they came with"

	// MaxLine is the longest line of IRC, in bytes with its CR and LF, without
	// tags.
	MaxLine = 512
)

// Numeric replies.
const (
	rplWelcome       = "001"
	rplYourHost      = "002"
	rplCreated       = "003"
	rplMyInfo        = "004"
	rplISupport      = "005"
	rplUModeIs       = "221"
	rplLUserClient   = "251"
	rplLUserMe       = "255"
	rplAway          = "301"
	rplUserHost      = "302"
	rplIsOn          = "303"
	rplUnAway        = "305"
	rplNowAway       = "306"
	rplWhoisUser     = "311"
	rplWhoisServer   = "312"
	rplEndOfWho      = "315"
	rplEndOfWhois    = "318"
	rplWhoisChannels = "319"
	rplListStart     = "321"
	rplList          = "322"
	rplListEnd       = "323"
	rplChannelModeIs = "324"
	rplTopic         = "332"
	rplEndOfInvites  = "347"
	rplEndOfExcepts  = "349"
	rplVersion       = "351"
	rplWho           = "352"
	rplNames         = "353"
	rplEndOfNames    = "366"
	rplEndOfBans     = "368"
	rplEndOfWhowas   = "369"
	rplMotd          = "372"
	rplMotdStart     = "375"
	rplEndOfMotd     = "376"
	rplTime          = "391"

	errNoSuchNick       = "401"
	errNoSuchChannel    = "403"
	errWasNoSuchNick    = "406"
	errNoOrigin         = "409"
	errInvalidCap       = "410"
	errNoRecipient      = "411"
	errNoText           = "412"
	errInputTooLong     = "417"
	errUnknownCommand   = "421"
	errNoNick           = "431"
	errErroneousNick    = "432"
	errNoNickChange     = "447"
	errNotRegistered    = "451"
	errNeedMoreParams   = "461"
	errAlreadyIn        = "462"
	errWrongPassword    = "464"
	errNoPrivileges     = "481"
	errChanOpNeeded     = "482"
	errUnknownModeFlag  = "501"
	errUsersDontMatch   = "502"
	errNotOnThisNetwork = "491"
)

// appendNumeric appends the start of a numeric reply to a nick, up to its first
// parameter.
func appendNumeric(dst []byte, code, to string) []byte {
	dst = append(dst, ':')
	dst = append(dst, Server...)
	dst = append(dst, ' ')
	dst = append(dst, code...)
	dst = append(dst, ' ')
	return append(dst, to...)
}

// reply appends a whole numeric reply: parameters, and a last one that may hold
// spaces.
func reply(dst []byte, code, to, params, last string) []byte {
	dst = appendNumeric(dst, code, to)
	if params != "" {
		dst = append(dst, ' ')
		dst = append(dst, params...)
	}
	dst = append(dst, " :"...)
	dst = append(dst, last...)
	return append(dst, "\r\n"...)
}

// appendSource appends the prefix of what a user does.
func appendSource(dst []byte, nick string) []byte {
	dst = append(dst, ':')
	dst = append(dst, nick...)
	return append(dst, "!"+mask+" "...)
}

// AppendTime appends the tag by which server-time says when something happened.
func AppendTime(dst []byte, at time.Time) []byte {
	dst = append(dst, "@time="...)
	dst = at.UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	return append(dst, ' ')
}

func itoa(n int) string { return strconv.Itoa(n) }
