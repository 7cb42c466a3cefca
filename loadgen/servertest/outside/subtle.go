package outside

import (
	"slices"
	"strconv"
	"strings"
)

// subtleFaults are those of rooms that are right nearly always: what they keep of
// somebody is a moment old, or of whoever was there before.
func subtleFaults() []Fault {
	const agreement, creation, duplication, roster, suffixing, view = "agreement", "no creation", "no duplication", "roster accuracy", "name suffixing", "view order"
	comings := []string{"mixed", "churn", "namesakes"}
	return []Fault{
		{"a freed suffix is not given again", []string{suffixing}, comings, named(func(p *Plan, m *Member, _ string) string {
			k := 2
			for _, o := range p.members {
				if n, err := strconv.Atoi(strings.TrimPrefix(o.Name, m.Asked)); err == nil && strings.HasPrefix(o.Name, m.Asked) {
					k = max(k, n+1)
				}
			}
			return m.Asked + strconv.Itoa(k)
		})},
		{"a name loses its last letter", []string{suffixing}, []string{"mixed", "churn", "private"}, named(func(_ *Plan, m *Member, due string) string {
			if due != m.Asked {
				return due
			}
			return due[:len(due)-1] + "~"
		})},
		{"the roster is that of before the last change", []string{roster}, []string{"mixed", "churn"}, staleRoster},
		{"the own join is told before the welcome", []string{roster, view}, coming, greeted(func(_ *Plan, m *Member, f []Frame) []Frame {
			return append([]Frame{{Kind: Join, Names: []string{m.Name}}}, f...)
		})},
		{"the first line is lost at a newcomer", []string{agreement}, coming, newcomer(func(_ *Plan, _ *Member, _ Frame) []Frame { return nil })},
		{"the first line comes twice to a newcomer", []string{duplication}, coming, newcomer(func(_ *Plan, _ *Member, f Frame) []Frame { return []Frame{f, f} })},
		{"the last line is told to a newcomer", []string{view}, coming, backlog(1)},
		{"the last five lines are told to a newcomer", []string{view}, coming, backlog(5)},
		{"five lines are told again to one", []string{duplication}, everywhere, resent(5)},
		{"a line right behind a leave is lost at one", []string{agreement}, coming, behindLeave(false)},
		{"a line right behind a leave is lost for all", []string{"validity"}, coming, behindLeave(true)},
		{"two lines swapped at two", []string{"total order", "causal order"}, busy, swappedAt(2)},
		{"two lines swapped at three", []string{"total order", "causal order"}, busy, swappedAt(3)},
		{"a join told by the name that was asked for", []string{duplication, view, agreement, roster}, comings, atOne(func(_ *Plan, _ *Member, f Frame) bool {
			return f.Kind == Join && f.From != nil && f.From.Asked != f.From.Name && !strings.Contains(f.From.Name, ":")
		}, func(_ *Plan, f Frame) []Frame {
			return same(Frame{Kind: Join, Names: []string{f.From.Asked}, From: f.From})
		})},
		{"a private line comes back under its target's name", []string{creation}, whispering, atOne(whispers, func(_ *Plan, f Frame) []Frame {
			f.Sender = f.Target
			return same(f)
		})},
		{"a private line goes to who had the name before", []string{"confidentiality"}, []string{"mixed", "churn"}, formerHolder},
		{"a text is that of the sender's line before at one", []string{duplication}, busy, aliased(false)},
		{"a text is that of the sender's line before at all", []string{duplication}, busy, aliased(true)},
	}
}

func named(give func(p *Plan, m *Member, due string) string) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Name = func(m *Member, due string) string {
			if !p.ready() || strings.Contains(due, ":") {
				return due
			}
			given := give(p, m, due)
			if given == due || p.holder(given) != nil {
				return due
			}
			p.planted(nil, given)
			return given
		}
	}
}

func greeted(do func(p *Plan, m *Member, frames []Frame) []Frame) func(*Plan) {
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

// staleRoster greets a newcomer with who was there before somebody else came or left.
func staleRoster(p *Plan) {
	var before, now []string
	p.Hooks.All = func(f Frame) []Frame {
		if f.Kind == Leave {
			before = append(slices.Clone(p.names()), f.Names...)
		}
		return same(f)
	}
	p.Hooks.Greet = func(m *Member, frames []Frame) []Frame {
		now = append(slices.DeleteFunc(slices.Clone(before), func(n string) bool { return n == m.Name }), m.Name)
		if p.ready() && len(before) > 0 && !slices.Contains(before, m.Name) && !slices.Equal(now, frames[1].Names) {
			p.planted(nil, m.Name)
			frames[1].Names = now
		}
		before = nil
		return frames
	}
}

// newcomer deals in another way with the first line that comes to one who stays.
func newcomer(deal func(p *Plan, m *Member, f Frame) []Frame) func(*Plan) {
	return func(p *Plan) {
		told := make(map[*Member]int)
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if f.Public() {
				told[to]++
			}
			if !p.ready() || told[to] != 1 || !f.Public() || f.From == to || !p.loyal(f.From) {
				return same(f)
			}
			p.planted(nil, f.about())
			return deal(p, to, f)
		}
	}
}

