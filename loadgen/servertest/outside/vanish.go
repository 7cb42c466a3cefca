package outside

import (
	"slices"
	"time"
)

// vanishing are the workloads in which chatters go silent, and are reset later.
var vanishing = []string{"vanishing", "vanishing names", "vanishing whispers"}

// vanishedFaults are about those who are silent, and about how a room deals with the
// reset that ends their stay.
func vanishedFaults() (all []Fault) {
	const leave, view, roster, validity, agreement = "leave completeness", "view order", "roster accuracy", "validity", "agreement"
	gone := func(_ *Plan, _ *Member, f Frame) bool { return f.Kind == Leave && f.From != nil && f.From.reset }
	goneForAll := func(p *Plan, f Frame) bool { return gone(p, nil, f) }
	told := func(how string) string { return "the leave of one who was silent is told " + how }
	all = []Fault{
		{told("to nobody"), []string{leave}, vanishing, atAll(goneForAll, lost)},
		{told("to all but one"), []string{leave}, vanishing, atOne(gone, lost)},
		{told("twice"), []string{leave}, vanishing, atAll(goneForAll, twice)},
		{told("twice to one"), []string{leave}, vanishing, atOne(gone, twice)},
		{told("after 6 s"), []string{leave}, vanishing, tardy},
		{told("when it is silent, and again"), []string{leave, roster}, vanishing, silenced(10, func(p *Plan, m *Member) {
			p.remove(m)
			p.tellLeave(m)
		})},
		{told("to one when it is silent, and again"), []string{leave, roster}, []string{vanishing[0], vanishing[2]}, silenced(10, func(p *Plan, m *Member) {
			p.writeTo(p.some(m), Frame{Kind: Leave, Names: []string{m.Name}})
		})},
		{"one who is silent is off the rosters, and no leave was told", []string{roster}, vanishing, func(p *Plan) {
			p.Hooks.Greet = func(m *Member, frames []Frame) []Frame {
				i := slices.IndexFunc(p.members, func(o *Member) bool { return o != m && p.silent(o, 10) })
				if p.ready() && i >= 0 {
					p.planted(nil, m.Name)
					frames[1].Names = slices.Delete(slices.Clone(frames[1].Names), i, i+1)
				}
				return frames
			}
		}},
		{"one who was silent is on rosters after its leave", []string{roster}, vanishing, func(p *Plan) {
			var ghost *Member
			p.Hooks.Ended = func(m *Member) {
				if m.reset {
					ghost = m
				}
			}
			p.Hooks.Greet = func(m *Member, frames []Frame) []Frame {
				if p.ready() && ghost != nil && p.holder(ghost.Name) == nil {
					p.planted(nil, m.Name)
					frames[1].Names = slices.Insert(slices.Clone(frames[1].Names), 0, ghost.Name)
				}
				return frames
			}
		}},
		{"the name of one who is silent is given to another", []string{"name uniqueness"}, vanishing[1:2], func(p *Plan) {
			p.Hooks.Name = func(m *Member, due string) string {
				o := p.holder(m.Asked)
				if !p.ready() || o == nil || !p.silent(o, 10) {
					return due
				}
				p.planted(nil, m.Asked)
				return m.Asked
			}
		}},
		{"one who comes back has a suffix, although its old stay has left", []string{"name suffixing"}, vanishing, named(func(_ *Plan, m *Member, due string) string {
			if due != m.Asked {
				return due
			}
			return due + "2"
		})},
		{"a line of one who was silent after its leave", []string{view}, vanishing, heldOver(func(p *Plan, m *Member, f Frame) {
			p.tellLeave(m)
			p.place(f)
		})},
		{"a line of one who was silent after its leave, at one", []string{view}, vanishing, heldOver(func(p *Plan, m *Member, f Frame) {
			at := p.butOne(m, f)
			p.tellLeave(m)
			p.writeTo(at, f)
		})},
		{"the last line of one who was silent comes again after its leave", []string{"no duplication"}, vanishing, repeated(false)},
		{"the last line of one who was silent comes again after its leave, at one", []string{"no duplication"}, vanishing, repeated(true)},
	}
	meanwhile := func(name, check string, plant func(*Plan)) {
		all = append(all, Fault{name + " while another is silent", []string{check}, vanishing, while(plant)})
	}
	meanwhile("a line lost at one", agreement, atOne(ofPeers, lost))
	meanwhile("a line lost at its sender", validity, atOne(ofItself, lost))
	meanwhile("a line lost for all", validity, atAll(ofLoyal, lost))
	meanwhile("a line twice at one", "no duplication", atOne(ofOthers, twice))
	to := func(name, check string, deal func(p *Plan, from, to *Member, f Frame)) {
		all = append(all, Fault{"a private line to one who is silent " + name, []string{check}, vanishing[2:], func(p *Plan) {
			p.Hooks.Tell = func(from, to *Member, f Frame) bool {
				if !p.ready() || to == nil || from == to || !p.silent(to, 10) || !p.loyal(from) || p.some(from) == nil {
					return false
				}
				p.planted(nil, f.about())
				deal(p, from, to, f)
				return true
			}
		}})
	}
	to("is not answered", validity, func(*Plan, *Member, *Member, Frame) {})
	to("is refused", validity, func(p *Plan, from, _ *Member, f Frame) {
		p.tell(from, Frame{Kind: Failure, Text: "no such user: " + f.Target})
	})
	to("goes to another", "confidentiality", func(p *Plan, from, _ *Member, f Frame) {
		p.tell(from, f)
		p.tell(p.some(from), f)
	})
	to("comes back twice", "no duplication", func(p *Plan, from, _ *Member, f Frame) {
		p.tell(from, f)
		p.tell(from, f)
	})
	return all
}

