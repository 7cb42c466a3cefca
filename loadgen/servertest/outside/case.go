package outside

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// folding is what a program does to a name whose case does not matter to it.
type folding struct {
	name string
	do   func(string) string
}

var foldings = []folding{
	{"lower case", strings.ToLower},
	{"upper case", strings.ToUpper},
	{"title case", func(s string) string { return cases.Title(language.Und).String(s) }},
	{"folded case", func(s string) string { return cases.Fold().String(s) }},
	{"Turkish lower case", func(s string) string { return strings.ToLowerSpecial(unicode.TurkishCase, s) }},
	{"Turkish upper case", func(s string) string { return strings.ToUpperSpecial(unicode.TurkishCase, s) }},
	{"Greek lower case", func(s string) string { return cases.Lower(language.Greek).String(s) }},
	{"SS for ß", swap("ß", "SS")},
}

// damagedCases are the damages of a text that are a matter of its case.
func damagedCases() []damage {
	return []damage{
		{"Turkish lower case", foldings[4].do},
		{"Turkish upper case", foldings[5].do},
		{"Greek lower case", foldings[6].do},
		{"ß becomes SS", foldings[7].do},
		{"ẞ becomes ß", swap("ẞ", "ß")},
		{"ß becomes ẞ", swap("ß", "ẞ")},
		{"the dotted I loses its dot", swap("İ", "i")},
		{"the dotted I becomes two", swap("İ", "i\u0307")},
		{"case is turned round", strings.NewReplacer(turned()...).Replace},
		{"the first letter is a capital", capital},
	}
}

// capital makes the first letter behind a stamp a capital.
func capital(s string) string {
	i := strings.IndexByte(s, ';') + 1
	_, n := utf8.DecodeRuneInString(s[i:])
	return s[:i] + strings.ToUpper(s[i:i+n]) + s[i+n:]
}

// turned returns small letters with their capitals, and capitals with their small ones.
func turned() (pairs []string) {
	for c := 'a'; c <= 'z'; c++ {
		pairs = append(pairs, string(c), string(c-32), string(c-32), string(c))
	}
	return pairs
}

// The workloads in which names have a case. Visitors have those of which it is a
// matter of opinion.
var (
	visited   = []string{"protocol", "forms"}
	cased     = []string{"forms", "protocol", "cased"}
	casedStay = []string{"cased"}
	casedTalk = []string{"cased"}
)

// caseFaults are those of rooms to which the case of a name does not matter.
func caseFaults() (all []Fault) {
	const roster, suffixing, creation, leave = "roster accuracy", "name suffixing", "no creation", "leave completeness"
	for _, f := range foldings {
		changes := func(name string) bool { return f.do(name) != name }
		cased := cased
		if !changes("Zoë") && !changes("user1") {
			cased = visited // no chatter has such a name
		}
		add := func(what string, checks []string, loads []string, plant func(*Plan)) {
			all = append(all, Fault{what + " in " + f.name, checks, loads, plant})
		}
		about := func(kind Kind) func(*Plan, *Member, Frame) bool {
			return func(p *Plan, _ *Member, g Frame) bool {
				return g.Kind == kind && g.From != nil && changes(g.Names[0]) && p.holder(f.do(g.Names[0])) == nil
			}
		}
		renamed := func(_ *Plan, g Frame) []Frame {
			g.Names = []string{f.do(g.Names[0])}
			return same(g)
		}
		add("a name given", []string{suffixing}, cased, named(func(_ *Plan, _ *Member, due string) string { return f.do(due) }))
		add("all names in a roster", []string{roster}, cased, regreeted(func(names []string) (changed bool) {
			for i, n := range names {
				names[i] = f.do(n)
				changed = changed || names[i] != n
			}
			return changed
		}))
		add("a join at one", []string{roster, creation, "agreement"}, cased, atOne(about(Join), renamed))
		add("a join at all", []string{suffixing, roster}, cased, atAll(func(p *Plan, g Frame) bool { return about(Join)(p, nil, g) }, renamed))
		add("a leave at one", []string{leave}, cased, atOne(about(Leave), renamed))
		add("a leave at all", []string{leave}, cased, atAll(func(p *Plan, g Frame) bool { return about(Leave)(p, nil, g) }, renamed))
		if len(cased) == len(visited) {
			continue
		}
		add("a name in a roster", []string{roster}, cased, regreeted(func(names []string) bool {
			for i, n := range names[:len(names)-1] {
				if changes(n) {
					names[i] = f.do(n)
					return true
				}
			}
			return false
		}))
		sender := func(_ *Plan, g Frame) []Frame {
			g.Sender = f.do(g.Sender)
			return same(g)
		}
		target := func(_ *Plan, g Frame) []Frame {
			g.Target = f.do(g.Target)
			return same(g)
		}
		said := func(p *Plan, g Frame) bool { return plain(p, g) && p.loyal(g.From) && changes(g.Sender) }
		add("a sender at one", []string{creation}, casedStay, atOne(func(p *Plan, to *Member, g Frame) bool { return to != g.From && said(p, g) }, sender))
		add("a sender at all", []string{creation}, casedStay, atAll(said, sender))
		add("the target of a private line at its sender", []string{creation}, casedTalk, atAny(func(p *Plan, to *Member, g Frame) bool { return whispers(p, to, g) && changes(g.Target) }, target))
		add("the target of a private line at its target", []string{creation}, casedTalk, atAny(func(p *Plan, to *Member, g Frame) bool {
			return whispered(p, to, g) && changes(g.Target) && p.loyal(to)
		}, target))
		add("the target of a private line at both", []string{creation}, casedTalk, told(func(p *Plan, from, to *Member, g Frame) {
			if !changes(g.Target) {
				p.Done = false
			}
			g.Target = f.do(g.Target)
			p.tell(from, g)
			p.tell(to, g)
		}))
	}
	return append(all,
		Fault{"a name in another case is taken", []string{suffixing}, visited, named(func(p *Plan, m *Member, due string) string {
			if m.Asked == due && p.folded(due) != nil {
				return due + "2"
			}
			return due
		})},
		Fault{"a name in another case is in use", []string{"admission"}, visited, func(p *Plan) {
			p.Hooks.Admit = func(c *conn, asked string) bool {
				if p.lines < 20 || p.Done || p.holder(asked) != nil || p.folded(asked) == nil {
					return true
				}
				p.planted(nil, "")
				refuses("name in use")(p, c, asked)
				return false
			}
		}},
	)
}

// regreeted changes the names of one roster that greets a newcomer.
func regreeted(change func(names []string) bool) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Greet = func(m *Member, frames []Frame) []Frame {
			if names := slices.Clone(frames[1].Names); p.ready() && change(names) {
				p.planted(nil, m.Name)
				frames[1].Names = names
			}
			return frames
		}
	}
}

// folded returns who has a name but for its case.
func (p *Plan) folded(name string) *Member {
	for _, m := range p.members {
		if m.Name != name && strings.EqualFold(m.Name, name) {
			return m
		}
	}
	return nil
}
