package loadgen

import (
	"context"
	"sync"
	"sync/atomic"
)

// hand is who does a chatter's tasks.
type hand uint8

const (
	nobody  hand = iota // no task is due
	itself              // the chatter, in a goroutine that ends with its last task
	another             // who posted a line, see lendLocked
)

// mailbox is what a chatter shares with all others: what it is told to do, by the
// plan, the closed model and its reader, and where it stands. It knows no run.
type mailbox struct {
	// Static.
	lines lines
	stage *stage // of the run
	clock *clock
	start func() // starts the chatter, which does what it is told and then calls next

	awaits atomic.Uint32 // written with mu held; a reader looks once a batch

	mu sync.Mutex
	// Guarded by mu.
	changed  chan struct{} // closed when the chatter is to look again; nil: it does not wait
	queue    queue
	hand     hand
	stands   standing
	over     bool   // the run is: the chatter does nothing more
	stay     *stay  // the one that is read; nil: there is none
	doing    string // the Client's method that the task is in, or about to be
	dropped  int64  // lines that it never sent, see drop
	promised int    // answers that wait for a line of somebody else
	underWay int64  // lines of the closed model
}

// post has the chatter do a task, after those that it was told before, and reports
// whether it takes the task. Somebody who is not there nor about to come takes no line
// and no leave; a line of the closed model and an anchor, which any chatter can send,
// are not for one who is about to leave either.
//
// While there is nothing to do and the connection takes what is written, whoever posts
// a line writes it too: to start a goroutine for each line takes longer than the
// write. Once the connection takes no more, the chatter waits for that, alone.
func (m *mailbox) post(t task) bool {
	m.mu.Lock()
	put := m.putLocked(t)
	var s *stay
	if put {
		s = m.lendLocked()
	}
	m.mu.Unlock()
	s.sendOn()
	return put
}

func (m *mailbox) putLocked(t task) bool {
	if !m.takesLocked(&t) {
		return false
	}
	if t.sends() {
		m.lines.assign(&t)
	}
	if (m.stands == in || m.stands == joining) && m.hand != nobody || !m.queue.empty() {
		t.behind = m.clock.now()
	}
	m.queue.add(t)
	return true
}

// takesLocked reports whether the chatter may be told a task.
func (m *mailbox) takesLocked(t *task) bool {
	switch {
	case m.over:
		return false
	case t.act == come:
		return true
	case t.act == wake:
		return m.stands >= parting || m.queue.has((*task).leaves)
	case m.stage.is(Drains) && t.act != anchor: // nobody says anything new
		return false
	case t.token || t.act == anchor:
		return m.remainsLocked()
	}
	return m.stands != out || m.queue.has((*task).comes)
}

// readyLocked reports whether the chatter's stay can send.
func (m *mailbox) readyLocked() bool {
	return m.stands == in && m.stay != nil && !m.over && !m.stay.session.HasLeft()
}

// remainsLocked reports whether the chatter is there and is not about to leave.
func (m *mailbox) remainsLocked() bool { return m.readyLocked() && !m.queue.has((*task).leaves) }

// lendLocked returns the stay on which the caller is to send what comes next, once it
// has let the lock go; nil where that is for the chatter itself.
func (m *mailbox) lendLocked() *stay {
	if t := m.queue.first(); m.hand == nobody && t != nil && t.sends() && m.readyLocked() && m.stay.polled != nil {
		m.hand = another
		return m.stay
	}
	m.wakeLocked()
	return nil
}

// wakeLocked has the chatter look what there is to do, in a new goroutine if it has
// none. At the end of the run nothing is begun.
func (m *mailbox) wakeLocked() {
	switch {
	case m.changed != nil:
		close(m.changed)
		m.changed = nil
	case m.hand == nobody && !m.over:
		m.hand = itself
		m.start()
	}
}

// waitLocked waits, as the chatter itself, until it is to look again.
func (m *mailbox) waitLocked() {
	changed := make(chan struct{})
	m.changed = changed
	m.mu.Unlock()
	<-changed
	m.mu.Lock()
}

// handBackLocked has the chatter itself go on.
func (m *mailbox) handBackLocked() {
	m.hand = nobody
	m.wakeLocked()
}

// nextLine returns what whoever the stay is lent to sends next; false once there is no
// line, or it is for the chatter itself, as it is where the connection blocks.
func (m *mailbox) nextLine(s *stay, blocks bool) (t task, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch first := m.queue.first(); {
	case blocks || m.stay != s || !m.readyLocked() || first != nil && !first.sends():
		if blocks && first != nil && first.behind == 0 { // from now on it waits for the connection
			first.behind = m.clock.now()
		}
		m.handBackLocked()
		return t, false
	case first == nil:
		m.hand, m.doing = nobody, ""
		return t, false
	}
	return m.popLocked(), true
}

// next returns the chatter's next task during a stay, nil: while there is none. It is
// false where there is nothing to do: then the chatter is started again when there is.
func (m *mailbox) next(s *stay) (task, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doing = ""
	switch {
	case m.over:
	case s != nil && m.stay != s:
		return task{act: ended}, true
	case !m.queue.empty() && m.stay == s: // a join that failed may have an end to come
		return m.popLocked(), true
	}
	m.hand = nobody
	m.queue.rest()
	return task{}, false
}

func (m *mailbox) popLocked() task {
	t := m.queue.pop()
	m.doing = t.method()
	switch {
	case t.leaves() && m.stands == in:
		m.stands = parting
	case t.token:
		m.underWay++
	}
	return t
}

// opens makes s the chatter's stay, unless open reports false, which is called with the
// mailbox locked: nobody finds a stay that is half open.
func (m *mailbox) opens(s *stay, open func() bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !open() {
		return false
	}
	m.stay = s
	return true
}

// ends records that a stay has ended, and has the chatter come again unless again is
// nil: then what it was told to say waits for that. Lines of the closed model, under way
// or still to be sent, are for others, and it returns how many those are.
func (m *mailbox) ends(s *stay, again context.Context) (tokens int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stay != s {
		return 0
	}
	tokens = m.underWay + m.queue.dropTokens()
	m.stay, m.underWay, m.promised = nil, 0, 0
	m.awaits.Store(0)
	if again != nil {
		m.queue.insert(task{act: come, ctx: again})
	}
	m.wakeLocked()
	return tokens
}

// stops ends what the chatter does, and returns its stay.
func (m *mailbox) stops() *stay {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over = true
	m.wakeLocked()
	return m.stay
}
