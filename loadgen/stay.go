package loadgen

import (
	"strconv"
	"sync/atomic"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
)

// stay is one connection of a chatter.
type stay struct {
	// Static once begun.
	user    *user
	client  connection
	polled  *polled // the client, if a reader reads it
	session *check.Session
	dialled time.Duration

	joined   chan struct{}                 // closed when the session has joined
	done     chan struct{}                 // closed when nothing more is observed
	finWhen  atomic.Bool                   // leave by FIN when all lines have come back
	leaving  atomic.Bool                   // the leave has begun
	closing  atomic.Bool                   // in the Client's Close
	over     atomic.Bool                   // the stream has ended
	answers  atomic.Int64                  // answers that wait for a line to be read
	anchored atomic.Pointer[check.Line]    // the newest anchor line that came
	silent   atomic.Bool                   // it has vanished, and its connection is to end later
	stalled  atomic.Bool                   // it has stopped reading for a while, once
	gate     atomic.Pointer[chan struct{}] // closed when it shall read on; nil while it reads
	tokens   atomic.Int64                  // lines of the closed model that are under way
	begun    string                        // an unfinished line that a story has typed,
	begunSeq int                           // and its number
	err      error                         // why the stream ended; may be read once done is closed
}

// send writes one line. An error is not judged here: the stream's end tells.
func (s *stay) send(t task, buf *[]byte) {
	r, u := s.user.run, s.user
	if s.sendAs(t) {
		return
	}
	text := fit(r.cfg.Capabilities.Texts, r.script.Text((*buf)[:0], u.n, t.seq))
	*buf = text
	due := string(text)
	target := ""
	claimer, signer := s.client.claimer, s.client.signer
	var as string
	switch {
	case t.line.To >= 0 && !r.cfg.Capabilities.NoPrivate:
		target = r.users[t.line.To].lastName()
	case t.line.Claims >= 0 && claimer != nil:
		name := r.users[t.line.Claims].lastName()
		if t.seq%3 == 0 { // a name that nobody has is as false
			name = "nobody" + strconv.Itoa(u.n)
		}
		if name != u.asked && name != u.lastName() { // else it is no false claim
			as, due = name, claimer.ClaimedText(name, text)
		}
	}
	signs := as
	if signer != nil && as == "" && signer.Signs() != s.session.Name() {
		signs = signer.Signs()
	}
	s.note(t, check.Note{Text: due, Target: target, Claims: signs})
	switch {
	case target != "":
		_ = s.client.Tell(target, text)
	case as != "":
		_ = claimer.Claim(as, text)
	default:
		_ = s.client.Say(text)
	}
}

// note has the judge know of a line that is about to be written, and fills in what
// of it the task says.
func (s *stay) note(t task, n check.Note) {
	r := s.user.run
	n.Seq, n.Actual = t.seq, r.now()
	if t.anchor || t.token {
		t.intended = n.Actual
	}
	n.Intended, n.Measured = t.intended, r.measured(t)
	l := s.session.Send(n)
	r.sent.Add(1)
	r.sentAt.Store(int64(n.Actual))
	if l.Measured {
		started := n.Actual
		if t.behind != 0 { // the lines before it are the server's to take
			started = t.behind
		}
		r.measure.Sent(t.intended, started, n.Actual)
	}
	if t.token {
		s.tokens.Add(1)
		if s.over.Load() { // its reader may have looked just before
			r.pass(s.user, s.tokens.Swap(0), 0)
		}
	}
	if t.anchor {
		r.anchor.Store(l)
	}
}

// measured says whether a line counts: it was due in the measured part. Others
// are judged all the same.
func (r *run) measured(t task) bool {
	return !t.anchor && !t.parting && !t.extra && t.intended >= r.begin && t.intended < r.end
}

// leave begins to end the stay. A FIN waits for the lines under way, and so does a
// half-close where nobody promises what one is.
func (s *stay) leave(kind check.Leave) {
	if can := s.user.run.cfg.Capabilities; kind == check.HalfClose && (can.CutsLeaves || can.Views == ledger.NoViews) {
		kind = check.FIN
	}
	if kind == check.FIN && s.session.Unsettled() > 0 {
		s.finWhen.Store(true)
		if s.session.Unsettled() > 0 { // else the reader may have looked just before
			return
		}
	}
	s.leaveNow(kind)
}

var leaveKinds = map[check.Leave]Leave{check.FIN: chatter.FIN, check.Reset: chatter.Reset, check.HalfClose: chatter.HalfClose}

func (s *stay) leaveNow(kind check.Leave) {
	if !s.leaving.CompareAndSwap(false, true) {
		return
	}
	r := s.user.run
	now := r.now()
	s.session.Closing(kind, now)
	r.sentAt.Store(int64(now))
	r.mu.Lock()
	r.left[kind]++
	r.mu.Unlock()
	_ = s.client.Leave(leaveKinds[kind])
}

// vanish has the stay neither read nor write any more; nobody is told.
func (s *stay) vanish() {
	r := s.user.run
	s.stalled.Store(true)
	s.session.Silent(r.now())
	gate := make(chan struct{})
	s.gate.Store(&gate)
	if s.polled != nil {
		s.polled.conn.Pause()
	}
	s.silent.Store(true)
	r.mu.Lock()
	r.vanished++
	r.mu.Unlock()
}

// wake ends a stay that has vanished, as a machine does that starts anew: its
// connection is reset.
func (s *stay) wake() {
	if !s.silent.Load() {
		return
	}
	s.leaveNow(check.Reset)
	if gate := s.gate.Swap(nil); gate != nil {
		close(*gate)
		if s.polled != nil {
			s.polled.conn.Resume()
		}
	}
}

func (s *stay) close() {
	s.closing.Store(true)
	_ = s.client.Close()
	s.closing.Store(false)
	s.user.run.ends.Add(1)
}

// ended gives a failed join's reason, once the stream is at its end.
func (s *stay) ended() error {
	switch said := s.session.Said(); {
	case said != "":
		return &refusedError{said}
	case s.err == nil:
		return errStopping
	}
	return s.err
}

// wait waits for the end of the stream, which has been closed; not for ever,
// as the Client may be wrong.
func (s *stay) wait() error {
	if s.user.run.within(hangLimit, s.done) {
		return nil
	}
	return s.user.hung()
}
