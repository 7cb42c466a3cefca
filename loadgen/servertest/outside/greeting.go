package outside

import (
	"slices"
	"strings"
)

func nameFaults() []Fault {
	name := func(fits func(p *Plan, m *Member, due string) bool, give func(m *Member, due string) string) func(*Plan) {
		return func(p *Plan) {
			p.Hooks.Name = func(m *Member, due string) string {
				if !p.ready() || !fits(p, m, due) {
					return due
				}
				given := give(m, due)
				p.planted(nil, given)
				return given
			}
		}
	}
	suffixed := func(_ *Plan, m *Member, due string) bool { return due != m.Asked }
	free := func(_ *Plan, m *Member, due string) bool { return due == m.Asked }
	taken := func(p *Plan, m *Member, due string) bool {
		o := p.holder(m.Asked)
		return due != m.Asked && o != nil && p.loyal(o)
	}
	appended := func(s string) func(*Member, string) string {
		return func(m *Member, _ string) string { return m.Asked + s }
	}
	return []Fault{
		{"a suffix skipped", []string{"name suffixing"}, []string{"namesakes", "churn", "mixed"}, name(suffixed, appended("77"))},
		{"a suffix of another kind: _2", []string{"name suffixing"}, []string{"namesakes", "churn", "mixed"}, name(suffixed, appended("_2"))},
		{"a suffix of another kind: (2)", []string{"name suffixing"}, []string{"namesakes", "churn", "mixed"}, name(suffixed, appended(" (2)"))},
		{"a suffix of another kind: 02", []string{"name suffixing"}, []string{"namesakes", "churn", "mixed"}, name(suffixed, appended("02"))},
		{"a suffix of another kind: 1", []string{"name suffixing"}, []string{"namesakes", "churn", "mixed"}, name(suffixed, appended("1"))},
		{"a suffix on a free name", []string{"name suffixing"}, []string{"mixed", "churn", "private"}, name(free, appended("66"))},
		{"a name in upper case", []string{"name suffixing"}, []string{"mixed", "churn", "private"}, name(free, func(m *Member, _ string) string { return strings.ToUpper(m.Asked) + "X" })},
		{"a name of the room's own", []string{"name suffixing"}, []string{"mixed", "churn", "private"}, name(free, func(*Member, string) string { return "guest4711" })},
		{"two equal names", []string{"name uniqueness"}, []string{"namesakes", "churn"}, name(taken, appended(""))},
	}
}

func rosterFaults() []Fault {
	roster := func(do func(p *Plan, names []string) []string) func(*Plan) {
		return func(p *Plan) {
			p.Hooks.Greet = func(m *Member, frames []Frame) []Frame {
				names := slices.Clone(frames[1].Names)
				if !p.ready() || len(names) < 4 {
					return frames
				}
				changed := do(p, slices.Clone(names))
				if slices.Equal(names, changed) {
					return frames
				}
				p.planted(nil, m.Name)
				frames[1].Names = changed
				return frames
			}
		}
	}
	greet := func(do func(p *Plan, m *Member, frames []Frame) []Frame) func(*Plan) {
		return func(p *Plan) {
			p.Hooks.Greet = func(m *Member, frames []Frame) []Frame {
				if !p.ready() {
					return frames
				}
				p.planted(nil, m.Name)
				return do(p, m, frames)
			}
		}
	}
	const of = "roster accuracy"
	at := func(i int) func(*Plan, []string) []string {
		return func(_ *Plan, n []string) []string { return slices.Delete(n, i, i+1) }
	}
	return []Fault{
		{"a roster without the first", []string{of}, coming, roster(at(0))},
		{"a roster without the second", []string{of}, coming, roster(at(1))},
		{"a roster without the one before", []string{of}, coming, roster(func(_ *Plan, n []string) []string { return slices.Delete(n, len(n)-2, len(n)-1) })},
		{"a roster without its newcomer", []string{of}, coming, roster(func(_ *Plan, n []string) []string { return n[:len(n)-1] })},
		{"an empty roster", []string{of}, coming, roster(func(*Plan, []string) []string { return nil })},
		{"a roster of its newcomer alone", []string{of}, coming, roster(func(_ *Plan, n []string) []string { return n[len(n)-1:] })},
		{"a roster with a ghost", []string{of}, coming, roster(func(_ *Plan, n []string) []string { return slices.Insert(n, 1, "ghost") })},
		{"a roster with one twice", []string{of}, coming, roster(func(_ *Plan, n []string) []string { return slices.Insert(n, 1, n[0]) })},
		{"a roster with its newcomer twice", []string{of}, coming, roster(func(_ *Plan, n []string) []string { return append(n, n[len(n)-1]) })},
		{"a roster with two swapped", []string{of}, coming, roster(func(_ *Plan, n []string) []string { n[0], n[1] = n[1], n[0]; return n })},
		{"a roster backwards", []string{of}, coming, roster(func(_ *Plan, n []string) []string { slices.Reverse(n); return n })},
		{"a roster in order of names", []string{of}, coming, roster(func(_ *Plan, n []string) []string { slices.Sort(n); return n })},
		{"a roster with its newcomer first", []string{of}, coming, roster(func(_ *Plan, n []string) []string { return append(n[len(n)-1:], n[:len(n)-1]...) })},
		{"a roster with an empty name", []string{of}, coming, roster(func(_ *Plan, n []string) []string { return slices.Insert(n, 1, "") })},
		{"a roster in upper case", []string{of}, coming, roster(func(_ *Plan, n []string) []string { n[0] = strings.ToUpper(n[0]) + "É"; return n })},
		{"two welcomes", []string{of, "no duplication", "name suffixing"}, coming, greet(func(_ *Plan, _ *Member, f []Frame) []Frame { return []Frame{f[0], f[0], f[1]} })},
		{"a second welcome with another name", []string{of, "name suffixing"}, coming, greet(func(_ *Plan, m *Member, f []Frame) []Frame {
			return append(f, Frame{Kind: Welcome, Names: []string{m.Name + "9"}})
		})},
		{"the roster before the welcome", []string{of}, coming, greet(func(_ *Plan, _ *Member, f []Frame) []Frame { return []Frame{f[1], f[0]} })},
		{"the roster twice", []string{of, "no duplication"}, coming, greet(func(_ *Plan, _ *Member, f []Frame) []Frame { return append(f, f[1]) })},
		{"a wrong roster later", []string{of}, everywhere, noise(Frame{Kind: Roster, Names: []string{"a", "b"}}, false)},
		{"an empty roster later", []string{of}, everywhere, noise(Frame{Kind: Roster}, false)},
		{"told of one's own join", []string{of, "view order"}, coming, greet(func(_ *Plan, m *Member, f []Frame) []Frame {
			return append(f, Frame{Kind: Join, Names: []string{m.Name}})
		})},
		{"a wrong welcome", []string{"roster accuracy", "name suffixing", "view order"}, coming, greet(func(_ *Plan, m *Member, f []Frame) []Frame {
			f[0].Names = []string{m.Name + "5"}
			return f
		})},
	}
}
