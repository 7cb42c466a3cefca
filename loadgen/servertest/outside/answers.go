package outside

// answerFaults are those of rooms that say two things of one line, or answer who has not
// asked.
func answerFaults() []Fault {
	validity := []string{"validity"}
	fails := func(text string) Frame { return Frame{Kind: Failure, Text: text} }
	own := func(p *Plan, to *Member, f Frame) bool { return ofItself(p, to, f) && p.loyal(to) }
	tells := func(p *Plan, to *Member, f Frame) bool { return whispers(p, to, f) && p.loyal(to) }
	behind := func(texts ...string) func(*Plan, Frame) []Frame {
		return func(_ *Plan, f Frame) []Frame {
			out := same(f)
			for _, text := range texts {
				out = append(out, fails(text))
			}
			return out
		}
	}
	before := func(text string) func(*Plan, Frame) []Frame {
		return func(_ *Plan, f Frame) []Frame { return []Frame{fails(text), f} }
	}
	return []Fault{
		{"a line comes back, and is refused", validity, everywhere, atOne(own, behind("not delivered"))},
		{"a line is refused, and comes back", validity, everywhere, atOne(own, before("not delivered"))},
		{"a line comes back, and is too fast", validity, everywhere, atOne(own, behind("slow down"))},
		{"a line comes back, and is too long", validity, everywhere, atOne(own, behind("line too long"))},
		{"a line comes back, and is refused twice", validity, everywhere, atOne(own, behind("not delivered", "not delivered"))},
		{"a line comes back, and its target is not there", validity, everywhere, atOne(own, behind("no such user: nobody"))},
		{"a line comes back, and is refused by its stamp", validity, everywhere, atOne(own, func(_ *Plan, f Frame) []Frame {
			return []Frame{f, fails("not delivered: " + f.Text)}
		})},
		{"a line comes back, and is refused by its first bytes", validity, everywhere, atOne(own, func(_ *Plan, f Frame) []Frame {
			return []Frame{f, fails("not delivered: " + f.Text[:3] + "…")}
		})},
		{"five lines of one come back, and are refused", validity, everywhere, often(5, own, behind("not delivered"))},
		{"a line comes back, and is refused when others have come", validity, everywhere, overdue(own, fails("not delivered"), 8)},
		{"a private line comes back, and is refused", validity, whispering, atAny(tells, behind("not delivered"))},
		{"a private line is refused, and comes back", validity, whispering, atAny(tells, before("not delivered"))},
		{"a private line comes back, and another's target is not there", validity, whispering, atAny(tells, behind("no such user: nobody"))},
		{"a line of somebody else is refused", validity, everywhere, atOne(ofPeers, behind("not delivered"))},
		{"an error about nothing at one", validity, everywhere, noise(fails("internal error"), false)},
		{"an error about nothing at all", validity, everywhere, noise(fails("internal error"), true)},
		{"an empty error at one", validity, everywhere, noise(fails(""), false)},
		{"an error to one who has said nothing", validity, coming, unspoken(fails("not delivered"))},
		{"a line is lost for all, and another is told that it is refused", validity, everywhere, misdirected(fails("not delivered"))},
		{"a private line to somebody absent is answered to another", validity, []string{"private", "churn", "mixed"}, absent(func(p *Plan, from *Member, f Frame) {
			p.tell(p.some(from), fails("no such user: "+f.Target))
		})},
		{"a private line to somebody absent is answered to both", []string{"validity", "no duplication"}, []string{"private", "churn", "mixed"}, absent(func(p *Plan, from *Member, f Frame) {
			p.tell(from, fails("no such user: "+f.Target))
			p.tell(p.some(from), fails("no such user: "+f.Target))
		})},
		{"a private line to somebody absent is answered twice, in two ways", validity, []string{"private", "churn", "mixed"}, absent(func(p *Plan, from *Member, f Frame) {
			p.tell(from, fails("not delivered"))
			p.tell(from, fails("no such user: "+f.Target))
		})},
	}
}

// often spoils so many fitting frames on their way to one member.
func often(n int, fits func(p *Plan, to *Member, f Frame) bool, spoil func(p *Plan, f Frame) []Frame) func(*Plan) {
	return func(p *Plan) {
		left := n
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if left == 0 || to != p.at() || to == nil || !fits(p, to, f) {
				return same(f)
			}
			left--
			p.planted(to, f.about())
			p.Times++
			return spoil(p, f)
		}
	}
}

// overdue tells one, behind so many frames after a fitting one, what is about that.
func overdue(fits func(p *Plan, to *Member, f Frame) bool, g Frame, after int) func(*Plan) {
	return func(p *Plan) {
		n := 0
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if to != p.at() || to == nil || p.Done || n == 0 && !fits(p, to, f) {
				return same(f)
			}
			if n++; n < after {
				return same(f)
			}
			p.planted(to, f.about())
			return []Frame{f, g}
		}
	}
}

// unspoken tells a frame to a newcomer who stays, before it has said anything.
func unspoken(g Frame) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if !p.ready() || to.conn == nil || !to.said.IsZero() || !f.Public() || !p.newest(to) {
				return same(f)
			}
			p.planted(to, "")
			return []Frame{f, g}
		}
	}
}

// newest reports whether a member came last of all.
func (p *Plan) newest(m *Member) bool { return p.members[len(p.members)-1] == m && !m.gone }

// misdirected loses one line for all and tells somebody else what is said of it.
func misdirected(g Frame) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Line = func(m *Member, f Frame) (Frame, bool) {
			to := p.some(m)
			if !p.ready() || !ofLoyal(p, f) || to == nil {
				return f, true
			}
			p.planted(nil, f.about())
			p.tell(to, g)
			return f, false
		}
	}
}
