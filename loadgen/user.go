package loadgen

import (
	"sync"
	"sync/atomic"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/scenario"
)

// user is one chatter of the run, stay after stay.
type user struct {
	run   *run
	n     int
	asked string
	name  atomic.Pointer[string] // as last assigned; others' private lines go there

	mu sync.Mutex
	// Guarded by mu.
	stay    *stay
	outbox  []task
	leaves  int    // of the outbox, those that end the stay
	doing   string // the Client's method that the pump is in, or about to be; empty: there is no pump
	closing int    // who is in the Client's Close
	coming  int    // returns that are due or under way: what it has to say waits for them
	seq     int
	moved   int   // by how many doors it comes in further than at first
	lost    *loss // that has put it out, until it is in again
}

// task is what a user's pump does next: send a line or leave.
type task struct {
	line     scenario.Line
	seq      int
	intended time.Duration
	behind   time.Duration // when it was queued behind other tasks; 0 if it was not
	token    bool
	leave    check.Leave // if not check.Stays
	vanish   bool        // of a leave: be silent, until the stay is to end
	parting  bool        // right before a leave, beside what the rate asks for
	to       int         // whom the line is for, +1; 0: as the script says
	extra    bool        // in one write with another, beside what the rate asks for
	anchor   bool
}

// enqueue has the user's pump do a task; tasks are done in order. A pump is a
// goroutine that lives while there is something to do, so a send that blocks
// holds up nobody else and idle users cost nothing. It is false for a user who
// is gone for good, and for tokens and anchors, which any user can do, also
// for one who is away or about to leave.
func (u *user) enqueue(t task) bool {
	u.mu.Lock()
	queued, s := u.queueLocked(t), u.pumpsLocked()
	u.mu.Unlock()
	s.pump()
	return queued
}

func (u *user) queueLocked(t task) bool {
	switch {
	case *u.run.phase.Load() == Drains && !t.anchor: // nobody says anything new
		return false
	case (t.token || t.anchor) && !u.staysLocked():
		return false
	case u.stay == nil && u.coming == 0:
		return false
	}
	switch {
	case t.leave != check.Stays:
		u.leaves++
	case t.anchor:
		t.line = scenario.Line{To: -1, Claims: -1}
		t.seq, u.seq = u.seq, u.seq+1
	default:
		t.line = u.run.script.Line(u.n, u.seq)
		if t.to > 0 {
			t.line = scenario.Line{To: t.to - 1, Claims: -1}
		}
		if t.parting { // what becomes of it is uncertain enough
			t.line.Form = scenario.Plain
		}
		t.seq, u.seq = u.seq, u.seq+t.line.Form.Lines()
	}
	if u.doing != "" || len(u.outbox) > 0 {
		t.behind = u.run.now()
	}
	u.outbox = append(u.outbox, t)
	return true
}

// staysLocked reports whether the user is there and is not about to leave.
func (u *user) staysLocked() bool { return u.readyLocked() && u.leaves == 0 }

// readyLocked reports whether the user's stay can send.
func (u *user) readyLocked() bool {
	s := u.stay
	return s != nil && s.session.Joined() && s.remains() && !s.silent.Load()
}

// pumpsLocked returns the stay of which the caller is now the pump, once it has
// let the lock go; nil if there is nothing to do, or somebody does it. Once the run
// is stopping there is no new one.
func (u *user) pumpsLocked() *stay {
	if u.doing != "" || len(u.outbox) == 0 || !u.readyLocked() || u.run.stopping.Load() {
		return nil
	}
	u.doing = u.outbox[0].method()
	return u.stay
}

// pump does what there is to do on a stay. What would keep the caller waiting is
// done by a goroutine, as everything is that a Client of another kind does.
func (s *stay) pump() {
	switch {
	case s == nil:
	case s.polled != nil:
		s.pumpOn()
	default:
		s.user.run.workers.Go(s.pumpOn)
	}
}

func (s *stay) pumpOn() {
	buf := scratch.Get().(*[]byte)
	defer scratch.Put(buf)
	for s.polled == nil || !s.polled.blocks() {
		t, ok := s.user.next(s)
		switch {
		case !ok:
			return
		case t.vanish:
			s.vanish()
		case t.leave != check.Stays:
			s.leave(t.leave)
		default:
			s.send(t, buf)
		}
	}
}

// method returns the Client's method that does the task.
func (t *task) method() string {
	switch {
	case t.leave != check.Stays:
		return "Leave"
	case t.line.To >= 0:
		return "Tell"
	case t.line.Claims >= 0:
		return "Say or Claim"
	}
	return "Say"
}

// next takes the pump's next task; false if the pump is no longer needed.
func (u *user) next(s *stay) (task, bool) {
	u.mu.Lock()
	if len(u.outbox) == 0 || u.stay != s || !u.readyLocked() || u.run.stopping.Load() {
		u.doing = ""
		other := u.pumpsLocked() // a new stay has a pump of its own
		u.mu.Unlock()
		other.pump()
		return task{}, false
	}
	defer u.mu.Unlock()
	t := u.outbox[0]
	u.outbox = u.outbox[1:]
	if len(u.outbox) == 0 {
		u.outbox = nil
	}
	u.doing = t.method()
	switch {
	case t.leave != check.Stays:
		u.leaves--
		s.advance(leaveTaken)
	case t.token:
		s.tokens++
	}
	return t, true
}

// takes takes lines of the closed model that came back, at most as many as are
// under way, and returns how many those were and how many still are.
func (u *user) takes(s *stay, returned int64) (n, left int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	n = min(returned, s.tokens)
	s.tokens -= n
	return n, s.tokens
}

// closes counts who is in the Client's Close.
func (u *user) closes(n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closing += n
}

// over records that a stay has ended. What the user still had to say goes with
// it, unless it is about to be back; lines of the closed model, under way or still
// to be sent, are for others.
func (u *user) over(s *stay) (tokens int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stay != s {
		return 0
	}
	u.stay = nil
	tokens, s.tokens = s.tokens, 0
	kept := u.outbox[:0]
	for _, t := range u.outbox {
		switch {
		case t.token:
			tokens++
		case u.coming > 0:
			kept = append(kept, t)
		case t.leave != check.Stays:
			u.leaves--
		}
	}
	u.outbox = kept
	return tokens
}

// drop has the user send nothing of what it was about to, and returns how many
// lines those were.
func (u *user) drop() (dropped int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, t := range u.outbox {
		if t.leave == check.Stays && !t.anchor {
			dropped++
		}
	}
	u.outbox, u.leaves = nil, 0
	return dropped
}

// lastName returns the name that the user has, or had last.
func (u *user) lastName() string {
	if n := u.name.Load(); n != nil {
		return *n
	}
	return u.asked
}
