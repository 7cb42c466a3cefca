package check

import (
	"fmt"
	"slices"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// What else a server may do wrong: with strangers, in its greeting, about
// private lines and those who leave.

// estranged has a stranger in the room from before the run, who talks.
func estranged(plant func(*plan)) func(*plan) {
	return func(p *plan) {
		zed := p.stranger("zed")
		plant(p)
		tick := p.spoil.tick
		p.spoil.tick = func() {
			if p.rnd.IntN(5) == 0 && zed.here {
				p.utter(zed, fmt.Sprint("well, ", p.rnd.IntN(1e9)))
			}
			if tick != nil {
				tick()
			}
		}
	}
}

func strangerLeaves(p *plan) {
	p.spoil.tick = func() {
		if p.ready() && p.faulty.talks() {
			p.planted(p.faulty, "zed")
			p.tell([]*user{p.faulty}, wire.Frame{Kind: wire.Leave, Names: [][]byte{[]byte("zed")}})
		}
	}
}

// ghostJoins tells the join of somebody who is not of the run to the faulty
// receiver only, or to all others.
func ghostJoins(others bool) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			if !p.ready() || !p.faulty.talks() || !p.faulty.s.Bound || len(p.here) < 4 {
				return
			}
			p.planted(p.faulty, "ghost")
			f := wire.Frame{Kind: wire.Join, Names: [][]byte{[]byte("ghost")}}
			if !others {
				p.tell([]*user{p.faulty}, f)
				return
			}
			p.tell(slices.DeleteFunc(slices.Clone(p.here), func(o *user) bool { return o == p.faulty }), f)
			p.here = append(p.here, &user{n: -1, name: "ghost", welcomed: "ghost", here: true, loyal: true})
		}
	}
}

// firstRoster spoils the very first snapshot.
func firstRoster(change func([]string) []string) func(*plan) {
	return func(p *plan) {
		p.spoil.roster = func(u *user, names []string) []string {
			if u != p.users[0] || p.done {
				return names
			}
			p.planted(u, u.name)
			return change(names)
		}
	}
}

func broken(_ *plan, f wire.Frame) []wire.Frame {
	return []wire.Frame{{Kind: wire.Invalid, Raw: fmt.Appendf(nil, "%s:%s", f.Sender, f.Text)}}
}

// shouted says a private line to the group.
func shouted(p *plan) {
	p.spoil.line = func(from *user, l *Line) bool {
		if !p.ready() || !l.Private() || p.holder(l.Target) == nil || p.holder(l.Target) == from || len(p.here) < 4 {
			return true
		}
		p.planted(nil, string(ledger.AppendStamp(nil, p.nonce, from.n, l.Seq)))
		p.tell(nil, wire.Frame{Kind: wire.Line, Sender: []byte(from.name), Text: []byte(l.Text), Target: []byte(wire.Group)})
		return false
	}
}

// greeted welcomes one newcomer by a name that is not its own.
func greeted(by func(p *plan, u *user) string) func(*plan) {
	return func(p *plan) {
		p.spoil.greets = func(u *user) string {
			if !p.ready() || by(p, u) == u.name {
				return u.name
			}
			p.planted(u, u.name)
			return by(p, u)
		}
	}
}

// toNobody spoils the answer to a private line to a name that nobody has.
func toNobody(answer func(p *plan, f wire.Frame, due []wire.Frame) []wire.Frame) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			if p.ready() && p.faulty.talks() && len(p.faulty.in) == 0 {
				p.say(p.faulty, "nemo")
			}
		}
		p.spoil.absent = func(from *user, f wire.Frame, due []wire.Frame) []wire.Frame {
			if !p.ready() || string(f.Target) != "nemo" {
				return due
			}
			p.planted(from, "nemo", stampOf(f))
			return answer(p, f, due)
		}
	}
}

// greets spoils one newcomer's welcome and snapshot.
func greets(change func([]wire.Frame) []wire.Frame) func(*plan) {
	return func(p *plan) {
		p.spoil.greeting = func(u *user, fs []wire.Frame) []wire.Frame {
			if !p.ready() || len(fs[1].Names) < 3 {
				return fs
			}
			p.planted(u, u.name)
			return change(fs)
		}
	}
}

// joinsAfter tells a newcomer of somebody's join who was there before: its roster is
// right by that order.
func joinsAfter(p *plan) {
	p.spoil.greeting = func(u *user, fs []wire.Frame) []wire.Frame {
		if !p.ready() || len(fs[1].Names) < 3 {
			return fs
		}
		who := fs[1].Names[1]
		fs[1].Names = slices.Delete(slices.Clone(fs[1].Names), 1, 2)
		p.planted(u, string(who))
		return append(fs, wire.Frame{Kind: wire.Join, Names: [][]byte{who}})
	}
}

// laterRoster tells the faulty receiver in the middle of the run who is there,
// but for one.
func laterRoster(p *plan) {
	p.spoil.tick = func() {
		if !p.ready() || !p.faulty.talks() || !p.faulty.s.Bound || len(p.here) < 4 {
			return
		}
		f := wire.Frame{Kind: wire.Roster}
		for _, u := range p.here[1:] {
			f.Names = append(f.Names, []byte(u.name))
		}
		p.planted(p.faulty, p.here[0].name)
		p.tell([]*user{p.faulty}, f)
	}
}

// leaver has somebody half-close, and returns it once the server has taken that
// and before it has read to its end.
func (p *plan) leaver() *user {
	for _, u := range p.users {
		if u.s != nil && !u.here && u.leaving == HalfClose && u.s.Bound && u != p.lazy {
			return u
		}
	}
	return nil
}

// behindLeave sends a leaver something from behind its leave: a frame, the next
// line of the room, or nothing but no end.
func behindLeave(frame func(p *plan) wire.Frame) func(*plan) {
	return func(p *plan) {
		var late *user
		p.spoil.tick = func() {
			u := p.leaver()
			if !p.ready() || u == nil {
				return
			}
			if frame == nil {
				if o := p.someone(u); o != nil {
					l := p.say(o, "")
					p.take(o, 1<<30)
					p.planted(u, u.name)
					u.out = append(u.out, wire.Frame{Kind: wire.Line, Sender: []byte(o.name), Text: []byte(l.Text), Target: []byte(wire.Group)})
				}
				return
			}
			p.planted(u, u.name)
			if f := frame(p); f.Kind != wire.Invalid {
				u.out = append(u.out, f)
				return
			}
			p.read(u, 1<<30)
			late, u.s = u, nil
			late.loyal, late.here = true, false
			p.users = slices.DeleteFunc(slices.Clone(p.users), func(o *user) bool { return o == u })
		}
	}
}

// toLeaver delivers a private line to somebody whose leave was told, and tells
// its sender so.
func toLeaver(p *plan) {
	p.spoil.tick = func() {
		u, o := p.leaver(), p.someone(p.lazy)
		if !p.ready() || u == nil || o == nil || p.holder(u.name) != nil {
			return
		}
		for _, x := range p.users {
			p.take(x, 1<<30)
		}
		l := p.say(o, u.name)
		o.in, o.loyal = nil, true // or nobody can tell when it came back
		p.planted(o, string(ledger.AppendStamp(nil, p.nonce, o.n, l.Seq)))
		f := wire.Frame{Kind: wire.Line, Private: true, Sender: []byte(o.name), Text: []byte(l.Text), Target: []byte(u.name)}
		p.tell([]*user{o, u}, f)
	}
}
