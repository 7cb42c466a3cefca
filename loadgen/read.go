package loadgen

import (
	"context"
	"errors"
	"io"
	"syscall"
	"time"

	"chatsim/chatter"
	"chatsim/chatter/dialect"
	"chatsim/loadgen/check"
	"chatsim/loadgen/measure"
	"chatsim/manager/wire"
)

// finished ends a stay of which nothing more is observed. Whoever waited for it to arrive
// finds that it is over.
func (s *stay) finished() {
	s.done.happens()
	s.arrived.happens()
	s.answered.happens()
	s.user.run.life.ends.Add(1)
	s.user.run.life.reading.Done()
}

// batch is what the frames of one read come to: they share a time and one look at
// what their receiver has to do next.
type batch struct {
	stay     *stay
	at       time.Duration
	reader   *reader          // whose read it is, and which records the deliveries;
	batch    *measure.Batch   // or this one does
	returned int64            // own lines that came back, or were answered
	others   bool             // lines of others came
	anchor   *check.Line      // the run's newest, which has no part in what is measured
	reached  *check.Line      // the same, if it came
	untimed  bool             // how long lines took is their receiver's own doing
	delivery measure.Delivery // of the line that came last
	strays   int64            // bytes of no frame of the room
}

func (s *stay) begin(at time.Duration) batch {
	return batch{stay: s, at: at, returned: -s.session.Answers(), anchor: s.user.run.anchor.Load(),
		untimed: s.hasStalled(), delivery: measure.Delivery{At: at}}
}

// parses is who parses a frame that was not parsed yet.
type parses interface{ Parse(f *Frame) error }

// observe has the judge look at a frame, and records what it is.
func (b *batch) observe(f *Frame, parser parses) error {
	s, r := b.stay, b.stay.user.run
	l, err := s.observe(f, parser, b.at)
	if err == nil {
		r.telling.came(s, l, f)
	}
	switch {
	case err != nil:
		return err
	case l != nil:
		b.delivered(l, size(f))
	case f.Kind == wire.Error:
		r.asides.errors.add(string(f.Text))
		if !s.session.Joined() {
			s.answered.happens()
		}
	case f.Kind == wire.Welcome: // its roster may have come before
		s.hasJoined(b.at)
	case f.Kind == wire.Unknown:
		r.asides.add(f.Raw, &r.clock)
	case f.Kind == wire.Roster:
		r.traffic.rosters.Add(1)
		s.hasJoined(b.at)
		if b.reader == nil { // else one is kept for many
			*f = Frame{At: f.At, More: f.More} // the memory of all names is not
		}
	}
	return nil
}

// delivered records a line of the run that came.
func (b *batch) delivered(l *check.Line, bytes int) {
	s := b.stay
	own, anchor := l.Session == s.session, l == b.anchor
	d := &b.delivery
	d.Intended, d.Sent, d.Bytes = l.Intended, l.Actual, bytes
	silent := own && s.user.run.cfg.Capabilities.Silent
	d.Measured, d.Own, d.Unobserved, d.Untimed = l.Measured, own, anchor || silent, b.untimed || silent
	if b.reader != nil {
		b.reader.record.Deliver(d)
	} else {
		b.batch.Deliver(d)
	}
	if own {
		b.returned++
	} else {
		b.others = true
	}
	if anchor {
		b.reached = l
	}
}

// flush has the judge take the batch for whole. Nothing of the connection is locked.
func (b *batch) flush() {
	if b.strays > 0 {
		b.stay.strayed(b.strays, b.at)
		b.strays = 0
	}
	b.stay.session.Flush(b.at)
	if b.reached != nil {
		b.stay.anchored.Store(b.reached)
	}
}

