package check

import (
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// leaked tells the faulty receiver a private line between others.
func leaked(p *plan) {
	p.spoil.line = func(from *user, l *Line) bool {
		t := p.holder(l.Target)
		if p.ready() && l.Private() && t != nil && from != p.faulty && t != p.faulty {
			p.planted(p.faulty, string(ledger.AppendStamp(nil, p.nonce, from.n, l.Seq)))
			p.tell([]*user{p.faulty}, wire.Frame{Kind: wire.Line, Private: true, Sender: []byte(from.name), Text: []byte(l.Text), Target: []byte(l.Target)})
		}
		return true
	}
}

// whispers has somebody write to the faulty receiver, and spoils that.
func whispers(spoil func(*plan)) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			if u := p.someone(p.faulty); u != nil && p.ready() && p.faulty.talks() {
				u.loyal = true // or nobody can tell when it came back
				p.say(u, p.faulty.name)
			}
		}
		spoil(p)
	}
}

// displaced moves a private line behind the next public entry at its target.
func displaced(p *plan) {
	p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
		held := p.held
		switch {
		case to != p.faulty || !p.ready():
			return []wire.Frame{f}
		case held == nil && toItself(p, f):
			p.held = &f
			return nil
		case held == nil:
			return []wire.Frame{f}
		case f.Kind == wire.Line && !f.Private || view(f):
			p.planted(to, stampOf(*held))
			return []wire.Frame{f, *held}
		}
		p.held = nil
		return []wire.Frame{*held, f}
	}
}

// crossed has two chatters write to each other at once, and one of them see
// the two lines the other way round; or one of them write two lines.
func crossed(back bool) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			u := p.someone(p.faulty)
			if !p.ready() || u == nil || !p.faulty.talks() || len(p.faulty.in) > 0 {
				return
			}
			p.say(u, p.faulty.name)
			if back {
				p.say(p.faulty, u.name)
			} else {
				p.say(u, p.faulty.name)
			}
			u.loyal = true
			p.mark = "now"
			p.take(u, 2)
			p.take(p.faulty, 1)
		}
		p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
			if p.mark == "" || p.done || to != p.faulty {
				return []wire.Frame{f}
			}
			if p.held == nil {
				p.held = &f
				return nil
			}
			p.planted(to, stampOf(f), stampOf(*p.held))
			return []wire.Frame{f, *p.held}
		}
	}
}

// unsorted swaps two lines of one sender on their way in.
func unsorted(private bool) func(*plan) {
	return func(p *plan) {
		if private {
			p.spoil.tick = func() {
				if u := p.someone(p.faulty); u != nil && p.ready() && p.faulty.talks() && len(p.faulty.in) == 0 {
					u.loyal = true
					p.say(p.faulty, u.name)
					p.say(p.faulty, u.name)
				}
			}
		}
		p.spoil.input = func(u *user) {
			if !p.ready() || u != p.faulty || len(u.in) < 2 || u.in[0].Private() != private || u.in[1].Private() != private {
				return
			}
			if private && p.holder(u.in[0].Target) == nil {
				return
			}
			u.in[0], u.in[1] = u.in[1], u.in[0]
			p.planted(u, stampOf(wire.Frame{Kind: wire.Line, Text: []byte(u.in[0].Text)}), stampOf(wire.Frame{Kind: wire.Line, Text: []byte(u.in[1].Text)}))
		}
	}
}

// dropped takes a line and tells it to nobody.
func dropped(p *plan) {
	p.spoil.line = func(from *user, l *Line) bool {
		if !p.ready() || from != p.faulty || l.Private() {
			return true
		}
		p.planted(from, string(ledger.AppendStamp(nil, p.nonce, from.n, l.Seq)))
		return false
	}
}

// stopped delivers nothing more.
func stopped(all bool) func(*plan) {
	return func(p *plan) {
		p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
			if p.ready() && !all {
				p.planted(p.faulty, "")
			} else if p.ready() && len(p.users[0].in) > 0 {
				p.planted(p.users[0], "")
			}
			if p.done && (all || to == p.faulty) {
				return nil
			}
			return []wire.Frame{f}
		}
	}
}

// tardy tells a leave more than the limit after it began.
func tardy(p *plan) {
	p.spoil.leave = func(u *user) int {
		leaving := 0
		for _, o := range p.users {
			if o.leaving != Stays && o.here {
				leaving++
			}
		}
		if !p.ready() || leaving > 0 {
			return 1
		}
		for _, o := range p.users {
			p.read(o, 1<<30)
		}
		p.planted(u, u.name)
		p.now += ledger.LeaveLimit
		return 1
	}
}

// withheld keeps a line from everybody while one does not read.
func withheld(p *plan) {
	p.spoil.tick = func() {
		u := p.someone(p.asleep)
		if p.asleep == nil || u == nil || p.done {
			return
		}
		settle := func() {
			for _, o := range p.users {
				p.take(o, 1<<30)
			}
			for _, o := range p.users {
				if o != p.asleep {
					p.read(o, 1<<30)
					p.gone(o)
				}
			}
		}
		settle()
		l := p.say(u, "")
		p.planted(nil, stampOf(wire.Frame{Kind: wire.Line, Text: []byte(l.Text)}))
		p.now += 10 * time.Second
		settle()
	}
}
