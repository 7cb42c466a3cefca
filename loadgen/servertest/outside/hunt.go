package outside

import "slices"

// rareFaults are those that take two things at once to show.
func rareFaults() []Fault {
	const agreement, creation, duplication, view, roster = "agreement", "no creation", "no duplication", "view order", "roster accuracy"
	return []Fault{
		{"the second private line between two is lost at its target", []string{agreement}, whispering, secondTold(func(p *Plan, from, _ *Member, f Frame) { p.tell(from, f) })},
		{"the second private line between two comes twice", []string{duplication}, whispering, secondTold(func(p *Plan, from, to *Member, f Frame) {
			p.tell(from, f)
			p.tell(to, f)
			p.tell(to, f)
		})},
		{"a line right behind a join is lost at one", []string{agreement}, coming, behindJoin(lost)},
		{"a line right behind a join comes twice at one", []string{duplication}, coming, behindJoin(twice)},
		{"a line is lost at who spoke last", []string{agreement}, everywhere, lastSpeaker(lost)},
		{"a line comes twice at who spoke last", []string{duplication}, everywhere, lastSpeaker(twice)},
		{"a line is lost at who came last", []string{agreement}, coming, atAny(func(p *Plan, to *Member, f Frame) bool { return p.latest(to) && ofPeers(p, to, f) }, lost)},
		{"a text damaged at its sender alone", []string{creation}, busy, atOne(func(p *Plan, to *Member, f Frame) bool { return f.From == to && plain(p, f) }, saying(lastRune))},
		{"a line told before the welcome", []string{roster, view, creation}, coming, greeted(func(p *Plan, m *Member, f []Frame) []Frame {
			return slices.Insert(f, 0, Frame{Kind: Line, Sender: m.Name, Text: "hello", Target: group, From: m})
		})},
		{"a leave told with somebody who is there", []string{roster}, coming, atAll(func(p *Plan, f Frame) bool { return f.Kind == Leave && p.some(f.From) != nil }, func(p *Plan, f Frame) []Frame {
			f.Names = append([]string{p.some(f.From).Name}, f.Names...)
			return same(f)
		})},
		{"a join told with its name twice", []string{duplication}, coming, atAll(func(_ *Plan, f Frame) bool { return f.Kind == Join }, func(_ *Plan, f Frame) []Frame {
			f.Names = append(slices.Clone(f.Names), f.Names...)
			return same(f)
		})},
		{"the texts of two lines of one sender are exchanged", []string{creation}, busy, exchanged},
		{"a leave told before the join of who has the name next, at one", []string{view}, []string{"crowded", "namesakes"}, delayed(of(Leave), func(held, f Frame) bool { return f.Kind == Join && f.Names[0] == held.Names[0] }, 1)},
	}
}

// secondTold deals in another way with the second private line that one tells another.
func secondTold(deal func(p *Plan, from, to *Member, f Frame)) func(*Plan) {
	return func(p *Plan) {
		told := make(map[[2]*Member]int)
		p.Hooks.Tell = func(from, to *Member, f Frame) bool {
			pair := [2]*Member{from, to}
			told[pair]++
			if !p.ready() || told[pair] != 2 || from == to || !p.loyal(from) || !p.loyal(to) {
				return false
			}
			p.planted(nil, f.about())
			deal(p, from, to, f)
			return true
		}
	}
}

// behindJoin spoils, at one, a line that comes right behind a join.
func behindJoin(spoil func(*Plan, Frame) []Frame) func(*Plan) {
	return func(p *Plan) {
		before := make(map[*Member]Kind)
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			was := before[to]
			before[to] = f.Kind
			if !p.ready() || was != Join || !p.loyal(to) || !ofPeers(p, to, f) {
				return same(f)
			}
			p.planted(to, f.about())
			return spoil(p, f)
		}
	}
}

// lastSpeaker spoils a line at whoever spoke before it.
func lastSpeaker(spoil func(*Plan, Frame) []Frame) func(*Plan) {
	return func(p *Plan) {
		var last, now *Member
		p.Hooks.Line = func(m *Member, f Frame) (Frame, bool) {
			last, now = now, m
			return f, true
		}
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if !p.ready() || to != last || !p.loyal(to) || !ofPeers(p, to, f) {
				return same(f)
			}
			p.planted(to, f.about())
			return spoil(p, f)
		}
	}
}

// latest reports whether a member who stays came after all others who do.
func (p *Plan) latest(m *Member) bool {
	return p.loyal(m) && !slices.ContainsFunc(p.members, func(o *Member) bool { return p.loyal(o) && o.N > m.N })
}

// exchanged has two lines of one sender have each other's texts behind their stamps.
func exchanged(p *Plan) {
	held := make(map[*Member]Frame)
	p.Hooks.Line = func(m *Member, f Frame) (Frame, bool) {
		first, ok := held[m]
		switch {
		case ok && f.Public() && plain(p, f):
			delete(held, m)
			p.planted(nil, "")
			p.Times = 2
			a, b := first.stamp(), f.stamp()
			first.Text, f.Text = a+f.Text[len(b):], b+first.Text[len(a):]
			p.place(first)
		case ok:
			delete(held, m)
			p.place(first)
		case p.ready() && len(held) == 0 && ofLoyal(p, f) && plain(p, f):
			held[m] = f
			return f, false
		}
		return f, true
	}
}
