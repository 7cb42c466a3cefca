package loadgen

import "time"

// What a chatter waits for that its reader sees first.
const (
	awaitsOthers  = 1 << iota // a line of somebody else, to answer it
	awaitsSettled             // that none of its own lines is under way
)

// untilSettled waits until none of the stay's own lines is under way; false if the
// stay or the run is over before.
func (m *mailbox) untilSettled(s *stay) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.awaits.Or(awaitsSettled)
	defer m.awaits.And(^uint32(awaitsSettled))
	for s.session.Unsettled() > 0 {
		if m.over || m.stay != s {
			return false
		}
		m.waitLocked()
	}
	return !m.over && m.stay == s
}

// untilWoken waits until the chatter is to come back, or is woken; false if the stay
// or the run is over before. What else it is told meanwhile it does not do.
func (m *mailbox) untilWoken(s *stay) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for !m.over && m.stay == s {
		switch first := m.queue.first(); {
		case first == nil:
			m.waitLocked()
		case first.act == come: // it does so next
			m.stands = parting
			return true
		case m.popLocked().act == wake:
			m.stands = parting
			return true
		}
	}
	return false
}

// takes takes lines of the closed model that came back, at most as many as are
// under way, and returns how many those were and how many still are.
func (m *mailbox) takes(s *stay, returned int64) (n, left int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stay == s {
		n = min(returned, m.underWay)
		m.underWay -= n
		left = m.underWay
	}
	return n, left
}

// promiseAnswer has the chatter's next line wait until it reads one of somebody
// else; false if the chatter is not there to do so.
func (m *mailbox) promiseAnswer() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.remainsLocked() {
		return false
	}
	m.promised++
	m.awaits.Or(awaitsOthers)
	return true
}

// heard has the chatter send an answer, if one has waited for a line of somebody else,
// which was read at at.
func (m *mailbox) heard(s *stay, at time.Duration) {
	m.mu.Lock()
	var lent *stay
	if m.stay == s && m.promised > 0 && m.remainsLocked() {
		if m.promised--; m.promised == 0 {
			m.awaits.And(^uint32(awaitsOthers))
		}
		m.putLocked(task{act: say, intended: at})
		lent = m.lendLocked()
	}
	m.mu.Unlock()
	lent.sendOn()
}

// rouse has a chatter look who waits until its lines are settled.
func (m *mailbox) rouse() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wakeLocked()
}
