package feed

import "time"

// longAgo as a deadline ends writes that are waiting.
var longAgo = time.Unix(1, 0)

// ending is the end of a subscription that its owner has to be told of.
type ending struct {
	sub    *Subscriber
	reason Reason
	err    error
}

// endLocked takes s out; its owner is told when the lock is given up.
func (f *Feed) endLocked(s *Subscriber, r Reason, err error) {
	f.DropLocked(s)
	f.stats.Ended[r]++
	f.ended = append(f.ended, ending{s, r, err})
}

// tell ends a write that may still be waiting, and calls the owner.
func (e ending) tell(f *Feed) {
	_ = f.contain(func() error { // counted there; there is nobody else to tell
		if e.reason == Stalled || e.reason == Slow || e.reason == Closed {
			_ = e.sub.conn.SetWriteDeadline(longAgo)
		}
		if e.sub.onEnd != nil {
			e.sub.onEnd(e.reason, e.err)
		}
		return nil
	})
}

// blockLocked starts the eviction clock of s.
func (f *Feed) blockLocked(s *Subscriber, now time.Duration) {
	f.log.Block(&s.cursor, now)
	if !f.watching && !f.stopped {
		f.watching = true
		f.goroutines.Go(f.watch)
	}
}

// watch looks at the blocked subscribers from time to time, as long as there
// are any: a room that is keeping up costs nothing.
func (f *Feed) watch() {
	t := time.NewTicker(f.tick)
	defer t.Stop()
	var suspects []*Subscriber
	var probe queueProbe
	for {
		select {
		case <-t.C:
		case <-f.stop:
			return
		}
		suspects = f.suspects(suspects[:0])
		moving := suspects[:0]
		for _, s := range suspects {
			if n := probe.queued(s.raw); n >= 0 {
				if n < s.queued {
					moving = append(moving, s)
				}
				s.queued = n
			}
		}
		again := f.judge(moving)
		clear(suspects[:cap(suspects)])
		if !again {
			return
		}
	}
}

// suspects returns those blocked ones whose sockets can be looked into.
func (f *Feed) suspects(to []*Subscriber) []*Subscriber {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.busy.all() {
		if s.raw != nil && s.cursor.blockedAt > 0 {
			to = append(to, s)
		}
	}
	return to
}

// judge evicts, and says whether anybody is blocked still. Looks are a tick
// apart, so it judges by a grace that is a tick shorter: nobody healthy waits
// for longer than the grace.
func (f *Feed) judge(moving []*Subscriber) bool {
	f.Lock()
	defer f.Unlock()
	now := f.now()
	for _, s := range moving {
		f.log.Touch(&s.cursor, now)
	}
	for _, e := range f.log.Evict(now, f.grace-f.tick) {
		f.endLocked(e.Cursor.owner, e.Reason, nil)
	}
	if f.log.Blocked() == 0 {
		f.watching = false
	}
	return f.watching
}
