package loadgen

import (
	"errors"
	"math"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen/check"
	"chatsim/loadgen/measure"
	"chatsim/manager/wire"
)

// read observes all that comes to the stay, until its stream ends. Frames of
// one read are one batch: they share a time, a measure.Batch and one look at what
// their sender has to do next.
func (s *stay) read(dialled time.Duration) {
	r := s.user.run
	defer r.readers.Done()
	defer r.ends.Add(1)
	defer close(s.done)
	var f Frame
	for {
		s.pause()
		if err := s.next(&f); err != nil {
			s.end(err)
			return
		}
		if r.stopping.Load() {
			return // what was read since is the room emptying as we close it
		}
		if err := s.batch(&f, dialled); err != nil {
			s.end(err)
			return
		}
	}
}

// batch observes a frame and those that come without waiting.
func (s *stay) batch(f *Frame, dialled time.Duration) error {
	r := s.user.run
	if f.At.IsZero() { // the Client does not tell
		f.At = time.Now()
	}
	at := r.clock.at(f.At)
	batch := r.measure.Begin(at)
	defer r.measure.Add(batch)
	returned, others := -s.session.Answers(), false
	stalled := s.stalled.Load()
	for {
		l, err := s.observe(f, at)
		if err != nil {
			s.session.Flush(at)
			return err
		}
		switch {
		case l != nil:
			own, anchor := l.Session == s.session, l == r.anchor.Load()
			batch.Deliver(measure.Delivery{Intended: l.Intended, Sent: l.Actual, At: at, Bytes: size(f),
				Measured: l.Measured, Own: own, Untimed: stalled, Unobserved: anchor})
			if own {
				returned++
			} else {
				others = true
			}
			if anchor {
				s.anchored.Store(l)
			}
		case f.Kind == wire.Error:
			r.errors.add(string(f.Text))
		case f.Kind == wire.Unknown:
			r.throttled(f.Raw)
		case f.Kind == wire.Roster:
			r.rosters.Add(1)
			s.hasJoined(at, dialled)
			*f = Frame{At: f.At, More: f.More} // the memory of all names is not kept: everybody has a Frame
		}
		if !f.More {
			break
		}
		if err := s.next(f); err != nil {
			s.session.Flush(at)
			return err
		}
	}
	s.session.Flush(at)
	s.react(returned+s.session.Answers(), others, at)
	return nil
}

// lineOverhead is what a chat line has beside two senders, a text and a
// target: " sender:text@sender@target\n".
const lineOverhead = len(" :@@\n")

// size returns the bytes of a line's frame on the wire.
func size(f *Frame) int {
	if n := len(f.Raw); n > 0 {
		return n + len("\n")
	}
	return lineOverhead + 2*len(f.Sender) + len(f.Text) + len(f.Target)
}

// next waits for a frame, parsed only if the client cannot do without.
func (s *stay) next(f *Frame) error {
	var err error
	if p := s.client.parser; p != nil {
		err = p.NextRaw(f)
	} else {
		err = s.client.Next(f)
	}
	if err != nil && s.malformed(err) {
		return nil
	}
	return err
}

// observe has the judge look at a frame. Most are, byte for byte, what others
// have got already, and need not be parsed.
func (s *stay) observe(f *Frame, at time.Duration) (*check.Line, error) {
	if p := s.client.parser; p != nil && f.Raw != nil {
		if l, ok := s.session.Pass(f.Raw, at); ok {
			f.Kind = wire.Invalid // nothing of it was parsed: what stands in f is of another frame
			return l, nil
		}
		if err := p.Parse(f); err != nil && !s.malformed(err) {
			return nil, err
		}
	}
	return s.session.Observe(&f.Frame, at), nil
}

// throttled remembers that the server has said how fast it takes lines.
func (r *run) throttled(raw []byte) {
	if limit, ok := wire.ParseSlow(raw); ok {
		r.slowedTo.Store(math.Float64bits(limit))
	}
}

// malformed tells the judge of a frame that the client could not understand.
func (s *stay) malformed(err error) bool {
	var fe *chatter.FrameError
	if !errors.As(err, &fe) {
		return false
	}
	s.session.Garbage(fe.Error())
	s.err = err
	return s.session.Joined() && !errors.Is(err, chatter.ErrFrameTooLong) // before that it is another protocol
}

// hasJoined notes the first roster: the stay has begun.
func (s *stay) hasJoined(at, dialled time.Duration) {
	if !s.session.Joined() {
		return
	}
	select {
	case <-s.joined:
		return
	default:
	}
	r, name := s.user.run, s.session.Name()
	s.user.name.Store(&name)
	r.joined.Add(1)
	if name != s.user.asked {
		r.renamed.Add(1)
	}
	r.measure.Joined(at - dialled)
	for took := int64(at - dialled); ; {
		slowest := r.slowestJoin.Load()
		if took <= slowest || r.slowestJoin.CompareAndSwap(slowest, took) {
			break
		}
	}
	r.measure.Moved(at, measure.Moves{Joins: 1})
	close(s.joined)
}

// react does what a batch calls for: lines of the closed model go on, one
// answer is sent, a FIN that waited for the last line is sent.
func (s *stay) react(returned int64, others bool, at time.Duration) {
	r := s.user.run
	if r.cfg.Rate.IsMax() {
		n := min(max(returned, 0), s.tokens.Load())
		r.pass(s.user, n, s.tokens.Add(-n))
	}
	if others && s.answers.Load() > 0 {
		s.answer(at)
	}
	if s.finWhen.Load() && s.session.Unsettled() == 0 {
		s.leaveNow(check.FIN)
	}
}

// end notes that the stream is over and why, and gives its lines under way back.
func (s *stay) end(err error) {
	r, u := s.user.run, s.user
	if s.err == nil {
		s.err = err
	}
	left := s.leaving.Load()
	if r.stopping.Load() && !left {
		return
	}
	if s.session.Joined() {
		by := measure.Moves{Evicted: 1}
		if left {
			by = measure.Moves{Leaves: 1}
		}
		r.measure.Moved(r.now(), by)
		r.mu.Lock()
		if left {
			r.gone[s.session] = true
		} else {
			r.closed[closedWhy(s.session.Said())]++
		}
		r.mu.Unlock()
	}
	s.session.Ended(r.now())
	s.close()
	queued := u.over(s)
	s.over.Store(true)
	if s.stalled.Load() && !left && *r.phase.Load() == Loading {
		u.returns(r.life) // put out for not reading
	}
	r.pass(u, queued+s.tokens.Swap(0), 0)
}

// closedWhy is a short word for what a server said before it closed.
func closedWhy(said string) string {
	if reason, ok := wire.ParseReason([]byte(said)); ok {
		return reason.String()
	}
	if said != "" {
		return "other"
	}
	return "no reason given"
}
