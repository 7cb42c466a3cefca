package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen/check"
	"chatsim/loadgen/measure"
	"chatsim/loadgen/pace"
	"chatsim/loadgen/scenario/file"
	"chatsim/manager/wire"
)

// comesBack is how long after the server has closed its connection a player asks to
// be let in again.
const comesBack = time.Second

// player is a chatter who has a role. Outside the windows of its role it reads and
// says nothing.
type player struct {
	// Static.
	cast  *cast
	n     int // among all chatters
	asked string

	// Owned by play, once everybody has joined.
	at   *appearance // over: it is outside
	seq  int
	text []byte
}

// appearance is one connection of a player.
type appearance struct {
	// Static once begun.
	player  *player
	session *check.Session // nil of who sends no protocol: to the judge that is a stranger
	client  Client
	valve   *valve
	ctx     context.Context // ends with the connection
	over    context.CancelFunc

	joined  chan struct{}
	leaving atomic.Bool

	// Owned by the reader.
	said string // by the server, in its last error
}

// isOver reports whether the connection has ended.
func (a *appearance) isOver() bool { return a == nil || a.ctx.Err() != nil }

// appear connects the player and waits until it is in the room.
func (p *player) appear(ctx context.Context) (err error) {
	r := p.cast.run
	if err := r.joining.begin(ctx); err != nil {
		return err
	}
	a := &appearance{player: p, joined: make(chan struct{})}
	now := r.clock.now()
	defer func() { r.joining.done(r.tookToJoin(now, err)) }()
	r.traffic.moves(now)
	if p.cast.role.Kind != file.Noise {
		a.session = r.judge.DialAt(r.cfg.doorOf(p.n), p.n, p.asked, now)
	}
	limit := r.presence.joinLimit()
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	client, err := r.cfg.Door(p.n).Join(within, p.asked)
	r.joining.connected(now, r.clock.now())
	if err == nil {
		err = a.begin(client)
	}
	if err != nil {
		a.closing(check.Reset)
		if a.session != nil {
			a.session.Ended(r.clock.now())
		}
		return err
	}
	if p.at = a; r.clock.within(limit, a.joined, a.ctx.Done(), within.Done()) && isClosed(a.joined) {
		return nil
	}
	a.leave(check.Reset)
	<-a.ctx.Done()
	if a.said != "" {
		return &refusedError{a.said}
	}
	return fmt.Errorf("%w within %v", errSilent, limit)
}

// begin has a client be read through a valve.
func (a *appearance) begin(client Client) error {
	r := a.player.cast.run
	c, ok := client.(interface {
		Through(func(net.Conn) net.Conn)
		LimitFrames(bytes int)
	})
	if !ok {
		_ = client.Close()
		return &StartError{Err: fmt.Errorf("role %s needs clients that are a chatter.Client, and the Joiner's are %T", a.player.cast.role.Kind, client), Advice: "leave the roles out of the scenario"}
	}
	c.Through(func(conn net.Conn) net.Conn {
		a.valve = newValve(conn)
		return a.valve
	})
	c.LimitFrames(r.cfg.maxFrame())
	a.client = client
	a.ctx, a.over = context.WithCancel(context.Background())
	r.life.workers.Go(a.read)
	return nil
}

// read reads what comes until the stream ends.
func (a *appearance) read() {
	r := a.player.cast.run
	defer a.over()
	defer context.AfterFunc(r.life.ctx, func() { _ = a.client.Close() })()
	for f := new(Frame); ; {
		err := a.client.Next(f)
		at := r.clock.now()
		var fe *chatter.FrameError
		switch {
		case errors.As(err, &fe) && !tooLong(err) && isClosed(a.joined):
			if a.session != nil {
				a.session.Garbage(fe.Error())
			}
		case err != nil:
			a.end(at)
			return
		case r.life.over.Load():
			return // what was read since is the room emptying as we close it
		default:
			a.observe(f, at)
		}
	}
}

