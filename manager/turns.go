package manager

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// turns has few greetings be written at once: those who talk go on between them. Of a
// thousand newcomers all would else be ahead of them in each queue of the system.
type turns chan struct{}

// turnTime is for how long one who does not take its greeting keeps others from theirs.
const turnTime = 5 * time.Millisecond

func newTurns() turns { return make(turns, max(2, runtime.GOMAXPROCS(0))) }

// wait waits for a turn, which lasts until end is called, and no longer than turnTime.
// Once ctx is done nobody waits.
func (t turns) wait(ctx context.Context) (end func()) {
	select {
	case t <- struct{}{}:
	case <-ctx.Done():
		return func() {}
	}
	once := sync.OnceFunc(func() { <-t })
	timer := time.AfterFunc(turnTime, once)
	return func() {
		timer.Stop()
		once()
	}
}
