package loadgen

import (
	"net"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/chatter/dialect/file"
	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// spoken is a dialect as a run speaks it: a new one is a codec in package
// chatter/dialect and an entry in dialects.
type spoken struct {
	codec        func(speaker) dialect.Codec
	path         string // of the WebSocket under it; empty: there is none
	fallback     bool   // an address that has a path takes precedence over that one
	passes       bool   // the codec sends the password
	linked       bool   // several servers of one room each have an order of their own
	calls        bool   // the codec is a dialect.Caller,
	callsBeside  bool   // and asks for something beside its stream
	room         string // unless another is asked for; empty: there is one, without a name
	capabilities Capabilities
}

// speaker is what a codec is told of its client.
type speaker struct {
	name     string
	local    net.Addr
	room     string
	password string         // of a dialect that has a place of its own for it
	nicks    *dialect.Nicks // of all clients of one Joiner
	client   string         // an identifier that no other client has,
	n        int            // and a number that no other one of the Joiner has
	qos      int            // of MQTT
}

// dialects are those that -dialect knows.
var dialects = map[string]spoken{
	"line": {codec: line, passes: true},
	"ws":   {codec: line, path: "/ws", passes: true},
	"raw": {codec: func(s speaker) dialect.Codec { return dialect.NewRaw(s.name, s.local.String()) },
		capabilities: Capabilities{Protocol: "the raw dialect", Views: ledger.WholeRosters, OneByOne: true,
			Texts: ledger.Texts{NoName: true}}},
	"redis": {codec: func(s speaker) dialect.Codec { return dialect.NewRedis(s.account()) }, passes: true, room: "chat",
		capabilities: atMostOnce(broker("Redis"))},
	"nats": {codec: func(s speaker) dialect.Codec { return dialect.NewNATS(s.account()) }, passes: true, room: "chat",
		capabilities: atMostOnce(bySender(broker("NATS")))},
	"mqtt": {codec: func(s speaker) dialect.Codec { return dialect.NewMQTT(s.account(), s.client, s.qos) }, passes: true, room: "chat",
		capabilities: bySender(broker("MQTT"))},
	"irc": {codec: irc, passes: true, linked: true, room: "#chat", capabilities: Capabilities{Protocol: "IRC", Sets: true, OwnSuffix: true, NoClaims: true, Limits: ircLimits,
		Texts: ledger.Texts{Forbids: "\u2028\u2029", Trims: true}}},
}

// ofFile returns what a file says of a dialect. trace is told of each step of a client,
// as a transcript has it; nil: nobody is.
func ofFile(d *file.Dialect, trace func(name, step string)) spoken {
	views := map[string]ledger.Views{file.Ordered: ledger.Ordered, file.Eventual: ledger.WholeRosters, file.Rosters: ledger.WholeRosters, file.None: ledger.NoViews}
	path := ""
	if d.Over() == file.WS {
		path = d.WebSocket()
	}
	return spoken{path: path, fallback: true, passes: true, calls: d.Calls(), callsBeside: d.CallsBeside(), codec: func(s speaker) dialect.Codec {
		c := file.Client{Asked: s.name, Room: s.room, Password: s.password, N: s.n, Nicks: s.nicks}
		if trace != nil {
			c.Trace = func(step string) { trace(s.name, step) }
		}
		return d.Codec(c)
	}, capabilities: Capabilities{Protocol: d.Speaks(), Views: views[d.Views()], Sets: d.Sets(), OwnSuffix: d.OwnSuffix(), NoClaims: true,
		NoPrivate: !d.Private(), BySender: d.BySender(), CutsLeaves: !d.HalfCloses(), Silent: d.Silent(), AtMostOnce: d.AtMostOnce(),
		Texts: ledger.Texts{Forbids: d.Can.Text.Forbids, Trims: d.Can.Text.Trim, Max: d.Can.Text.Max}}}
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

func irc(s speaker) dialect.Codec { return dialect.NewIRC(s.account(), s.nicks) }

func (s speaker) account() dialect.Account {
	return dialect.Account{Name: s.name, Password: s.password, Room: s.room}
}

// broker returns what clients of a broker can show: nobody is told who is there,
// and all get everything.
func broker(protocol string) Capabilities {
	return Capabilities{Protocol: protocol, Views: ledger.NoViews, NoClaims: true, NoPrivate: true}
}

// bySender returns capabilities without an order of several senders' lines.
func bySender(c Capabilities) Capabilities {
	c.BySender = true
	return c
}

// atMostOnce returns capabilities by which a line may be lost.
func atMostOnce(c Capabilities) Capabilities {
	c.AtMostOnce = true
	return c
}

// Dialect returns the Joiner for servers that speak "line", "raw" or "ws", and the
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

// Dial returns the Joiner for servers that speak chatsim's line protocol over TCP.
func Dial(addr string) Joiner { return dialects["line"].over(addr) }

// DialRaw returns the Joiner for servers that speak the raw dialect, that of the
// original chat room, over TCP; its Capabilities are Raw.
func DialRaw(addr string) Joiner { return dialects["raw"].over(addr) }

// Raw returns what clients of the raw dialect can show. Their Welcome is their
// own guess.
func Raw() Capabilities { return dialects["raw"].capabilities }

// over returns the joiner for a server at addr over TCP.
func (d spoken) over(addr string) Joiner { return At(addr).doors(d)[0].Join }

// claimingClient is a chatter whose false claims are known to come back as text.
type claimingClient struct{ *chatter.Client }

func (claimingClient) ClaimedText(sender string, text []byte) string {
	return claimedText(sender, text)
}

func claimedText(sender string, text []byte) string {
	return string(text) + "@" + sender + "@" + wire.Group
}
