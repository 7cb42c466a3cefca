package feed

import "time"

// newsTurns is for how many turns a writer rests that has written nothing but news,
// which nobody waits for, as who has come and gone. Written at once, N users who come
// cost N² writes, nearly all of it system calls; a rested writer takes the news of that
// time along. Anything else that is appended ends the rest.
//
// 9,000 users who come to one room cost 2.1 s of the system's time with 4 turns or 8,
// 2.9 s with 2 and 9.7 s with none.
const newsTurns = 4

// newsRest is the longest rest, for each subscriber: a turn that took longer than its
// writes do had no processor.
const newsRest = 40 * time.Microsecond

// haste tells writers whether anything but news was appended. It is guarded by the
// feed's lock.
type haste struct {
	urgent bool          // since the last turn began
	hurry  chan struct{} // ends a rest
}

func newHaste() haste { return haste{hurry: make(chan struct{}, 1)} }

// urge has what was appended be written soon.
func (h *haste) urge() {
	if h.urgent {
		return
	}
	h.urgent = true
	select {
	case h.hurry <- struct{}{}:
	default:
	}
}

// begin begins a turn. It reports whether more than news was appended since the last one.
func (h *haste) begin() bool {
	select {
	case <-h.hurry:
	default:
	}
	urgent := h.urgent
	h.urgent = false
	return urgent
}

// leisure returns how long news may wait after a turn among so many subscribers.
func leisure(took time.Duration, subs int) time.Duration {
	return min(newsTurns*took, time.Duration(subs)*newsRest)
}

// leisureLocked returns until when a writer, whose turn is over, has time: until now where
// more than news was appended, or written.
func (w *writer) leisureLocked() time.Duration {
	now := w.now()
	if w.haste.urgent || w.urgent || w.served == 0 {
		return now
	}
	return now + leisure(now-w.began, w.subs)
}

// lingerLocked waits, giving the lock up, until an instant, or until something is appended that
// is not news. It reports whether it had to wait.
func (w *writer) lingerLocked(until time.Duration) bool {
	d := until - w.now()
	if d <= 0 || w.haste.urgent || w.stopped {
		return false
	}
	w.Unlock()
	awake.Add(-1)
	w.timer.Reset(d)
	select {
	case <-w.timer.C:
	case <-w.haste.hurry:
	case <-w.stop:
	}
	awake.Add(1)
	w.mu.Lock()
	return true
}
