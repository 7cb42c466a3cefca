package outside

import (
	"bytes"
	"strings"
)

// speaking are the workloads in which lines come in all forms.
var speaking = []string{"protocol", "forms"}

// protocolFaults are about what clients may do and seldom do: commands, lines that
// are too long or not clean, several in one write, names that are none.
func protocolFaults() []Fault {
	const creation, validity, roster, admission = "no creation", "validity", "roster accuracy", "admission"
	said := func(line string) string { // as a line to the group
		return line
	}
	slashes, msg, who := begins("//"), begins("/msg "), begins("/who")
	controls := func(line string, _ bool) bool { return strings.Contains(line, "\x1b") }
	invalid := func(line string, _ bool) bool { return strings.Contains(line, "\xff") }
	cr := func(line string, _ bool) bool { return strings.HasSuffix(line, "\r") }
	tooLong := func(_ string, long bool) bool { return long }
	stamped := func(line string, long bool) bool { return !long && strings.Count(line, "-") >= 2 && line[0] != '/' }
	unclean := func(do func(string) string) func(*Plan, *Member, string) {
		return func(p *Plan, m *Member, line string) { p.sayUnclean(m, do(line)) }
	}
	return []Fault{
		{"/msg is said to the group", []string{creation, "confidentiality"}, speaking, input(msg, func(p *Plan, m *Member, line string) {
			p.place(Frame{Kind: Line, Sender: m.Name, Text: line, Target: group, From: m})
		})},
		{"/msg goes to the group", []string{"confidentiality"}, speaking, input(msg, func(p *Plan, m *Member, line string) {
			_, text, _ := strings.Cut(line[len("/msg "):], " ")
			p.place(Frame{Kind: Line, Sender: m.Name, Text: text, Target: group, From: m})
		})},
		{"/msg is refused", []string{validity}, speaking, input(msg, refuses2("unknown command"))},
		{"/msg is not answered", []string{validity}, speaking, input(msg, nothing)},
		{"// keeps both", []string{creation}, speaking, input(slashes, says(said))},
		{"// loses both", []string{creation}, speaking, input(slashes, says(func(s string) string { return s[2:] }))},
		{"// is refused", []string{validity}, speaking, input(slashes, refuses2("unknown command"))},
		{"// is not answered", []string{validity}, speaking, input(slashes, nothing)},
		{"/who is not answered", []string{roster}, speaking, input(who, nothing)},
		{"/who is refused", []string{roster}, speaking, input(who, refuses2("unknown command"))},
		{"/who is answered to another", []string{roster}, speaking, input(who, func(p *Plan, m *Member, _ string) {
			p.tell(p.some(m), Frame{Kind: Roster, Names: p.names()})
		})},
		{"/who is answered without the asker", []string{roster}, speaking, input(who, func(p *Plan, m *Member, _ string) {
			var names []string
			for _, n := range p.names() {
				if n != m.Name {
					names = append(names, n)
				}
			}
			p.tell(m, Frame{Kind: Roster, Names: names})
		})},
		{"/who is answered with a ghost", []string{roster}, speaking, input(who, func(p *Plan, m *Member, _ string) {
			p.tell(m, Frame{Kind: Roster, Names: append(p.names(), "ghost")})
		})},
		{"/who is said to the group", []string{creation}, speaking, input(who, func(p *Plan, m *Member, line string) {
			p.tell(m, Frame{Kind: Roster, Names: p.names()})
			p.place(Frame{Kind: Line, Sender: m.Name, Text: line, Target: group, From: m})
		})},
		{"a line too long is not answered", []string{validity}, speaking, input(tooLong, nothing)},
		{"a line too long is cut and said", []string{creation}, speaking, input(tooLong, says(func(s string) string { return strings.ToValidUTF8(s[:min(len(s), 1024)], "") }))},
		{"a line too long closes the connection", []string{roster}, speaking, input(tooLong, func(p *Plan, m *Member, _ string) {
			p.tell(m, Frame{Kind: Failure, Text: "line too long"})
			p.putOut(m)
		})},
		{"the rest of a line too long is a line", []string{creation}, speaking, input(tooLong, func(p *Plan, m *Member, _ string) {
			p.tell(m, Frame{Kind: Failure, Text: "line too long"})
			p.place(Frame{Kind: Line, Sender: m.Name, Text: "xxxxxxxx", Target: group, From: m})
		})},
		{"controls are kept", []string{creation}, speaking, input(controls, unclean(func(s string) string { return s }))},
		{"controls become spaces", []string{creation}, speaking, input(controls, unclean(strings.NewReplacer("\x1b", " ", "\x00", " ", "\x7f", " ", "\u0085", " ").Replace))},
		{"controls become U+FFFD", []string{creation}, speaking, input(controls, unclean(strings.NewReplacer("\x1b", "\ufffd", "\x00", "\ufffd", "\x7f", "\ufffd", "\u0085", "\ufffd").Replace))},
		{"the controls C1 are kept", []string{creation}, speaking, input(controls, unclean(strings.NewReplacer("\x1b", "", "\x00", "", "\x7f", "").Replace))},
		{"DEL is kept", []string{creation}, speaking, input(controls, unclean(strings.NewReplacer("\x1b", "", "\x00", "", "\u0085", "").Replace))},
		{"a line ends at a NUL", []string{creation}, speaking, input(controls, unclean(func(s string) string { head, _, _ := strings.Cut(s, "\x00"); return clean(head) }))},
		{"a line with controls is refused", []string{validity}, speaking, input(controls, refuses2("not a text"))},
		{"a line with controls is not answered", []string{validity}, speaking, input(controls, nothing)},
		{"invalid UTF-8 is kept", []string{creation}, speaking, input(invalid, unclean(func(s string) string { return s }))},
		{"invalid UTF-8 is lost", []string{creation}, speaking, input(invalid, unclean(func(s string) string { return strings.ToValidUTF8(s, "") }))},
		{"invalid UTF-8 becomes ?", []string{creation}, speaking, input(invalid, unclean(func(s string) string { return strings.ToValidUTF8(s, "?") }))},
		{"invalid UTF-8 is taken for Latin-1", []string{creation}, speaking, input(invalid, unclean(func(s string) string { return strings.ToValidUTF8(s, "ÿ") }))},
		{"a line with invalid UTF-8 is refused", []string{validity}, speaking, input(invalid, refuses2("not UTF-8"))},
		{"a line with invalid UTF-8 is not answered", []string{validity}, speaking, input(invalid, nothing)},
		{"invalid UTF-8 closes the connection", []string{roster}, speaking, input(invalid, func(p *Plan, m *Member, _ string) { p.putOut(m) })},
		{"CR is kept", []string{creation}, speaking, input(cr, says(said))},
		{"CR becomes a space", []string{creation}, speaking, input(cr, says(func(s string) string { return strings.TrimSuffix(s, "\r") + " " }))},
		{"what comes with a line is lost", []string{validity}, speaking, together(func(p *Plan, _ *Member, rest [][]byte) {
			p.Times = int64(len(rest))
		})},
		{"what comes with a line is put to its end", []string{creation}, speaking, together(func(p *Plan, m *Member, rest [][]byte) {
			p.place(Frame{Kind: Line, Sender: m.Name, Text: clean(string(bytes.Join(rest, []byte(" ")))), Target: group, From: m})
		})},
		{"the first piece of a line is lost", []string{creation}, speaking, input(stamped, func(p *Plan, m *Member, line string) {
			p.sayUnclean(m, line[7:])
		})},
		{"the last piece of a line is lost", []string{creation}, speaking, input(stamped, func(p *Plan, m *Member, line string) {
			f := m.parse(line)
			p.place(Frame{Kind: Line, Sender: m.Name, Text: strings.ToValidUTF8(f.text[:len(f.text)-7], ""), Target: f.target, From: m})
		})},
		{"a name that is none is let in", []string{admission}, speaking, names(func(p *Plan, c *conn, asked string) {
			p.enter(&Member{Asked: asked, Chatter: -1, conn: c})
		})},
		{"a name that is none is made one", []string{admission}, speaking, names(func(p *Plan, c *conn, asked string) {
			p.enter(&Member{Asked: "guest", Chatter: -1, conn: c})
		})},
		{"a name that is none is closed without a word", []string{admission}, speaking, names(func(_ *Plan, c *conn, _ string) { c.Close() })},
		{"a name that is none is not answered", []string{admission}, speaking, names(func(*Plan, *conn, string) {})},
		{"no name is refused", []string{admission}, speaking, nameless(refuses("name missing"))},
		{"no name is closed without a word", []string{admission}, speaking, nameless(func(_ *Plan, c *conn, _ string) { c.Close() })},
		{"no name is not answered", []string{admission}, speaking, nameless(func(*Plan, *conn, string) {})},
		{"no name is a guest's", []string{admission}, speaking, nameless(func(p *Plan, c *conn, _ string) {
			p.enter(&Member{Asked: "guest", Chatter: -1, conn: c})
		})},
	}
}