// backlog tells a newcomer lines from before its join.
func backlog(n int) func(*Plan) {
	return func(p *Plan) {
		var last []Frame
		p.Hooks.All = func(f Frame) []Frame {
			if f.Public() {
				last = append(last[max(0, len(last)-n+1):len(last):len(last)], f)
			}
			return same(f)
		}
		p.Hooks.Greet = func(m *Member, frames []Frame) []Frame {
			if !p.ready() || len(last) < n {
				return frames
			}
			p.planted(nil, m.Name)
			return append(frames, last...)
		}
	}
}

// resent tells one the last lines once more.
func resent(n int) func(*Plan) {
	return func(p *Plan) {
		var last []Frame
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if to != p.at() || to == nil || p.Done || !f.Public() {
				return same(f)
			}
			if last = append(last, f); len(last) < n {
				return same(f)
			}
			p.planted(to, "")
			p.Times = int64(n)
			return append([]Frame{f}, last...)
		}
	}
}

// behindLeave loses the line that comes next behind a leave.
func behindLeave(all bool) func(*Plan) {
	return func(p *Plan) {
		left, lost := false, ""
		p.Hooks.All = func(f Frame) []Frame {
			switch {
			case f.Kind == Leave:
				left = p.ready()
			case left && ofLoyal(p, f) && !p.Done:
				p.planted(nil, f.about())
				if lost = f.about(); all {
					return nil
				}
				p.victim = p.some(f.From)
			case f.Kind != Failure:
				left = false
			}
			return same(f)
		}
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if lost != "" && !all && to == p.victim && f.about() == lost {
				lost = ""
				return nil
			}
			return same(f)
		}
	}
}

// swappedAt has a line come behind the next one at some.
func swappedAt(n int) func(*Plan) {
	return func(p *Plan) {
		var at []*Member
		held := make(map[*Member]Frame)
		first := ""
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if p.ready() && ofLoyal(p, f) {
				p.planted(nil, "")
				first = f.about()
				for len(at) < n {
					at = append(at, p.some(append(at, f.From)...))
				}
			}
			if h, ok := held[to]; ok {
				if !f.Public() {
					return same(f)
				}
				delete(held, to)
				return []Frame{f, h}
			}
			if slices.Contains(at, to) && f.about() == first && f.Public() {
				held[to] = f
				return nil
			}
			return same(f)
		}
	}
}

// formerHolder tells a private line to one who had its target's name in an earlier
// stay.
func formerHolder(p *Plan) {
	had := make(map[string]int) // the chatter who had a name last but is not there by it
	p.Hooks.Ended = func(m *Member) { had[m.Name] = m.Chatter }
	p.Hooks.Tell = func(from, to *Member, f Frame) bool {
		chatter, ok := had[f.Target]
		i := slices.IndexFunc(p.members, func(m *Member) bool { return ok && m.Chatter == chatter && m != to && m != from })
		if !p.ready() || to == nil || to == from || i < 0 || !p.loyal(from) || chatter < 0 || to.Chatter < 0 {
			return false
		}
		p.planted(nil, f.about())
		p.tell(from, f)
		p.tell(p.members[i], f)
		return true
	}
}

// aliased has a line's text be that of the same sender's line before.
func aliased(all bool) func(*Plan) {
	return func(p *Plan) {
		last := make(map[*Member]Frame)
		spoil := func(f Frame) (Frame, bool) {
			before, ok := last[f.From]
			return before, ok
		}
		p.Hooks.All = func(f Frame) []Frame {
			if !ofLoyal(p, f) {
				return same(f)
			}
			if g, ok := spoil(f); ok && all && p.ready() {
				p.planted(nil, "")
				return same(g)
			}
			if all || p.Done {
				last[f.From] = f
			}
			return same(f)
		}
		if all {
			return
		}
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if to != p.at() || to == nil || !ofPeers(p, to, f) {
				return same(f)
			}
			g, ok := last[f.From]
			last[f.From] = f
			if ok && p.ready() {
				p.planted(to, "")
				return same(g)
			}
			return same(f)
		}
	}
}
