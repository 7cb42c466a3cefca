package loadgen

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
func (m *mailbox) stand(at standing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stands = at
}

// settled reports whether nothing of the chatter's own is on its way: it does nothing,
// has nothing to do, and its own lines are back.
func (m *mailbox) settled() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stay
	idle := m.hand == nobody && m.queue.empty()
	return idle && (s == nil || !s.session.HasLeft() && s.session.Unsettled() == 0)
}

// departs reports whether the chatter is to leave, and whether that waits for its own
// lines.
func (m *mailbox) departs() (leaves, waits bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stay == nil {
		return false, false
	}
	left := m.stay.session.HasLeft()
	leaves = left || m.stands == parting || m.queue.has(func(t *task) bool { return t.act == leave || t.act == wake })
	return leaves, leaves && !left
}

// isSilent reports whether the chatter has vanished and was not woken.
func (m *mailbox) isSilent() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stands == silent
}

// lastStay returns the chatter's stay, nil where there is none any more.
func (m *mailbox) lastStay() *stay {
	s, _ := m.call()
	return s
}

// call returns the chatter's stay, and the Client's method that its task is in; empty:
// none.
func (m *mailbox) call() (s *stay, method string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stay, m.doing
}

// ifRemains calls do with the stay of a chatter who is there and is not about to leave,
// as long as that is so, and returns the stay; nil if there is none.
func (m *mailbox) ifRemains(do func(*stay)) *stay {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.remainsLocked() {
		return nil
	}
	do(m.stay)
	return m.stay
}

// drop has the chatter do nothing of what it was about to, but to come back unless all
// is dropped, and returns how many lines those were.
func (m *mailbox) drop(all bool) (lines int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	lines = m.queue.lines()
	m.queue.keep(func(t *task) bool { return t.act == come && (!all || t.reply != nil) })
	m.dropped += lines
	return lines
}

// waiting returns how many lines the chatter has to send, and how many it has given up.
func (m *mailbox) waiting() (lines, dropped int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.queue.lines(), m.dropped
}
