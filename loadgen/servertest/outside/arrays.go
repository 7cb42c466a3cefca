package outside

import "slices"

// arrayFaults are about frames that tell of several at once.
func arrayFaults() []Fault {
	const duplication, leave, roster, view = "no duplication", "leave completeness", "roster accuracy", "view order"
	names := []string{"churn", "mixed", "namesakes", "crowded"}
	// there returns the names of so many who are there and stay, but for one.
	there := func(p *Plan, n int, but *Member) (names []string) {
		for _, m := range p.loyals() {
			if m != but && m != p.victim && len(names) < n {
				names = append(names, m.Name)
			}
		}
		return names
	}
	beside := func(n int, first bool) func(*Plan, Frame) []Frame {
		return func(p *Plan, f Frame) []Frame {
			more := there(p, n, f.From)
			if len(more) == 0 {
				p.Done = false
				return same(f)
			}
			p.Times = int64(len(more))
			if f.Names = slices.Concat(f.Names, more); first {
				f.Names = slices.Concat(more, f.Names[:1])
			}
			return same(f)
		}
	}
	joins := func(_ *Plan, f Frame) bool { return f.Kind == Join }
	leaves := func(_ *Plan, f Frame) bool { return f.Kind == Leave }
	with := func(names ...string) func(*Plan, Frame) []Frame {
		return func(_ *Plan, f Frame) []Frame {
			f.Names = slices.Concat(f.Names, names)
			return same(f)
		}
	}
	itself := func(p *Plan, f Frame) []Frame {
		f.Names = slices.Concat(f.Names, []string{p.victim.Name})
		return same(f)
	}
	doubled := func(_ *Plan, f Frame) []Frame {
		f.Names = slices.Concat(f.Names, f.Names)
		return same(f)
	}
	return []Fault{
		{"a join told with somebody who is there", []string{duplication}, names, atAll(joins, beside(1, false))},
		{"a join told behind somebody who is there", []string{duplication}, names, atAll(joins, beside(1, true))},
		{"a join told with two who are there", []string{duplication}, names, atAll(joins, beside(2, false))},
		{"a join told with somebody who is there, at one", []string{duplication}, names, atOne(of(Join), beside(1, false))},
		{"a join told behind somebody who is there, at one", []string{duplication}, names, atOne(of(Join), beside(1, true))},
		{"a join told with its name twice, at one", []string{duplication}, names, atOne(of(Join), doubled)},
		{"a join told with one's own name", []string{duplication, view, roster}, names, atOne(of(Join), itself)},
		{"a join told with all who are there", []string{duplication}, names, atAll(joins, beside(99, false))},
		{"a leave told with somebody who is not there", []string{leave, roster}, names, atAll(leaves, with("nobody"))},
		{"a leave told with somebody who is not there, at one", []string{leave, roster}, names, atOne(of(Leave), with("nobody"))},
		{"a leave told with its name twice", []string{leave}, names, atAll(leaves, doubled)},
		{"a leave told with its name twice, at one", []string{leave}, names, atOne(of(Leave), doubled)},
		{"a leave told with somebody who is there, at one", []string{roster}, names, atOne(of(Leave), beside(1, false))},
		{"a leave told with one's own name", []string{roster, view}, names, atOne(of(Leave), itself)},
		{"strangers come with somebody who is there", []string{duplication}, names, troop(func(p *Plan, to *Member, names []string) []string {
			return slices.Concat(names, there(p, 1, nil))
		}, false)},
		{"strangers come with somebody who is there, at one", []string{duplication}, names, troop(func(p *Plan, to *Member, names []string) []string {
			return slices.Concat(names, there(p, 1, to))
		}, true)},
		{"strangers come with one of them twice", []string{duplication}, names, troop(func(_ *Plan, _ *Member, names []string) []string {
			return slices.Concat(names, names[1:2])
		}, false)},
		{"strangers come with one of them twice, at one", []string{duplication}, names, troop(func(_ *Plan, _ *Member, names []string) []string {
			return slices.Concat(names, names[1:2])
		}, true)},
		{"strangers come, and one is not told of the second", []string{"agreement", view}, names, troop(func(_ *Plan, _ *Member, names []string) []string {
			return slices.Delete(slices.Clone(names), 1, 2)
		}, true)},
		{"strangers come, and one is told of them in another order", []string{view}, names, troop(func(_ *Plan, _ *Member, names []string) []string {
			return []string{names[1], names[0], names[2]}
		}, true)},
	}
}

// troop has three strangers come at once, and tells all, or one, so in other words.
func troop(tell func(p *Plan, to *Member, names []string) []string, one bool) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Line = func(_ *Member, f Frame) (Frame, bool) {
			at := p.some()
			if !p.ready() || len(p.loyals()) < 2 {
				return f, true
			}
			p.planted(nil, "")
			before := slices.Clone(p.members)
			var names []string
			for range 3 {
				m := &Member{Asked: "visitor", Chatter: -1}
				p.give(m)
				names = append(names, m.Name)
				p.members = append(p.members, m)
			}
			told := tell(p, nil, names)
			for _, m := range before {
				switch {
				case one && m == at:
					p.tell(m, Frame{Kind: Join, Names: tell(p, m, names)})
				case one:
					p.tell(m, Frame{Kind: Join, Names: names})
				default:
					p.tell(m, Frame{Kind: Join, Names: told})
				}
			}
			return f, true
		}
	}
}
