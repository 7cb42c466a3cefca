package loadgen

import (
	"context"

	"chatsim/chatter"
	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// Dial is the Joiner for servers that speak chatsim's line protocol over TCP.
func Dial(addr string) Joiner {
	return func(ctx context.Context, name string) (Client, error) {
		c, err := chatter.Dial(ctx, addr, name)
		if err != nil {
			return nil, err
		}
		return lineClient{c}, nil
	}
}

// Dialect is the Joiner for servers that speak "line", "raw" or "ws", and the
// capabilities of its clients.
func Dialect(name, addr string) (Joiner, Capabilities) {
	switch name {
	case "raw":
		return DialRaw(addr), Raw()
	case "ws":
		return DialWS(addr), Capabilities{}
	}
	return Dial(addr), Capabilities{}
}

// DialWS is the Joiner for servers that speak the line dialect over WebSockets.
func DialWS(addr string) Joiner {
	return func(ctx context.Context, name string) (Client, error) {
		c, err := chatter.DialWS(ctx, addr, name)
		if err != nil {
			return nil, err
		}
		return lineClient{c}, nil
	}
}

// Raw returns what clients of the raw dialect can show. Their Welcome is their
// own guess.
func Raw() Capabilities {
	return Capabilities{Protocol: "the raw dialect", Views: ledger.WholeRosters, OneByOne: true}
}

// DialRaw is the Joiner for servers that speak the raw dialect, that of the
// original chat room, over TCP; its Capabilities are Raw.
func DialRaw(addr string) Joiner {
	return func(ctx context.Context, name string) (Client, error) {
		c, err := chatter.DialRaw(ctx, addr, name)
		if err != nil {
			return nil, err
		}
		return rawDialect{c}, nil
	}
}

// rawDialect is a chatter whose false claims are known to come back as text.
type rawDialect struct{ *chatter.Raw }

func (rawDialect) ClaimedText(sender string, text []byte) string { return claimed(sender, text) }

// lineClient is a chatter whose false claims are known to come back as text.
type lineClient struct{ *chatter.Client }

func (lineClient) ClaimedText(sender string, text []byte) string {
	return claimed(sender, text)
}

func claimed(sender string, text []byte) string {
	return string(text) + "@" + sender + "@" + wire.Group
}