func begins(with string) func(string, bool) bool {
	return func(line string, long bool) bool { return !long && strings.HasPrefix(line, with) }
}

// input deals in another way with one line of somebody who stays.
func input(fits func(line string, long bool) bool, deal func(p *Plan, m *Member, line string)) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Input = func(m *Member, line string, long bool) bool {
			if !p.ready() || !p.loyal(m) || m.N == 0 || p.some(m) == nil || !fits(line, long) {
				return false
			}
			p.planted(nil, "")
			deal(p, m, line)
			return true
		}
	}
}

func nothing(*Plan, *Member, string) {}

// refuses2 answers a line by an error.
func refuses2(text string) func(*Plan, *Member, string) {
	return func(p *Plan, m *Member, _ string) { p.tell(m, Frame{Kind: Failure, Text: text}) }
}

// says says what is made of a line to the group.
func says(do func(string) string) func(*Plan, *Member, string) {
	return func(p *Plan, m *Member, line string) {
		p.place(Frame{Kind: Line, Sender: m.Name, Text: do(line), Target: group, From: m})
	}
}

// sayUnclean says a line to whom it is for, as it is.
func (p *Plan) sayUnclean(m *Member, line string) {
	to := "@" + m.Name + "@" + group
	p.place(Frame{Kind: Line, Sender: m.Name, Text: strings.TrimSuffix(line, to), Target: group, From: m})
}

