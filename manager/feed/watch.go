package feed

import (
	"time"

	"chatsim/manager/socket"
)

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
		wait := f.nextLookLocked()
		f.goroutines.Go(func() { f.watch(wait) })
	}
}

// watch looks at the blocked subscribers from time to time, as long as there
// are any: a room that is keeping up costs nothing.
func (f *Feed) watch(wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	w := watcher{Feed: f}
	for last := f.now(); ; {
		select {
		case <-t.C:
		case <-f.pressed:
		case <-f.stop:
			return
		}
		w.look()
		now := f.now()
		var again bool
		if again, wait = w.judge(now - last - wait); !again {
			return
		}
		last = now
		t.Reset(wait)
	}
}

// watcher is a watch with what its last look has seen; the memory is used again.
type watcher struct {
	*Feed
	probe    socket.Probe
	suspects []*Subscriber
	moving   []*Subscriber // whose peers take something
	emptied  []*Subscriber // and who have taken all that they were given
}

// look looks into the sockets of the blocked ones.
func (w *watcher) look() {
	clear(w.suspects[:cap(w.suspects)])
	w.suspects = w.blocked(w.suspects[:0])
	clear(w.moving)
	clear(w.emptied)
	w.moving, w.emptied = w.moving[:0], w.emptied[:0]
	for _, s := range w.suspects {
		n := w.probe.Unsent(s.under())
		switch {
		case n > 0 && n < s.queued:
			w.moving = append(w.moving, s)
		case n == 0:
			w.emptied = append(w.emptied, s)
		}
		s.queued = max(n, 0)
	}
}

// blocked returns those whose connections take no more for now.
func (w *watcher) blocked(to []*Subscriber) []*Subscriber {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range w.busy.all() {
		if s.cursor.blockedAt > 0 {
			to = append(to, s)
		}
	}
	return to
}

// judge evicts, and returns whether anybody is blocked still and when to look
// again. Looks are a tick apart, so it judges by a grace that is a tick shorter:
// nobody healthy waits for longer than the grace. Where the look is late, this
// process was not run meanwhile and its peers were not served.
func (w *watcher) judge(late time.Duration) (again bool, next time.Duration) {
	w.Lock()
	defer w.Unlock()
	if late > w.glance {
		w.log.Pause(late)
	}
	now := w.now()
	for _, s := range w.moving {
		w.log.Touch(&s.cursor, now)
	}
	for _, s := range w.emptied {
		w.log.Excuse(&s.cursor, now)
	}
	for _, e := range w.log.Evict(now, w.grace-w.tick) {
		w.endLocked(e.Cursor.owner, e.Reason, nil)
	}
	w.madeRoomLocked()
	if w.log.Blocked() == 0 {
		w.watching = false
	}
	return w.watching, w.nextLookLocked()
}

// nextLookLocked returns how long the next look may wait.
func (f *Feed) nextLookLocked() time.Duration {
	if f.log.Roomy() {
		return f.tick
	}
	return f.glance
}
