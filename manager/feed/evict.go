package feed

import (
	"slices"
	"time"
)

// Reason is why a subscription has ended.
type Reason uint8

// The reasons. Stalled and Slow are evictions.
const (
	Finished Reason = iota // its stay has ended and all of it was written
	Stalled                // took nothing for the grace while others went on
	Slow                   // was far behind for the grace, and took little, while most had caught up
	Broken                 // its connection does not take writes any more
	Closed                 // the feed was closed before all was written
)

var reasons = [...]string{"finished", "stalled", "slow", "broken", "closed"}

func (r Reason) String() string { return reasons[r] }

// Evicted is a cursor that was taken out, and why.
type Evicted struct {
	Cursor *Cursor
	Reason Reason
}

// Block notes that the connection of c takes no more for now. Only blocked
// cursors are looked at by Evict: one that waits to be served is not to blame.
func (l *Log) Block(c *Cursor, now time.Duration) {
	if c.chunk == nil || c.blockedAt > 0 {
		return
	}
	l.blocked = append(l.blocked, c)
	c.blockedAt = len(l.blocked)
	c.progress = now
}

// Unblock ends what Block has begun.
func (l *Log) Unblock(c *Cursor) {
	i := c.blockedAt
	if i == 0 {
		return
	}
	n := len(l.blocked)
	moved := l.blocked[n-1]
	l.blocked[i-1], moved.blockedAt = moved, i
	l.blocked[n-1] = nil
	l.blocked = l.blocked[:n-1]
	c.blockedAt = 0
}

// Touch notes progress of a blocked cursor that Advance cannot see, such as its
// peer emptying the kernel's buffers.
func (l *Log) Touch(c *Cursor, now time.Duration) { c.progress = now }

// Blocked is how many cursors are blocked.
func (l *Log) Blocked() int { return len(l.blocked) }

// Evict takes out those that hold the others up. Stalled is a blocked cursor
// without progress for the grace while another, or a guest, goes on; or, where
// nobody does, one that has finished, for only its connection waits for it. Slow
// is one that for all of the grace was more than half the window behind, and took
// less than that, while most had caught up. Where most are behind, blocked or
// waiting to be served, nobody goes: then Full slows those who append. The answer
// holds until the next call; it costs O(blocked + chunks).
func (l *Log) Evict(now, grace time.Duration) []Evicted {
	clear(l.evicted)
	l.evicted = l.evicted[:0]
	if len(l.blocked) == 0 {
		return nil
	}
	stalled := 0
	for _, c := range l.blocked {
		if now-c.progress >= grace {
			stalled++
		}
	}
	someGoOn := l.cursors+l.guests > stalled
	mostWait := 2*l.caughtUp() >= l.cursors
	for _, c := range slices.Backward(l.blocked) { // backwards: Drop fills its gap from the end
		slow := l.slow(c, mostWait, now, grace)
		finished := c.limit <= l.end
		switch {
		case (someGoOn || finished) && now-c.progress >= grace:
			l.evict(c, Stalled)
		case slow:
			l.evict(c, Slow)
		}
	}
	return l.evicted
}

// slow looks at a blocked cursor. It has the grace for half a window, and then
// again for the next.
func (l *Log) slow(c *Cursor, mostWait bool, now, grace time.Duration) bool {
	half := l.window / 2
	switch {
	case !mostWait || l.Pending(c) <= half:
		c.behind = false
	case !c.behind || c.delivered-c.behindFrom >= int64(half):
		c.behind, c.behindSince, c.behindFrom = true, now, c.delivered
	}
	return c.behind && now-c.behindSince >= grace
}

// caughtUp is how many cursors stand near the end.
func (l *Log) caughtUp() int {
	n, near := l.cursors, l.end-int64(l.window/8)
	for k := l.first; k != l.last && k.end() <= near; k = k.next {
		n -= k.cursors
	}
	return n
}

func (l *Log) evict(c *Cursor, r Reason) {
	l.Drop(c)
	l.evicted = append(l.evicted, Evicted{c, r})
}
