package loadgen

import (
	"strconv"
	"sync/atomic"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen/check"
)

// stay is one connection of a chatter.
type stay struct {
	// Static once begun.
	user    *user
	client  connection
	polled  *polled // the client, if a reader reads it
	inflow  inflow  // what comes: of polled its socket, else a gate
	session *check.Session
	asked   time.Duration // since when its join counts
	dialled time.Duration
	door    int // its number

	astray   astray                     // what comes that is no frame of the room
	answered event                      // the server has answered: arrived, or an error came before that
	arrived  event                      // the session has joined, or never will: done
	done     event                      // nothing more is observed
	anchored atomic.Pointer[check.Line] // the newest anchor that came
	begun    string                     // an unfinished line that a story has typed,
	begunSeq int                        // and its number
	greeting []byte                     // what came first, until the session has joined
	err      error                      // why the stream ended; may be read once done has happened
}

// isOver reports whether the stream has ended and nothing more is observed.
func (s *stay) isOver() bool { return s.done.has() }

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

// start has the stay be its user's, and be read; false if the run has stopped
// meanwhile.
func (s *stay) start(client Client) bool {
	if !s.user.box.opens(s, func() bool { return s.open(client) }) {
		return false
	}
	if s.polled != nil {
		s.polled.tick() // not with the mailbox locked: the reader, which decodes already, may wait for that
	}
	return true
}

func (s *stay) open(client Client) bool {
	r := s.user.run
	if r.life.over.Load() {
		return false
	}
	r.losses.there(s)
	r.life.reading.Add(1)
	if !r.readers.adopt(s, client) {
		s.client = connectionOf(client)
		if l, ok := client.(interface{ LimitFrames(bytes int) }); ok {
			l.LimitFrames(r.cfg.maxFrame())
		}
		p := &puller{stay: s}
		s.inflow = &p.gate
		go p.read()
	}
	return true
}

// sendOn sends the lines that come next, for a chatter who waits, as long as the
// connection takes them.
func (s *stay) sendOn() {
	if s == nil {
		return
	}
	for {
		t, ok := s.user.box.nextLine(s, s.polled.blocks())
		if !ok {
			return
		}
		s.send(t)
	}
}

// lacks reports whether the stay goes on and an anchor has not come.
func (s *stay) lacks(anchor *check.Line) bool {
	return s != nil && !s.session.HasLeft() && s.anchored.Load() != anchor
}

// send writes one line. An error is not judged here: the stream's end tells.
func (s *stay) send(t task) {
	r, u := s.user.run, s.user
	if s.sendAs(t) {
		return
	}
	private, target := t.line.To >= 0 && !r.cfg.Capabilities.NoPrivate, ""
	if private {
		target = r.users[t.line.To].lastName()
	}
	buf := scratch.Get().(*[]byte)
	defer scratch.Put(buf)
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
	n.Seq, n.Actual = t.seq, r.clock.now()
	if t.act == anchor || t.token {
		t.intended = n.Actual
	}
	n.Intended, n.Measured = t.intended, r.stage.measures(&t)
	l := s.session.Send(n)
	r.traffic.says(n.Actual)
	if l.Measured {
		started := n.Actual
		if t.behind != 0 { // the lines before it are the server's to take
			started = t.behind
		}
		r.measure.Sent(t.intended, started, n.Actual)
	}
	if t.act == anchor {
		r.anchor.Store(l)
	}
}

var leaveKinds = map[check.Leave]Leave{check.FIN: chatter.FIN, check.Reset: chatter.Reset, check.HalfClose: chatter.HalfClose}

// leaveNow begins to end the stay.
func (s *stay) leaveNow(kind check.Leave) {
	r := s.user.run
	now := r.clock.now()
	if !s.session.Closing(kind, now) {
		return
	}
	r.traffic.moves(now)
	r.departures.left(kind)
	_ = s.client.Leave(leaveKinds[kind])
}

func (s *stay) close() {
	s.user.closing.Add(1)
	_ = s.client.Close()
	s.user.closing.Add(-1)
	s.user.run.life.ends.Add(1)
}

// ended returns a failed join's reason, once the stream is at its end.
func (s *stay) ended() error {
	switch said := s.session.Said(); {
	case said != "":
		return &refusedError{said}
	case s.err == nil:
		return errStopping
	}
	return closedBy(s.err, s.user.run.clock.now()-s.dialled, s.greeting)
}

// wait waits for the end of the stream, which has been closed; not for ever,
// as the Client may be wrong.
func (s *stay) wait() error {
	if s.user.run.clock.within(hangLimit, s.done.wait()) {
		return nil
	}
	return s.user.hung()
}
