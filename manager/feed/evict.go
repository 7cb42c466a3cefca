package feed

import (
	"cmp"
	"slices"
	"time"
)

// Reason is why a subscription has ended.
type Reason uint8

// The reasons. Stalled and Slow are evictions.
const (
	Finished Reason = iota // its stay has ended and all of it was written
	Stalled                // took nothing while others had to wait for it, or for the grace
	Slow                   // was far behind for the grace, or until others had to wait for it, and took little, while most had caught up
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

// Block records that the connection of c takes no more for now. Only blocked
// cursors are looked at by Evict: one that waits to be served is not to blame.
func (l *Log) Block(c *Cursor, now time.Duration) {
	if c.chunk == nil || c.blockedAt > 0 {
		return
	}
	l.blocked = append(l.blocked, c)
	c.blockedAt = int32(len(l.blocked))
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

// Touch records progress of a blocked cursor that Advance cannot see, such as
// its peer emptying the kernel's buffers.
func (l *Log) Touch(c *Cursor, now time.Duration) { c.progress, l.moved = now, now }

// Excuse begins the time of a blocked cursor anew: its peer has taken all that
// it was given, and waits for us.
func (l *Log) Excuse(c *Cursor, now time.Duration) { c.progress = now }

// Pause takes d out of everybody's time: for so long nothing could be written
// or seen here, and no peer is to blame.
func (l *Log) Pause(d time.Duration) {
	l.moved += d
	for _, c := range l.blocked {
		c.progress += d
		c.behindSince += d
	}
}

// Blocked returns how many cursors are blocked.
func (l *Log) Blocked() int { return len(l.blocked) }

// Evict takes out those that hold the others up. Stalled is a blocked cursor
// without progress for the grace while another, or a guest, goes on; or, where
// nobody does, one that has finished, for only its connection waits for it. Slow
// is one that for all of the grace was more than half the window behind, and took
// less than that, while most had caught up. Where most are behind, blocked or
// waiting to be served, nobody goes: then Full slows those who append.
//
// Where the window is about to be full, those that take nothing and keep it so
// go before the grace is over, see makeRoom. The answer holds until the
// next call; it costs O(blocked + chunks), and O(blocked log blocked) where the
// window is about to be full.
func (l *Log) Evict(now, grace time.Duration) []Evicted {
	clear(l.evicted)
	l.evicted = l.evicted[:0]
	if len(l.blocked) == 0 {
		return nil
	}
	e := eviction{Log: l, now: now, grace: grace}
	e.mostWait = e.mostCaughtUp()
	someGoOn := e.others(grace)+l.guests > 0
	for _, c := range slices.Backward(l.blocked) { // backwards: Drop fills its gap from the end
		slow := e.slow(c)
		finished := c.limit <= c.track.end
		switch {
		case (someGoOn || finished) && e.silent(c, grace):
			e.evict(c, Stalled)
		case slow:
			e.evict(c, Slow)
		}
	}
	e.makeRoom()
	return l.evicted
}

// eviction is one look at the blocked cursors.
type eviction struct {
	*Log
	now, grace time.Duration
	mostWait   bool // most cursors had caught up when it began
}

// silent reports whether a blocked cursor has taken nothing for so long.
func (e eviction) silent(c *Cursor, long time.Duration) bool { return e.now-c.progress >= long }

// The shares of the grace that makeRoom waits for, with the grace of 5 s.
const (
	stillShare   = 50 // 100 ms in which nobody has taken anything: all that can flow has
	patientShare = 25 // 200 ms: longer than a hiccup of a scheduler or a network
	certainShare = 5  // 1 s: longer than a turn around a busy room
)

// Patience returns how long a reader may take nothing, whatever others wait for.
func Patience(grace time.Duration) time.Duration { return grace / patientShare }

// makeRoom evicts those because of whom the others would have to wait: the
// window is about to be full, and they have taken nothing for a while, which is
// the longer the more there is that speaks for them. It is the patience where
// most have caught up and nothing flows to anybody any more; else the certain
// time where one of both is so. While the others are being written to and are
// behind as well, the room is busy and nobody is to blame. Those furthest behind
// go first, until half of the window is free.
func (e eviction) makeRoom() {
	l := e.Log
	if l.Roomy() || len(l.blocked) == 0 {
		return
	}
	still, most := e.now-l.moved >= e.grace/stillShare, e.mostCaughtUp()
	patience := e.grace / certainShare
	switch {
	case still && most:
		patience = Patience(e.grace)
	case !still && !most:
		return
	}
	if e.others(patience) == 0 {
		return
	}
	silent := l.silents[:0]
	for _, c := range l.blocked {
		if !c.aside && e.silent(c, patience) {
			silent = append(silent, c)
		}
	}
	slices.SortFunc(silent, func(a, b *Cursor) int { return cmp.Compare(l.Pending(b), l.Pending(a)) })
	for _, c := range silent {
		if l.Retained() > l.window/2 && (c.chunk == c.track.first || c.private > 0) {
			e.evict(c, c.failing())
		}
	}
	clear(silent)
	l.silents = silent
}

// failing returns why one goes that keeps the window full: it is slow, and not
// stalled, if it has taken something since it fell far behind.
func (c *Cursor) failing() Reason {
	if c.behind && c.delivered > c.behindFrom {
		return Slow
	}
	return Stalled
}

// others returns how many cursors have not been silent for so long, but for those
// that stand aside.
func (e eviction) others(long time.Duration) int {
	n := e.cursors - e.asides
	for _, c := range e.blocked {
		if !c.aside && e.silent(c, long) {
			n--
		}
	}
	return n
}

// slow looks at a blocked cursor. It has the grace for half a window, and then
// again for the next.
func (e eviction) slow(c *Cursor) bool {
	half := e.window / 2
	switch {
	case !e.mostWait || e.Pending(c) <= half:
		c.behind = false
	case !c.behind || c.delivered-c.behindFrom >= int64(half):
		c.behind, c.behindSince, c.behindFrom = true, e.now, c.delivered
	}
	return c.behind && e.now-c.behindSince >= e.grace
}

// mostCaughtUp reports whether most cursors stand near the end.
func (e eviction) mostCaughtUp() bool {
	n := e.cursors
	for i := range e.tracks {
		t := &e.tracks[i]
		for k, near := t.first, t.end-int64(e.window/8); k != t.last && k.end() <= near; k = k.next {
			n -= k.cursors
		}
	}
	return 2*n >= e.cursors
}

func (e eviction) evict(c *Cursor, r Reason) {
	e.Drop(c)
	e.evicted = append(e.evicted, Evicted{c, r})
}