// observe has the judge look at a frame.
func (a *appearance) observe(f *Frame, at time.Duration) {
	r, s := a.player.cast.run, a.session
	if f.Kind == wire.Error {
		a.said = string(f.Text)
		a.player.cast.errors.add(a.said)
	}
	in := f.Kind == wire.Welcome
	if s != nil {
		if l := s.Observe(&f.Frame, at); l != nil {
			b := r.measure.Begin(at)
			b.Deliver(&measure.Delivery{At: at, Intended: l.Intended, Sent: l.Actual, Bytes: size(f), Measured: l.Measured,
				Own: l.Session == s, Untimed: true})
			r.measure.Add(b)
		}
		s.Flush(at)
		in = s.Joined()
	}
	if in && !isClosed(a.joined) {
		close(a.joined)
	}
}

// end records that the stream is over, and why.
func (a *appearance) end(at time.Duration) {
	r, c, left := a.player.cast.run, a.player.cast, a.leaving.Load()
	if r.life.over.Load() && !left {
		return
	}
	if s := a.session; s != nil {
		if s.Joined() && left {
			r.departures.gone(s)
		}
		s.Ended(at)
		c.refused.Add(s.Answers())
	}
	_ = a.client.Close()
	if isClosed(a.joined) && !left {
		c.closed(closedWhy(a.said))
	}
}

// closing has the judge know of a leave.
func (a *appearance) closing(kind check.Leave) {
	if a.session != nil {
		a.session.Closing(kind, a.player.cast.run.clock.now())
	}
}

// leave begins to end the stay.
func (a *appearance) leave(kind check.Leave) {
	if !a.leaving.CompareAndSwap(false, true) {
		return
	}
	r := a.player.cast.run
	a.closing(kind)
	r.traffic.moves(r.clock.now())
	if a.client.Leave(leaveKinds[kind]) != nil {
		_ = a.client.Close()
	}
}

// play has the player act in the windows of its role until ctx ends, and leave.
func (p *player) play(ctx context.Context) {
	r := p.cast.run
	pacer := pace.New()
	defer pacer.Stop()
	for _, t := range p.cast.turns {
		if !r.clock.until(ctx, pacer, r.stage.begin+t.Acts.From) {
			break
		}
		p.act(ctx, r.stage.begin+t.Acts.To)
	}
	<-ctx.Done()
	if !p.at.isOver() {
		p.exit()
	}
}

// act has the player act until a window ends. Who is put out comes back, and acts on.
func (p *player) act(ctx context.Context, end time.Duration) {
	r, c := p.cast.run, p.cast
	window, cancel := context.WithDeadline(ctx, r.clock.real(end))
	defer cancel()
	first := p.at
	if p == c.players[0] && c.role.Kind == file.Stalled && !first.isOver() { // one tells for all of them
		first.session.Stall(r.clock.now())
		defer func() { first.session.Resume(r.clock.now()) }()
	}
	for window.Err() == nil {
		if p.enter() {
			p.perform(window)
		}
		if p.at.isOver() {
			r.clock.within(comesBack, window.Done())
		}
	}
	c.acted.Add(1)
	if ctx.Err() == nil { // so that as many read in the windows without
		p.leaveForGood()
		p.enter()
	}
}

// enter has the player be in the room, and reports whether it is.
func (p *player) enter() bool {
	if p.at.isOver() && p.appear(p.cast.run.life.ctx) != nil {
		p.cast.turned.Add(1)
	}
	return !p.at.isOver()
}

// exit has the player leave. Who has read all along, and has all its own lines back,
// is owed the rest of the stream up to its leave.
func (p *player) exit() {
	r, a := p.cast.run, p.at
	kind := check.Reset
	if role := p.cast.role.Kind; role == file.Dribble || role == file.Flood {
		step := time.NewTicker(time.Millisecond)
		defer step.Stop()
		for end := r.clock.now() + r.cfg.Drain/4; a.session.Unsettled() > 0 && !a.isOver() && r.clock.now() < end && r.life.ctx.Err() == nil; {
			<-step.C
		}
		if a.session.Unsettled() == 0 {
			kind = check.FIN
		}
	}
	a.leave(kind)
	if !r.clock.within(r.cfg.Drain/2, a.ctx.Done(), r.life.ctx.Done()) {
		_ = a.client.Close()
	}
}