// putOut closes the connection of a member, and tells of its leave.
func (p *Plan) putOut(m *Member) {
	p.What = m.Name
	m.gone = true
	p.remove(m)
	m.conn.Close()
	p.tellAll(Frame{Kind: Leave, Names: []string{m.Name}, From: m})
}

// together deals in another way with the lines that come with another.
func together(deal func(p *Plan, m *Member, rest [][]byte)) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Rest = func(m *Member, rest []byte) int {
			n := bytes.LastIndexByte(rest, '\n')
			lines := bytes.Split(rest[:max(n, 0)], []byte{'\n'})
			plain := func(line []byte) bool {
				return len(line) > 10 && line[0] != '/' && bytes.HasSuffix(line, []byte(group))
			}
			if !p.ready() || !p.loyal(m) || m.N == 0 || n < 0 {
				return 0
			}
			for _, line := range lines {
				if !plain(line) {
					return 0
				}
			}
			p.planted(nil, "")
			deal(p, m, lines)
			return n + 1
		}
	}
}

// names deals in another way with one who asks for a name that is none.
func names(deal func(p *Plan, c *conn, asked string)) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Refuses = func(c *conn, asked string) bool {
			if p.lines < 20 || p.Done {
				return false
			}
			p.planted(nil, "")
			deal(p, c, asked)
			return true
		}
	}
}

// nameless deals in another way with one who says no name.
func nameless(deal func(p *Plan, c *conn, asked string)) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Admit = func(c *conn, asked string) bool {
			if p.lines < 20 || p.Done || !isNone(asked) {
				return true
			}
			p.planted(nil, "")
			deal(p, c, asked)
			return false
		}
	}
}
