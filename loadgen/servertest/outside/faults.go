package outside

import (
	"slices"
	"strings"
)

// The workloads.
var (
	everywhere = []string{"mixed", "churn", "private", "steady", "namesakes", "quiet"}
	whispering = []string{"mixed", "churn", "private", "quiet"}
	coming     = []string{"mixed", "churn", "private", "namesakes"}
	busy       = []string{"mixed", "churn", "steady", "namesakes", "quiet"} // most lines are for the group
	calm       = []string{"steady", "claims", "answers"}                    // nobody comes or leaves
	claiming   = []string{"mixed", "quiet", "claims"}
)

// Faults returns all that a room of this package can do wrong.
func Faults() []Fault {
	return slices.Concat(textFaults(), lineFaults(), orderFaults(), privateFaults(), comingFaults(), leavingFaults(), subtleFaults(), nameFaults(), rosterFaults(), byteFaults(), protocolFaults(), namesakeFaults(), caseFaults(), vanishedFaults(), rareFaults(), answerFaults(), arrayFaults(), strangeFaults())
}

func textFaults() (all []Fault) {
	whispering := []string{"private", "quiet", "whispers"} // where there are enough of them
	for _, d := range slices.Concat(damages, damagedCases()) {
		fits := func(p *Plan, f Frame) bool { return plain(p, f) && p.loyal(f.From) && altered(f, d.do) }
		all = append(all,
			Fault{"a text damaged at one: " + d.name, []string{"no creation"}, busy,
				atOne(func(p *Plan, to *Member, f Frame) bool { return f.From != to && fits(p, f) }, saying(d.do))},
			Fault{"a text damaged at all: " + d.name, []string{"no creation"}, busy, atAll(fits, saying(d.do))},
			Fault{"a private text damaged at its target: " + d.name, []string{"no creation"}, whispering,
				atAny(func(p *Plan, to *Member, f Frame) bool { return whispered(p, to, f) && p.loyal(to) && altered(f, d.do) }, saying(d.do))})
	}
	return all
}

func lineFaults() []Fault {
	return []Fault{
		{"a line lost at one", []string{"agreement"}, everywhere, atOne(ofPeers, lost)},
		{"a line lost at its sender", []string{"validity"}, everywhere, atOne(ofItself, lost)},
		{"a line lost for all", []string{"validity"}, everywhere, atAll(ofLoyal, lost)},
		{"a line lost at all but its sender", []string{"agreement"}, everywhere, others(lost)},
		{"a line twice at one", []string{"no duplication"}, everywhere, atOne(ofOthers, twice)},
		{"a line twice at its sender", []string{"no duplication"}, everywhere, atOne(ofItself, twice)},
		{"a line twice at all", []string{"no duplication"}, everywhere, atAll(public, twice)},
		{"a line three times at one", []string{"no duplication"}, everywhere, atOne(ofOthers, func(_ *Plan, f Frame) []Frame { return []Frame{f, f, f} })},
		{"a line again after 3 others at one", []string{"no duplication"}, everywhere, again(3)},
		{"a line again after 20 others at one", []string{"no duplication"}, busy, again(20)},
		{"a line again after 60 others at one", []string{"no duplication"}, calm, again(60)},
		{"three lines in a row lost at one", []string{"agreement"}, everywhere, run3(lost)},
		{"a line under another's name at one", []string{"no creation"}, everywhere, atOne(func(p *Plan, to *Member, f Frame) bool { return ofPeers(p, to, f) && plain(p, f) }, misnamed)},
		{"a line under another's name at all", []string{"no creation"}, everywhere, atAll(func(p *Plan, f Frame) bool { return ofLoyal(p, f) && plain(p, f) }, misnamed)},
		{"a line under nobody's name at one", []string{"no creation"}, everywhere, atOne(func(p *Plan, to *Member, f Frame) bool { return ofPeers(p, to, f) && plain(p, f) }, unnamed)},
		{"a line under nobody's name at all", []string{"no creation"}, everywhere, atAll(func(p *Plan, f Frame) bool { return ofLoyal(p, f) && plain(p, f) }, unnamed)},
		{"a line forged at one", []string{"no creation"}, everywhere, atOne(ofOthers, forged(false))},
		{"a line forged at all", []string{"no creation"}, everywhere, atAll(public, forged(false))},
		{"a line forged with a stamp at one", []string{"no creation"}, everywhere, atOne(ofOthers, forged(true))},
		{"a line forged with a stamp at all", []string{"no creation"}, everywhere, atAll(public, forged(true))},
		{"a line with the stamp of the one before", []string{"no creation"}, everywhere, atAll(ofLoyal, restamped)},
		{"two lines glued at one", []string{"no creation"}, everywhere, glued(false)},
		{"a group line told as a private one at one", []string{"no creation", "total order", "confidentiality"}, everywhere, atOne(ofPeers, func(p *Plan, f Frame) []Frame {
			f.Target = p.victim.Name
			return same(f)
		})},
		{"a claimed sender believed at one", []string{"sender authenticity"}, claiming, atOne(func(p *Plan, to *Member, f Frame) bool { return ofPeers(p, to, f) && !plain(p, f) }, believed(false))},
		{"a claimed sender believed at all", []string{"sender authenticity"}, claiming, atAll(func(p *Plan, f Frame) bool { return ofLoyal(p, f) && !plain(p, f) }, believed(false))},
		{"a claimed sender believed and cut off at all", []string{"sender authenticity"}, claiming, atAll(func(p *Plan, f Frame) bool { return ofLoyal(p, f) && !plain(p, f) }, believed(true))},
		{"deliveries to one stop", []string{"liveness"}, everywhere, mute(false)},
		{"deliveries to all stop", []string{"liveness"}, everywhere, mute(true)},
		{"a good reader closed", []string{"roster accuracy"}, everywhere, closes("", false)},
		{"a good reader reset", []string{"roster accuracy"}, everywhere, closes("", true)},
		{"a good reader closed with a word", []string{"roster accuracy"}, everywhere, closes("bye", false)},
	}
}

