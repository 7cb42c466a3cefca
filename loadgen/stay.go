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
	inflow  inflow  // what comes: of polled its socket, else a gate
	session *check.Session
	dialled time.Duration
	door    int // its number

	joined    chan struct{} // closed when the session has joined
	done      chan struct{} // closed when nothing more is observed
	departure atomic.Int32  // a departure
	answers   atomic.Int64  // answers that wait for a line to be read
	silent    atomic.Bool   // it has vanished, and its connection is to end later
	begun     string        // an unfinished line that a story has typed,
	begunSeq  int           // and its number
	err       error         // why the stream ended; may be read once done is closed

	// Guarded by user.mu.
	tokens   int64       // lines of the closed model that are under way
	anchored *check.Line // the newest anchor line that came: the stay has read up to there
}

// departure is how far a leave has come that has not begun: once it has, the judge
// knows. It goes forward only.
type departure int32

const (
	staying    departure = iota // the stay may send
	leaveTaken                  // the pump has the task
	leaveWaits                  // a FIN, for the lines under way; the reader sends it
)

// departs returns how far the stay's leave has come.
func (s *stay) departs() departure { return departure(s.departure.Load()) }

// remains reports whether the stay has not left and is not about to.
func (s *stay) remains() bool { return s.departs() == staying && !s.session.HasLeft() }

// advance has the leave come as far as to, and reports whether it had not yet.
func (s *stay) advance(to departure) bool {
	for now := s.departure.Load(); now < int32(to); now = s.departure.Load() {
		if s.departure.CompareAndSwap(now, int32(to)) {
			return true
		}
	}
	return false
}

// isOver reports whether the stream has ended and nothing more is observed.
func (s *stay) isOver() bool { return isClosed(s.done) }

// hasStalled reports whether the stay reads nothing by its own will, or did so for a
// while. In a story it reads on at a step, and what comes from then on is its own.
func (s *stay) hasStalled() bool {
	if t := s.user.run.telling; t != nil {
		return t.stalls(s)
	}
	return s.session.HasStalled()
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// send writes one line. An error is not judged here: the stream's end tells.
func (s *stay) send(t task, buf *[]byte) {
	r, u := s.user.run, s.user
	if s.sendAs(t) {
		return
	}
	private, target := t.line.To >= 0 && !r.cfg.Capabilities.NoPrivate, ""
	if private {
		target = r.users[t.line.To].lastName()
	}
	text := s.fit(r.script.Text((*buf)[:0], u.n, t.seq), target)
	*buf = text
	due := string(text)
	claimer, signer := s.client.claimer, s.client.signer
	var as string
	switch {
	case !private && t.line.Claims >= 0 && claimer != nil:
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
	if t.anchor {
		r.anchor.Store(l)
	}
}

// measured reports whether a line counts: it was due in the measured part. Others
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
		s.advance(leaveWaits)
		if s.session.Unsettled() > 0 { // else the reader may have looked just before
			return
		}
	}
	s.leaveNow(kind)
}

var leaveKinds = map[check.Leave]Leave{check.FIN: chatter.FIN, check.Reset: chatter.Reset, check.HalfClose: chatter.HalfClose}

func (s *stay) leaveNow(kind check.Leave) {
	r := s.user.run
	now := r.now()
	if !s.session.Closing(kind, now) {
		return
	}
	r.sentAt.Store(int64(now))
	r.mu.Lock()
	r.left[kind]++
	r.mu.Unlock()
	_ = s.client.Leave(leaveKinds[kind])
}

// vanish has the stay neither read nor write any more; nobody is told.
func (s *stay) vanish() {
	r := s.user.run
	s.session.Silent(r.now())
	s.inflow.Pause()
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
	s.inflow.Resume()
}

func (s *stay) close() {
	s.user.closes(1)
	_ = s.client.Close()
	s.user.closes(-1)
	s.user.run.ends.Add(1)
}

// ended returns a failed join's reason, once the stream is at its end.
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
