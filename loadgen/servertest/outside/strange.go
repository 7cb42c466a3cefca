package outside

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// strangeFaults are of rooms made of parts that do not quite agree: shards, batches,
// buffers, a name kept in two places.
func strangeFaults() []Fault {
	const agreement, creation, duplication, roster, suffixing, view, validity = "agreement", "no creation", "no duplication", "roster accuracy", "name suffixing", "view order", "validity"
	names := []string{"mixed", "churn", "namesakes"}
	called := func(f Frame) bool {
		return f.From != nil && f.From.Asked != f.From.Name && !strings.Contains(f.From.Name, ":")
	}
	asked := func(_ *Plan, f Frame) []Frame {
		f.Sender = f.From.Asked
		return same(f)
	}
	return []Fault{
		{"a line is lost at all who came in the last half second", []string{agreement}, coming, youngest(500 * time.Millisecond)},
		{"a line comes under the name that its sender had asked for, at one", []string{creation}, names, atAny(func(p *Plan, to *Member, f Frame) bool {
			return called(f) && ofPeers(p, to, f) && plain(p, f) && p.loyal(to)
		}, asked)},
		{"a line comes under the name that its sender had asked for, at all", []string{creation}, names, atAll(func(p *Plan, f Frame) bool { return called(f) && ofLoyal(p, f) && plain(p, f) }, asked)},
		{"a line comes under the name that its sender had asked for, at itself", []string{creation}, names, atAny(func(p *Plan, to *Member, f Frame) bool {
			return called(f) && ofItself(p, to, f) && plain(p, f) && p.loyal(to)
		}, asked)},
		{"eight bytes at the border of a buffer are lost at one", []string{creation}, busy, atOne(long, saying(func(s string) string { return strings.ToValidUTF8(s[:24]+s[32:], "") }))},
		{"eight bytes at the border of a buffer come twice at one", []string{creation}, busy, atOne(long, saying(func(s string) string {
			return strings.ToValidUTF8(s[:32]+s[24:], "")
		}))},
		{"three lines of one are lost for all", []string{validity}, busy, gap(3)},
		{"a private line comes back to another", []string{"confidentiality"}, whispering, told(func(p *Plan, from, to *Member, f Frame) {
			p.tell(to, f)
			p.tell(p.some(from, to), f)
		})},
		{"a private line comes to its target as its own", []string{creation}, whispering, told(func(p *Plan, from, to *Member, f Frame) {
			p.tell(from, f)
			f.Sender = to.Name
			p.tell(to, f)
		})},
		{"a private line goes to who has the name but for its suffix", []string{"confidentiality"}, []string{"mixed", "churn", "cased"}, told(func(p *Plan, from, to *Member, f Frame) {
			i := slices.IndexFunc(p.members, func(m *Member) bool { return m != from && m != to && m.Asked == to.Asked && p.loyal(m) })
			p.tell(from, f)
			if i < 0 {
				p.Done = false
				p.tell(to, f)
				return
			}
			p.tell(p.members[i], f)
		})},
		{"the roster of another room", []string{roster}, coming, greeted(func(_ *Plan, m *Member, f []Frame) []Frame {
			f[1].Names = []string{"anna", "otto", m.Name}
			return f
		})},
		{"one who has left is on a roster", []string{roster}, coming, leftOver},
		{"the last join is told again to a newcomer", []string{view, duplication}, coming, greeted(func(p *Plan, m *Member, f []Frame) []Frame {
			return append(f, Frame{Kind: Join, Names: []string{p.members[len(p.members)-2].Name}})
		})},
		{"two lines swapped at half", []string{"total order", "causal order"}, busy, swappedAt(4)},
		{"the newcomer's first line comes before its join at one", []string{view, agreement}, []string{"churn", "mixed"}, delayed(of(Join), func(held, f Frame) bool { return f.Public() && f.From == held.From }, 1)},
		{"a line for the group with a hyphen less at one", []string{creation}, busy, atOne(ofPeers, func(_ *Plan, f Frame) []Frame {
			f.Target = strings.TrimSuffix(group, "-")
			return same(f)
		})},
		{"a line with two senders at one", []string{creation}, busy, atOne(func(p *Plan, to *Member, f Frame) bool { return ofPeers(p, to, f) && plain(p, f) }, func(p *Plan, f Frame) []Frame {
			return same(Frame{Kind: Bytes, Text: " " + f.Sender + ":" + f.Text + "@" + p.some(f.From).Name + "@" + group + "\n"})
		})},
		{"a welcome with a space behind the name", []string{suffixing, roster}, coming, greeted(func(_ *Plan, m *Member, f []Frame) []Frame {
			f[0].Names = []string{m.Name + " "}
			return f
		})},
		{"a suffix is that of how many have come", []string{suffixing}, names, named(func(p *Plan, m *Member, due string) string {
			if due == m.Asked {
				return due
			}
			return m.Asked + strconv.Itoa(p.joins)
		})},
	}
}

// long returns a line of several dozens of bytes by somebody else who stays.
func long(p *Plan, to *Member, f Frame) bool {
	return ofPeers(p, to, f) && plain(p, f) && len(f.Text) > 40
}

// youngest loses one line at all who have come since a while.
func youngest(since time.Duration) func(*Plan) {
	return func(p *Plan) {
		came := make(map[*Member]time.Time)
		line := ""
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if _, ok := came[to]; !ok {
				came[to] = time.Now()
			}
			young := p.lines > p.After && p.loyal(to) && time.Since(came[to]) < since && ofPeers(p, to, f)
			if young && p.ready() {
				p.planted(nil, f.about())
				line = f.about()
			}
			if young && line == f.about() {
				return nil
			}
			return same(f)
		}
	}
}

// gap loses so many lines of one who stays, one after the other.
func gap(n int) func(*Plan) {
	return func(p *Plan) {
		var from *Member
		p.Hooks.All = func(f Frame) []Frame {
			if !ofLoyal(p, f) || from != nil && f.From != from || p.Times == int64(n) || from == nil && !p.ready() {
				return same(f)
			}
			from = f.From
			p.planted(nil, "")
			p.Times++
			return nil
		}
	}
}

// leftOver greets a newcomer with who has left last.
func leftOver(p *Plan) {
	last := ""
	p.Hooks.All = func(f Frame) []Frame {
		if f.Kind == Leave {
			last = f.Names[0]
		}
		return same(f)
	}
	p.Hooks.Greet = func(m *Member, frames []Frame) []Frame {
		if p.ready() && last != "" && p.holder(last) == nil {
			p.planted(nil, m.Name)
			frames[1].Names = append([]string{last}, frames[1].Names...)
		}
		return frames
	}
}
