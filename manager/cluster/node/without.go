//go:build nocluster

package node

import (
	"context"
	"log/slog"

	"chatsim/manager/hinted"
)

// Open fails.
func Open(context.Context, Config, *slog.Logger) (Node, error) {
	return nil, hinted.New("this chatsim was built without NATS, by which several have one room", "a build without the tag nocluster has it")
}
