package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// swapped holds a frame back until the next one has gone to the faulty receiver.
func swapped(fits func(p *plan, a, b wire.Frame) bool) func(*plan) {
	return func(p *plan) {
		p.spoil.emit = func(to *user, f wire.Frame) []wire.Frame {
			if to != p.faulty || !p.ready() {
				return []wire.Frame{f}
			}
			held := p.held
			p.held = nil
			switch {
			case held != nil && fits(p, *held, f):
				p.planted(to, stampOf(*held), stampOf(f))
				return []wire.Frame{f, *held}
			case f.Private:
			default:
				p.held = &f
				if held == nil {
					return nil
				}
				return []wire.Frame{*held}
			}
			if held == nil {
				return []wire.Frame{f}
			}
			return []wire.Frame{*held, f}
		}
	}
}

func nothing(*plan, wire.Frame) []wire.Frame {
	return nil
}

func twofold(_ *plan, f wire.Frame) []wire.Frame { return []wire.Frame{f, f} }

// text replaces a frame's text.
func text(change func(string) string) func(*plan, wire.Frame) []wire.Frame {
	return func(p *plan, f wire.Frame) []wire.Frame {
		f.Text = []byte(change(string(f.Text)))
		p.about = append(p.about, strconv.Quote(string(f.Text))) // where the stamp is not what it was
		return []wire.Frame{f}
	}
}

func upper(s string) string { return strings.Replace(s, "ü", "Ü", 1) }

func cut(s string) string { return s[:len(s)-3] }

func short(s string) string { return s[:6] }

func empty(string) string { return "" }

func renonced(s string) string {
	return "T" + s[1:]
}

// restamped makes it another line's stamp, of one that was sent long ago or never.
func restamped(s string) string {
	head, rest, _ := strings.Cut(s, ";")
	part := strings.Split(head, "-")
	other := "1"
	if part[2] == other {
		other = "0"
	}
	return "t3st-" + part[1] + "-" + other + ";" + rest
}

func overstamped(s string) string {
	head, rest, _ := strings.Cut(s, ";")
	return head + "999;" + rest
}

// glued makes two lines one, as a server does that reads two messages at once.
func glued(all, sameSender bool) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			a := p.someone(p.faulty)
			b := a
			if !sameSender {
				b = p.someone(p.faulty, a)
			}
			if !p.ready() || a == nil || b == nil {
				return
			}
			first, second := p.say(a, ""), p.say(b, "")
			to := []*user{p.faulty}
			if all {
				to = p.here
			}
			others := slices.DeleteFunc(slices.Clone(p.here), func(o *user) bool { return slices.Contains(to, o) })
			f := wire.Frame{Kind: wire.Line, Sender: []byte(a.name), Text: []byte(first.Text), Target: []byte(wire.Group)}
			p.planted(nil, stampOf(f))
			p.tell(others, f)
			f.Text = fmt.Appendf(nil, "%s@%s@%s%s", first.Text, a.name, wire.Group, second.Text)
			p.tell(to, f)
			f.Text, f.Sender = []byte(second.Text), []byte(b.name)
			p.tell(others, f)
			a.in, b.in = nil, nil
		}
	}
}

// forged has the server tell a line that nobody sent.
func forged(all bool, text, sender func(p *plan) string) func(*plan) {
	return func(p *plan) {
		p.spoil.tick = func() {
			if !p.ready() || !p.faulty.talks() {
				return
			}
			f := wire.Frame{Kind: wire.Line, Sender: []byte(sender(p)), Text: []byte(text(p)), Target: []byte(wire.Group)}
			p.planted(p.faulty, string(f.Text))
			if all {
				p.who = nil
				p.tell(nil, f)
			} else {
				p.tell([]*user{p.faulty}, f)
			}
		}
	}
}

func sentence(*plan) string { return "I never said that" }

func future(p *plan) string { return string(ledger.AppendStamp(nil, p.nonce, 0, 9999)) + "soon" }

func nobody(*plan) string { return "nobody" }

func anchor(p *plan) string { return p.users[0].name }

func itself(p *plan) string { return p.faulty.name }

// answered has somebody answer a question that the others get after the answer.
func answered(p *plan) {
	p.spoil.tick = func() {
		u := p.someone(p.faulty)
		if !p.ready() || u == nil || !p.faulty.talks() || !p.faulty.s.Bound || len(p.faulty.in) > 0 {
			return
		}
		question := p.say(u, "")
		u.in = nil
		ask := wire.Frame{Kind: wire.Line, Sender: []byte(u.name), Text: []byte(question.Text), Target: []byte(wire.Group)}
		p.tell([]*user{p.faulty}, ask)
		p.read(p.faulty, 1<<30)
		answer := p.say(p.faulty, "")
		p.faulty.in = nil
		others := slices.DeleteFunc(slices.Clone(p.here), func(o *user) bool { return o == p.faulty })
		p.planted(nil, stampOf(wire.Frame{Kind: wire.Line, Text: []byte(answer.Text)}))
		p.tell(nil, wire.Frame{Kind: wire.Line, Sender: []byte(p.faulty.name), Text: []byte(answer.Text), Target: []byte(wire.Group)})
		p.tell(others, ask)
	}
}

func anyPlain(p *plan, f wire.Frame) bool { return group(f) && p.lineOf(f).Claims == "" }

func plainOfOthers(p *plan, f wire.Frame) bool { return anyPlain(p, f) && p.by(f) != p.faulty }

// renamed has a line come from somebody else than its sender.
func renamed(p *plan, f wire.Frame) []wire.Frame {
	for _, u := range p.here {
		if u.name != string(f.Sender) {
			f.Sender = []byte(u.name)
			break
		}
	}
	return []wire.Frame{f}
}

// swallowed loses a line of somebody who is about to leave, for all.
func swallowed(p *plan) {
	p.spoil.line = func(from *user, l *Line) bool {
		if !p.ready() || l.Private() || from.leaving != HalfClose || len(from.in) == 0 || from.in[0].Private() {
			return true
		}
		p.planted(from, string(ledger.AppendStamp(nil, p.nonce, from.n, l.Seq)))
		return false
	}
}

func aClaim(p *plan, f wire.Frame) bool { return group(f) && p.lineOf(f).Claims != "" }

// believed puts the name that a line claims as its sender's, and may take the
// claim off its text.
func believed(cut bool) func(*plan, wire.Frame) []wire.Frame {
	return func(p *plan, f wire.Frame) []wire.Frame {
		claims := p.lineOf(f).Claims
		f.Sender = []byte(claims)
		if cut {
			f.Text = []byte(strings.TrimSuffix(string(f.Text), "@"+claims+"@"+wire.Group))
		}
		return []wire.Frame{f}
	}
}