// silent reports whether a member has not read for so long that as many frames wait
// for it.
func (p *Plan) silent(m *Member, frames int) bool {
	return m != nil && m.conn != nil && m.Chatter >= 0 && !m.gone && !p.Stays(m.Chatter) && m.conn.unread() >= frames
}

// silenced does something when somebody is found to be silent.
func silenced(frames int, do func(p *Plan, m *Member)) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Line = func(from *Member, f Frame) (Frame, bool) {
			for _, m := range p.members {
				if p.ready() && m != from && p.silent(m, frames) && p.some(m) != nil {
					p.planted(nil, m.Name)
					do(p, m)
				}
			}
			return f, true
		}
	}
}

// while plants a fault of which the room is to be ready only while somebody is silent.
func while(plant func(*Plan)) func(*Plan) {
	return func(p *Plan) {
		p.When = func() bool {
			return slices.ContainsFunc(p.members, func(m *Member) bool { return p.silent(m, 10) })
		}
		plant(p)
	}
}

// heldOver deals in another way with the last line of one who is silent, held back
// since it was said, and with the telling of its leave.
func heldOver(deal func(p *Plan, m *Member, f Frame)) func(*Plan) {
	return lastLineFor(2*time.Second, func(m *Member) bool { return m.reset }, deal)
}

// repeated has the last line of one who was silent said again after its leave.
func repeated(one bool) func(*Plan) {
	return func(p *Plan) {
		last := make(map[*Member]Frame)
		p.Hooks.Line = func(m *Member, f Frame) (Frame, bool) {
			if f.Public() {
				last[m] = f
			}
			return f, true
		}
		p.Hooks.Leave = func(m *Member) bool {
			f, ok := last[m]
			if !p.ready() || !m.reset || !ok || p.some() == nil {
				return true
			}
			p.planted(nil, m.Name)
			p.tellLeave(m)
			if one {
				p.writeTo(p.some(), f)
			} else {
				p.tellAll(f)
			}
			return false
		}
	}
}
