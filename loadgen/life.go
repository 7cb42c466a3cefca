package loadgen

import (
	"context"
	"sync"
	"sync/atomic"
)

// life is how long a run lives: until all that it has started has ended.
type life struct {
	ctx context.Context
	end context.CancelFunc // when the run stops

	over     atomic.Bool    // the run stops: streams that break off are ours
	ends     atomic.Int64   // streams ended and connections closed
	visiting atomic.Int64   // visitors who have not gone, and actors of roles
	reading  sync.WaitGroup // stays that are observed
	workers  sync.WaitGroup // chatters, visitors and writes
}

// begin has the run live until end is called.
func (l *life) begin() { l.ctx, l.end = context.WithCancel(context.Background()) }
