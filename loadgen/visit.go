package loadgen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"chatsim/chatter"
	"chatsim/loadgen/check"
	"chatsim/loadgen/measure"
	"chatsim/loadgen/scenario"
)

// visitor is somebody who is no chatter of the run and asks to be let in once. Who
// is let in leaves at once.
type visitor struct {
	scenario.Visitor
	run     *run
	session *check.Session
}

// visit has the nth visitor come, where the dialect has people type their names.
func (l *load) visit(n int) {
	r := l.run
	v := &visitor{Visitor: r.script.Visitor(n), run: r}
	can, framed := l.types()
	if !can || framed && v.Bytes || r.cfg.ExpectFull > 0 {
		return
	}
	r.life.visiting.Add(1)
	r.life.workers.Go(func() {
		defer r.life.visiting.Add(-1)
		v.come(len(r.users) + r.script.RoleUsers(r.cfg.Users) + n)
	})
}

// types reports what the first chatter's client types, which is as the others' are.
func (l *load) types() (can, framed bool) {
	s := l.run.users[0].box.lastStay()
	if s == nil || s.client.lines == nil {
		return false, false
	}
	return s.client.lines.Types()
}

// come connects, waits for the answer, and has the judge know of it.
func (v *visitor) come(number int) {
	r := v.run
	asked := v.Name
	if v.Allowed && !v.Cased { // it stands for no name
		asked = ""
	}
	v.session = r.judge.DialAt(r.cfg.doorOf(number), number, asked, r.clock.now())
	limit := r.presence.joinLimit()
	ctx, cancel := context.WithTimeout(r.life.ctx, limit)
	defer cancel()
	client, err := r.cfg.Door(number).Join(ctx, v.Name)
	if err == nil {
		stop := context.AfterFunc(ctx, func() { _ = client.Close() })
		err = v.stay(client)
		stop()
		_ = client.Close()
	} else {
		v.session.Closing(check.Reset, r.clock.now())
	}
	v.session.Ended(r.clock.now())
	if !r.life.over.Load() && r.life.ctx.Err() == nil && (v.session.Joined() || !r.losses.explain(r.cfg.doorOf(number), err)) {
		v.judged(err, limit)
	}
}

// stay reads what comes until the stream ends, and leaves once it is let in.
func (v *visitor) stay(client Client) error {
	r := v.run
	for f := new(Frame); ; {
		if err := client.Next(f); err != nil {
			if kind, _ := v.session.Left(); kind == check.Stays && v.session.Said() == "" {
				v.session.Closing(check.Reset, r.clock.now())
			}
			return err
		}
		in := v.session.Joined()
		at := r.clock.now()
		if l := v.session.Observe(&f.Frame, at); l != nil {
			b := r.measure.Begin(at)
			b.Deliver(&measure.Delivery{At: at, Intended: l.Intended, Sent: l.Actual, Bytes: size(f), Measured: l.Measured})
			r.measure.Add(b)
		}
		v.session.Flush(at)
		if !in && v.session.Joined() {
			r.departures.gone(v.session)
			v.session.Closing(check.FIN, r.clock.now())
			_ = client.Leave(chatter.FIN)
		}
	}
}

// judged has the judge know how the visitor was dealt with.
func (v *visitor) judged(err error, limit time.Duration) {
	r, s := v.run, v.session
	var fe *chatter.FrameError
	name, said := s.Name(), s.Said()
	switch {
	case s.Joined() && !v.Allowed:
		s.Denied(check.LetIn, fmt.Sprintf("it asked for %q and is called %q", v.Name, name), r.clock.now())
	case s.Joined() && v.Cased: // whether that is the name due is the judge's to see
	case s.Joined():
		if _, _, err := net.SplitHostPort(name); err != nil {
			s.Denied(check.Nameless, fmt.Sprintf("it is called %q", name), r.clock.now())
		}
	case !v.Allowed && said != "" && !errors.Is(err, context.DeadlineExceeded):
		s.Denied(check.Declared, "", r.clock.now())
	case !v.Allowed:
		s.Denied(check.Untold, fmt.Sprintf("it asked for %q, and %s", v.Name, v.fate(err, limit)), r.clock.now())
	case said != "" && isFull(said):
		s.Denied(check.Turned, said, r.clock.now())
	case said != "":
		s.Denied(check.KeptOut, fmt.Sprintf("it %s, was refused, and told %q", v.asks(), clip(said)), r.clock.now())
	case errors.As(err, &fe):
		s.Denied(check.KeptOut, "what came cannot be understood", r.clock.now())
	default:
		s.Denied(check.KeptOut, "it "+v.asks()+", and "+v.fate(err, limit), r.clock.now())
	}
}

// asks returns in words what somebody with an allowed name has asked for.
func (v *visitor) asks() string {
	if v.Cased {
		return fmt.Sprintf("asked for %q", v.Name)
	}
	return "gave no name"
}

// fate returns in words what came in the place of an answer.
func (v *visitor) fate(err error, limit time.Duration) string {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) {
		return "was not answered within " + limit.String()
	}
	return "its connection was closed without a word"
}
