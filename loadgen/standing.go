package loadgen

import "chatsim/loadgen/check"

// standing is where in its script a chatter stands.
type standing uint8

const (
	out     standing = iota // waits until it is told to come
	joining                 // connects, and waits until it is in the room
	in                      // does what is due there
	parting                 // leaves, and waits for the end of its stream
	silent                  // has vanished, and its stream is to end later
)

// stand records where in its script the chatter stands.
func (u *user) stand(at standing) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.stands = at
}

// settled reports whether nothing of the user's own is on its way: it does nothing,
// has nothing to do, and its own lines are back.
func (u *user) settled() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.stay
	idle := u.hand == nobody && u.head == len(u.queue)
	return idle && (s == nil || !s.session.HasLeft() && s.session.Unsettled() == 0)
}

// departs reports whether the user is to leave, and whether that waits for its own
// lines.
func (u *user) departs() (leaves, waits bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stay == nil {
		return false, false
	}
	left := u.stay.session.HasLeft()
	leaves = left || u.stands == parting || u.hasLocked(func(t *task) bool { return t.act == leave || t.act == wake })
	return leaves, leaves && !left
}

// isSilent reports whether the user has vanished and was not woken.
func (u *user) isSilent() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.stands == silent
}

// hasLeft reports whether the user has ended its stay, whose stream has no end yet.
func (u *user) hasLeft() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.stay != nil && u.stay.session.HasLeft()
}

// lacks reports whether the user is there and has not read an anchor.
func (u *user) lacks(anchor *check.Line) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.stay != nil && !u.stay.session.HasLeft() && u.anchored != anchor
}

// drop has the user do nothing of what it was about to, but to come back unless all
// is dropped, and returns how many lines those were.
func (u *user) drop(all bool) (lines int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	kept := []task(nil)
	for _, t := range u.queue[u.head:] {
		switch {
		case t.act == say:
			lines++
		case t.act == come && (!all || t.reply != nil):
			kept = append(kept, t)
		}
	}
	u.queue, u.head = kept, 0
	u.dropped += lines
	return lines
}

// waiting returns how many lines the user has to send, and how many it has given up.
func (u *user) waiting() (lines, dropped int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, t := range u.queue[u.head:] {
		if t.act == say {
			lines++
		}
	}
	return lines, u.dropped
}

// stops ends what the chatter does, and returns its stay.
func (u *user) stops() *stay {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.over = true
	u.wakeLocked()
	return u.stay
}

// closes counts who is in the Client's Close.
func (u *user) closes(n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closing += n
}

// lastStay returns the user's stay, nil where there is none any more.
func (u *user) lastStay() *stay {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.stay
}
