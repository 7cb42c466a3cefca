package loadgen

import (
	"sync"
	"sync/atomic"

	"chatsim/loadgen/check"
	"chatsim/loadgen/scenario"
)

// hand is who does a chatter's tasks.
type hand uint8

const (
	nobody  hand = iota // the chatter waits for a task
	itself              // the chatter
	another             // who posted a line: the chatter goes on waiting, see lendLocked
)

// mailbox is what a chatter shares with all others: what it is told to do, by the
// plan, the closed model and its reader, and where it stands.
type mailbox struct {
	awaits atomic.Uint32 // written with mu held; a reader looks once a batch

	mu sync.Mutex
	// Guarded by mu.
	changed  sync.Cond // for the chatter alone
	queue    []task    // from head on: tasks to do, in order
	head     int
	hand     hand
	stands   standing
	stay     *stay       // the one that is read; nil: there is none
	lives    bool        // the chatter's goroutine runs
	over     bool        // the run is: the chatter does nothing more
	doing    string      // the Client's method that the task is in, or about to be
	closing  int         // who is in the Client's Close
	seq      int         // of the next line
	dropped  int64       // lines that it never sent, see drop
	promised int         // answers that wait for a line of somebody else
	underWay int64       // lines of the closed model
	anchored *check.Line // the newest anchor that came during the stay
	moved    int         // by how many doors it comes in further than at first
	lost     *loss       // that has put it out, until it is in again
}

// post has the chatter do a task, after those that it was told before, and reports
// whether it takes the task. Somebody who is not there nor about to come takes no line
// and no leave; a line of the closed model and an anchor, which any chatter can send,
// are not for one who is about to leave either.
//
// While the chatter waits for a task and its connection takes what is written, whoever
// posts a line writes it too: to wake a goroutine for each line takes longer than the
// write. Once the connection takes no more, the chatter waits for that, alone.
func (u *user) post(t task) bool {
	u.mu.Lock()
	put := u.putLocked(t)
	var s *stay
	if put {
		s = u.lendLocked()
	}
	u.mu.Unlock()
	s.sendOn()
	return put
}

func (u *user) putLocked(t task) bool {
	if !u.takesLocked(&t) {
		return false
	}
	switch t.act {
	case come:
		if !u.lives {
			u.lives, u.changed.L = true, &u.mu
			u.run.workers.Go(u.live)
		}
	case anchor:
		t.line = scenario.Line{To: -1, Claims: -1}
		t.seq, u.seq = u.seq, u.seq+1
	case say:
		t.line = u.run.script.Line(u.n, u.seq)
		if t.to > 0 {
			t.line = scenario.Line{To: t.to - 1, Claims: -1}
		}
		if t.parting { // what becomes of it is uncertain enough
			t.line.Form = scenario.Plain
		}
		t.seq, u.seq = u.seq, u.seq+t.line.Form.Lines()
	}
	if u.stands == in && u.hand != nobody || u.head < len(u.queue) {
		t.behind = u.run.clock.now()
	}
	u.queue = append(u.queue, t)
	return true
}

// takesLocked reports whether the chatter may be told a task.
func (u *user) takesLocked(t *task) bool {
	switch {
	case u.over:
		return false
	case t.act == come:
		return true
	case t.act == wake:
		return u.stands >= parting || u.hasLocked((*task).leaves)
	case u.run.stage.is(Drains) && t.act != anchor: // nobody says anything new
		return false
	case t.token || t.act == anchor:
		return u.remainsLocked()
	}
	return u.stands != out || u.hasLocked((*task).comes)
}

// hasLocked reports whether a task to be done is one of some.
func (u *user) hasLocked(some func(*task) bool) bool {
	for i := range u.queue[u.head:] {
		if some(&u.queue[u.head+i]) {
			return true
		}
	}
	return false
}

// readyLocked reports whether the user's stay can send.
func (u *user) readyLocked() bool {
	return u.stands == in && u.stay != nil && !u.over && !u.stay.session.HasLeft()
}

// remainsLocked reports whether the user is there and is not about to leave.
func (u *user) remainsLocked() bool { return u.readyLocked() && !u.hasLocked((*task).leaves) }

// lendLocked returns the stay on which the caller is to send what comes next, once it
// has let the lock go; nil where that is for the chatter itself.
func (u *user) lendLocked() *stay {
	if u.hand == nobody && u.head < len(u.queue) && u.queue[u.head].sends() && u.readyLocked() && u.stay.polled != nil {
		u.hand = another
		return u.stay
	}
	u.wakeLocked()
	return nil
}

// wakeLocked has the chatter look what there is to do.
func (u *user) wakeLocked() {
	if u.hand != another && u.lives {
		u.changed.Signal()
	}
}

// sendOn sends the lines that come next, for a chatter who waits, as long as the
// connection takes them.
func (s *stay) sendOn() {
	if s == nil {
		return
	}
	for !s.polled.blocks() {
		t, ok := s.user.nextLine(s)
		if !ok {
			return
		}
		s.send(t)
	}
	s.user.mu.Lock()
	defer s.user.mu.Unlock()
	s.user.handBackLocked()
}

// handBackLocked has the chatter itself go on.
func (u *user) handBackLocked() {
	u.hand = itself
	u.wakeLocked()
}

// nextLine returns what sendOn sends next; false once there is no line, or it is for
// the chatter itself.
func (u *user) nextLine(s *stay) (t task, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.stay != s || !u.readyLocked() || u.head < len(u.queue) && !u.queue[u.head].sends():
		u.handBackLocked()
		return t, false
	case u.head == len(u.queue):
		u.hand, u.doing = nobody, ""
		return t, false
	}
	return u.popLocked(), true
}

// next waits for the next task during a stay, nil: while there is none. It is false
// once the stay or the run is over. The task is nothing where the chatter is only to
// see that its connection takes more.
func (u *user) next(s *stay) (task, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.hand, u.doing = nobody, ""
	defer func() { u.hand = itself }()
	for {
		switch {
		case u.hand == another:
		case u.over || s != nil && u.stay != s:
			return task{}, false
		case u.hand == itself:
			return task{}, true
		case u.head < len(u.queue) && u.stay == s: // a join that failed may have an end to come
			return u.popLocked(), true
		}
		u.changed.Wait()
	}
}

// mostIdle is how many tasks a queue has room for that is empty.
const mostIdle = 16

func (u *user) popLocked() task {
	t := u.queue[u.head]
	u.queue[u.head] = task{}
	if u.head++; u.head == len(u.queue) {
		if u.queue, u.head = u.queue[:0], 0; cap(u.queue) > mostIdle {
			u.queue = nil
		}
	}
	u.doing = t.method()
	switch {
	case t.leaves() && u.stands == in:
		u.stands = parting
	case t.token:
		u.underWay++
	}
	return t
}