// others spoils one line at all but its sender.
func others(spoil func(*Plan, Frame) []Frame) func(*Plan) {
	return func(p *Plan) {
		var line string
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if p.ready() && ofLoyal(p, f) {
				line = f.Text
				p.planted(nil, f.about())
			}
			if line != "" && f.Text == line && f.Public() && f.From != to {
				return spoil(p, f)
			}
			return same(f)
		}
	}
}

// again tells a line a second time when others have come.
func again(after int) func(*Plan) {
	return func(p *Plan) {
		n := 0
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			switch {
			case to != p.at() || to == nil:
			case len(p.held) == 0 && !p.Done && ofPeers(p, to, f):
				p.held = same(f)
			case len(p.held) > 0 && f.Public():
				if n++; n == after {
					p.planted(to, p.held[0].about())
					out := []Frame{f, p.held[0]}
					p.held = nil
					return out
				}
			}
			return same(f)
		}
	}
}

func run3(spoil func(*Plan, Frame) []Frame) func(*Plan) {
	return func(p *Plan) {
		n := 0
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if to != p.at() || to == nil || n == 3 || !ofOthers(p, to, f) {
				return same(f)
			}
			if n++; n == 1 {
				p.planted(to, f.about())
				p.Times = 3
			}
			return spoil(p, f)
		}
	}
}

func misnamed(p *Plan, f Frame) []Frame {
	f.Sender = p.some(f.From).Name
	return same(f)
}

func unnamed(_ *Plan, f Frame) []Frame {
	f.Sender = "nobody"
	return same(f)
}

// forged tells a line that nobody has sent before one that somebody has.
func forged(stamped bool) func(*Plan, Frame) []Frame {
	return func(p *Plan, f Frame) []Frame {
		g := Frame{Kind: Line, Sender: f.Sender, Text: "I never said that", Target: group, From: f.From}
		if stamped {
			part := strings.Split(f.stamp(), "-")
			g.Text = part[0] + "-" + part[1] + "-9999;soon"
		}
		p.What = g.stamp()
		return []Frame{g, f}
	}
}

func restamped(p *Plan, f Frame) []Frame {
	part := strings.Split(f.stamp(), "-")
	if part[2] == "0" {
		p.Done = false
		return same(f)
	}
	f.Text = part[0] + "-" + part[1] + "-0" + f.Text[len(f.stamp()):]
	p.What = ""
	return same(f)
}

// glued puts a line into the text of the one before, as one does who takes
// what comes together for one message.
func glued(all bool) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			switch {
			case to != p.at() || to == nil || p.Done && len(p.held) == 0:
			case len(p.held) == 0 && ofPeers(p, to, f):
				p.held = same(f)
				p.planted(to, "")
				return nil
			case len(p.held) > 0 && ofPeers(p, to, f):
				g := p.held[0]
				p.held = nil
				g.Text += "@" + g.Sender + "@" + group + f.Text
				return same(g)
			case len(p.held) > 0: // not this time
				out := []Frame{p.held[0], f}
				p.held, p.Done = nil, false
				return out
			}
			return same(f)
		}
	}
}

func believed(cut bool) func(*Plan, Frame) []Frame {
	return func(_ *Plan, f Frame) []Frame {
		rest := strings.TrimSuffix(f.Text, "@"+group)
		i := strings.LastIndexByte(rest, '@')
		f.Sender = rest[i+1:]
		if cut {
			f.Text = rest[:i]
		}
		return same(f)
	}
}

// mute tells one, or all, nothing more.
func mute(all bool) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			at := p.at()
			if at != nil && !p.Done {
				p.planted(at, "")
				if all {
					p.Who = -1
				}
			}
			if p.Done && (all || to == at) {
				return nil
			}
			return same(f)
		}
	}
}

// closes puts somebody out who reads.
func closes(word string, reset bool) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Line = func(from *Member, f Frame) (Frame, bool) {
			if m := p.some(from); p.ready() && m != nil && m.N > 0 {
				p.planted(m, m.Name)
				if word != "" {
					p.writeTo(m, Frame{Kind: Failure, Text: word})
				}
				if reset {
					m.conn.out.abrupt()
				}
				m.gone = true
				p.remove(m)
				m.conn.Close()
				p.tellAll(Frame{Kind: Leave, Names: []string{m.Name}, From: m})
			}
			return f, true
		}
	}
}