// react does what a batch calls for: lines of the closed model go on, one answer is
// sent, and a chatter hears of it who leaves once its last line is back.
func (b *batch) react() {
	s, r := b.stay, b.stay.user.run
	if returned := b.returned + s.session.Answers(); returned > 0 && r.cfg.Rate.IsMax() {
		if n, left := s.user.box.takes(s, returned); b.reader != nil {
			b.reader.back = append(b.reader.back, back{s.user, n, left})
		} else {
			r.tokens.pass(s.user, n, left)
		}
	}
	awaits := s.user.box.awaits.Load()
	if awaits&awaitsOthers != 0 && b.others {
		s.user.box.heard(s, b.at)
	}
	if awaits&awaitsSettled != 0 && s.session.Unsettled() == 0 {
		s.user.box.rouse()
	}
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

// observe has the judge look at a frame. Most are, byte for byte, what others
// have got already, and need not be parsed.
func (s *stay) observe(f *Frame, parser parses, at time.Duration) (*check.Line, error) {
	if parser != nil && f.Raw != nil {
		if l, ok := s.session.Pass(f.Raw, at); ok {
			f.Kind = wire.Invalid // nothing of it was parsed: what stands in f is of another frame
			return l, nil
		}
		if err := parser.Parse(f); err != nil {
			if err := s.garbage(err); err != nil {
				return nil, err
			}
		}
	}
	return s.session.Observe(&f.Frame, at), nil
}

// garbage tells the judge of a frame that could not be understood, and returns
// why the stream ends there; nil if it goes on.
func (s *stay) garbage(err error) error {
	var fe *chatter.FrameError
	r := s.user.run
	if errors.As(err, new(*dialect.CallError)) && s.session.Joined() {
		r.asides.errors.add(err.Error())
		return nil
	}
	if !errors.As(err, &fe) {
		return err
	}
	words := fe.Error()
	if tooLong(err) { // what it holds says nothing, and is not the same for any two
		words = closedHere + fe.Err.Error()
	}
	s.session.Garbage(words)
	s.err = err
	if tooLong(err) && s.session.Joined() && s.session.Closing(check.Reset, r.clock.now()) { // it is not the server that ends the stream
		r.departures.left(check.Reset)
	}
	if !s.session.Joined() || tooLong(err) { // before the join it is another protocol
		return err
	}
	return nil
}

// hasJoined records the first roster: the stay has begun.
func (s *stay) hasJoined(at time.Duration) {
	if !s.session.Joined() || s.arrived.has() {
		return
	}
	s.greeting = nil
	r, name := s.user.run, s.session.Name()
	s.user.name.Store(&name)
	r.measure.Joined(at, at-s.asked)
	r.measure.Moved(at, measure.Moves{Joins: 1})
	if in := s.user.way.back(); in != nil {
		r.losses.returned(in, at)
	}
	r.presence.comes(name != s.user.asked, at-s.dialled)
	s.arrived.happens()
	s.answered.happens()
}

// end records that the stream is over and why, and passes its lines under way on.
func (s *stay) end(err error) {
	r, u := s.user.run, s.user
	if s.err == nil {
		s.err = err
	}
	if r.life.over.Load() { // this end closes it
		return
	}
	left := s.session.HasLeft()
	lost := s.loses(left)
	left = left || lost
	if s.session.Joined() {
		s.departed(left)
	}
	s.brokenOff(err)
	s.session.Ended(r.clock.now())
	s.close()
	var again context.Context // nil: the chatter does not come again by itself
	if lost && !r.stage.is(Drains) {
		again = r.life.ctx
	}
	if s.hasStalled() && !left && r.stage.is(Loading) { // put out for not reading
		r.casts.stallerOut(closedWhy(s.session.Said()))
		again = r.life.ctx
	}
	r.tokens.pass(u, u.box.ends(s, again), 0)
}

// departed records that the chatter is in the room no more, and who has ended that.
func (s *stay) departed(left bool) {
	r, by := s.user.run, measure.Moves{Evicted: 1}
	if left {
		by = measure.Moves{Leaves: 1}
	}
	r.measure.Moved(r.clock.now(), by)
	r.presence.goes()
	if left {
		r.departures.gone(s.session)
	} else {
		r.departures.putOut(closedWhy(s.session.Said()))
	}
}

// brokenOff has the judge know of a stream that was to be read to its end, and was not.
func (s *stay) brokenOff(err error) {
	if kind, _ := s.session.Left(); kind != check.FIN && kind != check.HalfClose {
		return
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		s.session.Garbage("the stream ends inside a frame")
	case errors.Is(err, syscall.ECONNRESET):
		s.session.Broken()
	}
}

// closedWhy returns a short word for what a server said before it closed.
func closedWhy(said string) string {
	if reason, ok := wire.ParseReason([]byte(said)); ok {
		return reason.String()
	}
	if said != "" {
		return "other"
	}
	return "no reason given"
}
