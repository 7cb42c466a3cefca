package loadgen

import (
	"net"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// spoken is a dialect as a run speaks it: a new one is a codec in package
// chatter/dialect and an entry in dialects.
type spoken struct {
	codec        func(speaker) dialect.Codec
	path         string // of the WebSocket under it; empty: there is none
	passes       bool   // the codec sends the password
	capabilities Capabilities
}

// speaker is what a codec is told of its client.
type speaker struct {
	name     string
	local    net.Addr
	password string         // of a dialect that has a place of its own for it
	nicks    *dialect.Nicks // of all clients of one Joiner
}

// dialects are those that -dialect knows.
var dialects = map[string]spoken{
	"line": {codec: line, passes: true},
	"ws":   {codec: line, path: "/ws", passes: true},
	"raw": {codec: func(s speaker) dialect.Codec { return dialect.NewRaw(s.name, s.local.String()) },
		capabilities: Capabilities{Protocol: "the raw dialect", Views: ledger.WholeRosters, OneByOne: true}},
	"irc": {codec: irc, passes: true, capabilities: Capabilities{Protocol: "IRC", Sets: true, OwnSuffix: true, NoClaims: true, Limits: ircLimits,
		Texts: ledger.Texts{Forbids: "\u2028\u2029", Trims: true}}},
}

func line(s speaker) dialect.Codec {
	if s.password != "" {
		return dialect.NewGuarded(s.name, s.password)
	}
	return dialect.NewLine(s.name)
}

// ircLimits is what lifts the limits that servers of IRC have for people.
const ircLimits = `servers of IRC hold back whoever says much: ngircd does not with MaxPenaltyTime = 0 in [Limits], ` +
	`InspIRCd not with fakelag="no" threshold="1000" commandrate="1000000" recvq="64K" in <connect>`

// ircRoom is the channel that is the room.
const ircRoom = "#chat"

func irc(s speaker) dialect.Codec {
	return dialect.NewIRC(dialect.Account{Name: s.name, Password: s.password, Room: ircRoom}, s.nicks)
}

// Dialect is the Joiner for servers that speak "line", "raw" or "ws", and the
// capabilities of its clients.
func Dialect(name, addr string) (Joiner, Capabilities) {
	d := dialectOf(name)
	return d.over(addr), d.capabilities
}

func dialectOf(name string) spoken {
	if d, ok := dialects[name]; ok {
		return d
	}
	return dialects["line"]
}

// Dial is the Joiner for servers that speak chatsim's line protocol over TCP.
func Dial(addr string) Joiner { return dialects["line"].over(addr) }

// DialWS is the Joiner for servers that speak the line dialect over WebSockets.
func DialWS(addr string) Joiner { return dialects["ws"].over(addr) }

// DialRaw is the Joiner for servers that speak the raw dialect, that of the
// original chat room, over TCP; its Capabilities are Raw.
func DialRaw(addr string) Joiner { return dialects["raw"].over(addr) }

// Raw returns what clients of the raw dialect can show. Their Welcome is their
// own guess.
func Raw() Capabilities { return dialects["raw"].capabilities }

// over is the joiner for a server at addr over TCP.
func (d spoken) over(addr string) Joiner { return At(addr).joiner(d) }

// claimingClient is a chatter whose false claims are known to come back as text.
type claimingClient struct{ *chatter.Client }

func (claimingClient) ClaimedText(sender string, text []byte) string {
	return string(text) + "@" + sender + "@" + wire.Group
}
