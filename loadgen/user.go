package loadgen

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"chatsim/chatter"
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
	pumping bool
	seq     int
}

// stay is one connection of a chatter.
type stay struct {
	user    *user
	client  Client
	session *check.Session

	joined   chan struct{} // closed when the session has joined, or the stream has ended
	done     chan struct{} // closed when nothing more is observed
	finWhen  atomic.Bool   // leave by FIN when all lines have come back
	leaving  atomic.Bool   // the leave has begun
	answers  atomic.Int64  // answers that wait for a line to be read
	anchored atomic.Bool   // an anchor line came
	tokens   atomic.Int64  // lines of the closed model that are under way
	err      error         // why the stream ended; may be read once done is closed
}

// task is what a user's pump does next: send a line or leave.
type task struct {
	line     scenario.Line
	seq      int
	intended time.Duration
	token    bool
	leave    check.Leave // if not check.Stays
	anchor   bool
}

// enqueue has the user's pump do a task; tasks are done in order. A pump is a
// goroutine that lives while there is something to do, so a send that blocks
// holds up nobody else and idle users cost nothing.
func (u *user) enqueue(t task) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if t.leave == check.Stays {
		t.seq = u.seq
		u.seq++
		if !t.anchor {
			t.line = u.run.script.Line(u.n, t.seq)
		} else {
			t.line = scenario.Line{To: -1, Claims: -1}
		}
	}
	u.outbox = append(u.outbox, t)
	u.pumpLocked()
}

// pumpLocked starts a pump if there is something to do and nobody does it.
func (u *user) pumpLocked() {
	if u.pumping || len(u.outbox) == 0 || u.stay == nil || u.stay.leaving.Load() || u.stay.finWhen.Load() {
		return
	}
	u.pumping = true
	u.run.workers.Add(1)
	go u.pump(u.stay)
}

func (u *user) pump(s *stay) {
	defer u.run.workers.Done()
	buf := make([]byte, 0, u.run.cfg.Size)
	for {
		u.mu.Lock()
		if len(u.outbox) == 0 || u.stay != s || s.leaving.Load() || s.finWhen.Load() || u.run.stopping.Load() {
			u.pumping = false
			if u.stay != s {
				u.pumpLocked()
			}
			u.mu.Unlock()
			return
		}
		t := u.outbox[0]
		u.outbox = u.outbox[1:]
		if len(u.outbox) == 0 {
			u.outbox = nil
		}
		u.mu.Unlock()
		if t.leave != check.Stays {
			s.leave(t.leave)
		} else {
			s.send(t, buf)
		}
	}
}

// send writes one line. An error is not judged here: the stream's end tells.
func (s *stay) send(t task, buf []byte) {
	r, u := s.user.run, s.user
	text := r.script.Text(buf[:0], u.n, t.seq)
	due := string(text)
	target := ""
	claimer, claims := s.client.(Claimer)
	var as string
	switch {
	case t.line.To >= 0:
		target = r.users[t.line.To].lastName()
	case t.line.Claims >= 0 && claims:
		if name := r.users[t.line.Claims].lastName(); name != u.asked && name != u.lastName() { // else it is no false claim
			as, due = name, claimer.ClaimedText(name, text)
		}
	}
	actual := r.now()
	if t.intended == 0 || t.token {
		t.intended = actual
	}
	l := s.session.Send(t.seq, due, target, t.intended, actual, r.measured(t))
	r.sent.Add(1)
	r.measure.sentLine(l)
	if t.token {
		s.tokens.Add(1)
	}
	if t.anchor {
		r.anchor.Store(l)
	}
	switch {
	case target != "":
		_ = s.client.Tell(target, text)
	case as != "":
		_ = claimer.Claim(as, text)
	default:
		_ = s.client.Say(text)
	}
}

// measured says whether a line counts: it was due in the measured part.
func (r *run) measured(t task) bool {
	return !t.anchor && t.intended >= r.begin && t.intended < r.end
}

// lastName is the name that the user has, or had last.
func (u *user) lastName() string {
	if n := u.name.Load(); n != nil {
		return *n
	}
	return u.asked
}

// leave begins to end the stay. A FIN waits for the lines under way.
func (s *stay) leave(kind check.Leave) {
	if kind == check.FIN && s.session.Unsettled() > 0 {
		s.finWhen.Store(true)
		if s.session.Unsettled() > 0 { // else the reader may have looked just before
			return
		}
	}
	s.leaveNow(kind)
}

func (s *stay) leaveNow(kind check.Leave) {
	if !s.leaving.CompareAndSwap(false, true) {
		return
	}
	r := s.user.run
	s.session.Closing(kind, r.now())
	r.mu.Lock()
	r.left[kind]++
	r.mu.Unlock()
	how := map[check.Leave]Leave{check.FIN: chatter.FIN, check.Reset: chatter.Reset, check.HalfClose: chatter.HalfClose}[kind]
	_ = s.client.Leave(how)
}

// join connects the user anew and waits until it is in the room.
func (u *user) join(ctx context.Context) error {
	r := u.run
	dialled := r.now()
	session := r.judge.Dial(u.n, u.asked, dialled)
	ctx, cancel := context.WithTimeout(ctx, r.cfg.JoinTimeout)
	defer cancel()
	client, err := r.cfg.Join(ctx, u.asked)
	if err != nil {
		session.Closing(check.Reset, r.now())
		session.Ended(r.now())
		return err
	}
	s := &stay{user: u, client: client, session: session, joined: make(chan struct{}), done: make(chan struct{})}
	u.mu.Lock()
	u.stay = s
	u.mu.Unlock()
	r.readers.Add(1)
	go s.read(dialled)
	select {
	case <-s.joined:
		u.mu.Lock()
		u.pumpLocked()
		u.mu.Unlock()
		return nil
	case <-s.done:
		if said := session.Said(); said != "" {
			return &refusedError{said}
		}
		return s.err
	case <-ctx.Done():
	}
	session.Closing(check.Reset, r.now())
	s.leaving.Store(true)
	client.Close()
	<-s.done
	if context.Cause(ctx) == context.DeadlineExceeded {
		return fmt.Errorf("%w within %v", errSilent, r.cfg.JoinTimeout)
	}
	return ctx.Err()
}

// rejoin brings the user back once its last stay is over.
func (u *user) rejoin(ctx context.Context) {
	u.mu.Lock()
	last := u.stay
	u.mu.Unlock()
	if last != nil {
		select {
		case <-last.done:
		case <-ctx.Done():
			return
		}
	}
	if err := u.join(ctx); err != nil && ctx.Err() == nil && !u.run.stopping.Load() {
		u.run.warn(fmt.Sprintf("chatter %d could not come back: %v", u.n, err))
		u.run.failedJoins.Add(1)
	}
}
