package loadgen

import (
	"slices"
	"time"

	"chatsim/loadgen/check"
)

// What a chatter waits for that its reader sees first.
const (
	awaitsOthers  = 1 << iota // a line of somebody else, to answer it
	awaitsSettled             // that none of its own lines is under way
)

// untilSettled waits until none of the stay's own lines is under way; false if the
// stay or the run is over before.
func (u *user) untilSettled(s *stay) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.awaits.Or(awaitsSettled)
	defer u.awaits.And(^uint32(awaitsSettled))
	for s.session.Unsettled() > 0 {
		if u.over || u.stay != s {
			return false
		}
		u.changed.Wait()
	}
	return !u.over && u.stay == s
}

// untilWoken waits until the chatter is to come back, or is woken; false if the stay
// or the run is over before. What else it is told meanwhile it does not do.
func (u *user) untilWoken(s *stay) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for !u.over && u.stay == s {
		switch {
		case u.head == len(u.queue):
			u.changed.Wait()
		case u.queue[u.head].act == come: // it does so next
			u.stands = parting
			return true
		case u.popLocked().act == wake:
			u.stands = parting
			return true
		}
	}
	return false
}

// reads records that an anchor came.
func (u *user) reads(s *stay, anchor *check.Line) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stay == s {
		u.anchored = anchor
	}
}

// takes takes lines of the closed model that came back, at most as many as are
// under way, and returns how many those were and how many still are.
func (u *user) takes(s *stay, returned int64) (n, left int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stay == s {
		n = min(returned, u.underWay)
		u.underWay -= n
		left = u.underWay
	}
	return n, left
}

// heard has the chatter send an answer, if one has waited for a line of somebody else,
// which was read at at.
func (u *user) heard(s *stay, at time.Duration) {
	u.mu.Lock()
	var lent *stay
	if u.stay == s && u.promised > 0 && u.remainsLocked() {
		if u.promised--; u.promised == 0 {
			u.awaits.And(^uint32(awaitsOthers))
		}
		u.putLocked(task{act: say, intended: at})
		lent = u.lendLocked()
	}
	u.mu.Unlock()
	lent.sendOn()
}

// rouse has a chatter look who waits until its lines are settled.
func (u *user) rouse() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.wakeLocked()
}

// ends records that a stay has ended, and has the chatter come again if it is to: then
// what it was told to say waits for that. Lines of the closed model, under way or still
// to be sent, are for others, and it returns how many those are.
func (u *user) ends(s *stay, again bool) (tokens int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stay != s {
		return 0
	}
	tokens = u.underWay
	u.stay, u.underWay, u.promised, u.anchored = nil, 0, 0, nil
	u.awaits.Store(0)
	had := len(u.queue)
	u.queue = slices.DeleteFunc(u.queue, func(t task) bool { return t.token })
	tokens += int64(had - len(u.queue))
	if again {
		u.queue = slices.Insert(u.queue, u.head, task{act: come, ctx: u.run.life})
	}
	u.wakeLocked()
	return tokens
}
