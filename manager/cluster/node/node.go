package node

import (
	"fmt"

	"chatsim/manager/cluster"
)

// State is how a Node is doing now.
type State struct {
	Err       error  // why the stream cannot be reached; nil: it can, as far as is known
	Nodes, Of int    // nodes that can be reached, with this one, of all; 0: that is NATS' business
	Behind    uint64 // messages that the stream has and that have not come here
}

// Trouble returns what is wrong, empty if nothing is.
func (s State) Trouble() string {
	switch {
	case s.Of > 1 && s.Nodes <= s.Of/2:
		return fmt.Sprintf("nodes %d/%d: more than half of them are needed", s.Nodes, s.Of)
	case s.Err != nil:
		return fmt.Sprintf("the room's stream cannot be reached: %v", s.Err)
	}
	return ""
}

// lacks returns what nodes without the room's stream wait for, empty if all are there.
// Where one has nothing in its folder they choose a leader only when they are complete:
// the one that is not there may have the stream.
func (s State) lacks() string {
	switch {
	case s.Of <= 1 || s.Nodes == s.Of:
		return ""
	case s.Nodes <= s.Of/2:
		return s.Trouble()
	}
	return fmt.Sprintf("nodes %d/%d: the first time all of them are needed, and when one has lost its folder", s.Nodes, s.Of)
}

// Node is where the stream of a room is; Open makes one.
type Node interface {
	// Stream is that of the room.
	Stream() cluster.Stream
	State() State
	// Replicas returns how many servers keep the stream.
	Replicas() int
	// Close ends it, behind the Manager's Shutdown.
	Close()
}
