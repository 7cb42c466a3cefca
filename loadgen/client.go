package loadgen

import (
	"context"

	"chatsim/chatter"
	"chatsim/loadgen/check"
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
// kind of its clients.
func Dialect(name, addr string) (Joiner, Kind) {
	switch name {
	case "raw":
		return DialRaw(addr), RawKind()
	case "ws":
		return DialWS(addr), Kind{}
	}
	return Dial(addr), Kind{}
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

// RawKind is what clients of the raw dialect cannot do.
func RawKind() Kind {
	const state = "the raw dialect tells who is there by whole rosters, which have no place among the lines"
	return Kind{Protocol: "the raw dialect", Rosters: true, OneByOne: true,
		Unable: map[check.Name]string{check.ViewOrder: state, check.NameSuffixing: state}}
}

// DialRaw is the Joiner for servers that speak the raw dialect, that of the
// original chat room, over TCP; its Kind is RawKind.
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

// rawClient is a Client that can hand out frames before it parses them.
type rawClient interface {
	Client
	NextRaw(f *Frame) error // sets Raw, At and More
	Parse(f *Frame) error   // sets the rest; a *chatter.FrameError if it cannot
}

// lineClient is a chatter whose false claims are known to come back as text.
type lineClient struct{ *chatter.Client }

func (lineClient) ClaimedText(sender string, text []byte) string {
	return claimed(sender, text)
}

func claimed(sender string, text []byte) string {
	return string(text) + "@" + sender + "@" + wire.Group
}
