package loadgen

import (
	"context"

	"chatsim/chatter"
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

// rawClient is a Client that can hand out frames before it parses them.
type rawClient interface {
	Client
	NextRaw(f *Frame) error // sets Raw, At and More
	Parse(f *Frame) error   // sets the rest; a *chatter.FrameError if it cannot
}

// lineClient is a chatter whose false claims are known to come back as text.
type lineClient struct{ *chatter.Client }

func (lineClient) ClaimedText(sender string, text []byte) string {
	return string(text) + "@" + sender + "@" + wire.Group
}
