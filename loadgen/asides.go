package loadgen

import (
	"math"
	"sync/atomic"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// asides are what a server says and sends beside the frames of its room.
type asides struct {
	errors said
	strays strays
	splits splits
	limit  atomic.Uint64 // bits of the lines a second that it takes from each user; 0: it has not said
}

// add records that the server has said how fast it takes lines, or that it has lost
// another server, if a frame of no kind that is known does so.
func (a *asides) add(raw []byte, c *clock) {
	if limit, ok := wire.ParseSlow(raw); ok {
		a.limit.Store(math.Float64bits(limit))
	}
	if servers, ok := dialect.ParseSplit(raw); ok {
		a.splits.add(servers, c.now())
	}
}

// slowed returns how many lines a second the server takes from each user; 0: it has not
// said.
func (a *asides) slowed() float64 { return math.Float64frombits(a.limit.Load()) }
