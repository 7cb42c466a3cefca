package outside

import (
	"slices"
	"time"
)

// leavings are the workloads in which chatters leave by FIN and by half-close.
var leavings = []string{"mixed", "churn", "private", "namesakes", "leaving"}

// leavingFaults are about those who have left and read on, to the end of what is
// theirs; and about what is told of those who leave.
func leavingFaults() (all []Fault) {
	const agreement, creation, liveness, view, validity = "agreement", "no creation", "liveness", "view order", "validity"
	for how, half := range map[string]bool{"a half-close": true, "a FIN": false} {
		after := func(name, check string, deal func(*Plan, *Member) bool) {
			all = append(all, Fault{name + " after " + how, []string{check}, leavings, parted(half, deal)})
		}
		after("a line from behind the leave", view, goesOn(1, true, Line))
		after("five lines from behind the leave", view, goesOn(5, true, Line))
		after("a join or leave from behind the leave", view, goesOn(1, true, Join, Leave))
		after("all from behind the leave, and no end", view, goesOn(1<<30, false, Line, Join, Leave))
		after("the own leave is told", view, func(p *Plan, m *Member) bool {
			p.writeTo(m, Frame{Kind: Leave, Names: []string{m.Name}})
			return false
		})
		after("the stream does not end", liveness, func(*Plan, *Member) bool { return true })
		after("half a line from behind the leave at the end of the stream", creation, func(p *Plan, m *Member) bool {
			p.writeTo(m, Frame{Kind: Bytes, Text: " bob:half of it"})
			return false
		})
		after("half an object at the end of the stream", creation, func(p *Plan, m *Member) bool {
			p.writeTo(m, Frame{Kind: Bytes, Text: `{"leave":["b`})
			return false
		})
		after("a reset when all has come", agreement, func(p *Plan, m *Member) bool {
			p.later(instant, func() { m.conn.out.abrupt() })
			return true
		})
	}
	flight := func(name, check string, least int, deal func(*Plan, *Member)) {
		all = append(all, Fault{name + " after a half-close", []string{check}, leavings, parted(true, func(p *Plan, m *Member) bool {
			if m.conn.underWay() < least {
				p.Done = false
				return false
			}
			deal(p, m)
			return false
		})})
	}
	flight("the last half a frame is lost", creation, 1, func(_ *Plan, m *Member) { m.conn.cut() })
	flight("all that is under way is lost", agreement, 1, func(_ *Plan, m *Member) { m.conn.lose(0) })
	flight("all but the first that is under way is lost", agreement, 2, func(_ *Plan, m *Member) { m.conn.lose(1) })
	flight("a reset", agreement, 1, func(_ *Plan, m *Member) { m.conn.out.abrupt() })
	last := func(name, check string, fits func(*Member) bool, deal func(p *Plan, m *Member, f Frame)) {
		all = append(all, Fault{name, []string{check}, leavings, lastLine(fits, deal)})
	}
	halfClosed := func(m *Member) bool { return m.orderly(true) }
	isReset := func(m *Member) bool { return m.reset }
	last("the last line before a half-close is lost for all", validity, halfClosed, func(p *Plan, m *Member, _ Frame) { p.tellLeave(m) })
	for how, fits := range map[string]func(*Member) bool{"a half-close": halfClosed, "a reset": isReset} {
		last("the last line before "+how+" comes to all but one", agreement, fits, func(p *Plan, m *Member, f Frame) {
			p.butOne(m, f)
			p.tellLeave(m)
		})
		last("the last line before "+how+" comes behind the leave at one", view, fits, func(p *Plan, m *Member, f Frame) {
			at := p.butOne(m, f)
			p.tellLeave(m)
			p.writeTo(at, f)
		})
		last("the last line before "+how+" comes twice", "no duplication", fits, func(p *Plan, m *Member, f Frame) {
			p.lastWords(m, f)
			p.lastWords(m, f)
			p.tellLeave(m)
		})
		last("the last line before "+how+" comes under another's name", creation, fits, func(p *Plan, m *Member, f Frame) {
			f.Sender = p.some(m).Name
			p.lastWords(m, f)
			p.tellLeave(m)
		})
		last("the last line before "+how+" is cut short", creation, fits, func(p *Plan, m *Member, f Frame) {
			f.Text = cutTo(30)(f.Text)
			p.lastWords(m, f)
			p.tellLeave(m)
		})
	}
	return all
}

// lastWords tells everybody a line of somebody who is off the roster.
func (p *Plan) lastWords(m *Member, f Frame) {
	p.place(f)
	if !m.reset {
		p.writeTo(m, f)
	}
}

// butOne tells all but one member a line, and returns that one.
func (p *Plan) butOne(m *Member, f Frame) *Member {
	at := p.some(m)
	for _, o := range append(slices.Clone(p.members), m) {
		if o != at && (o != m || !m.reset) {
			p.writeTo(o, f)
		}
	}
	return at
}

// orderly reports whether a member has left so that it reads on, by a half-close with
// a line under way, or by a FIN when its last had come back, which takes longer.
func (m *Member) orderly(half bool) bool {
	const fastest = 10 * time.Millisecond // there and back
	return !m.reset && m.conn != nil && m.Chatter >= 0 && (time.Since(m.said) < fastest) == half
}

// parted deals in another way with one who has left and reads on: true keeps the
// connection.
func parted(half bool, deal func(*Plan, *Member) bool) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Parted = func(m *Member) bool {
			if !p.ready() || !m.orderly(half) || p.some(m) == nil {
				return false
			}
			p.planted(m, m.Name)
			return deal(p, m)
		}
	}
}

// goesOn has one who has left be told so many frames of some kinds from behind its
// leave. Then its stream ends, or does not.
func goesOn(frames int, ends bool, kinds ...Kind) func(*Plan, *Member) bool {
	return func(p *Plan, m *Member) bool {
		left := frames
		p.Hooks.All = func(f Frame) []Frame {
			if left > 0 && slices.Contains(kinds, f.Kind) {
				p.writeTo(m, f)
				if left--; left == 0 && ends {
					m.conn.Close()
				}
			}
			return same(f)
		}
		return true
	}
}
