package outside

import "time"

func comingFaults() []Fault {
	return []Fault{
		{"a join lost at one", []string{"agreement", "view order"}, coming, atOne(of(Join), lost)},
		{"a join twice at one", []string{"no duplication"}, coming, atOne(of(Join), twice)},
		{"a join twice at all", []string{"no duplication"}, coming, change(Join, twice)},
		{"a join told to nobody", []string{"view order", "agreement"}, coming, change(Join, lost)},
		{"a leave lost at one", []string{"leave completeness"}, coming, atOne(of(Leave), lost)},
		{"a leave twice at one", []string{"leave completeness"}, coming, atOne(of(Leave), twice)},
		{"a leave twice at all", []string{"leave completeness"}, coming, change(Leave, twice)},
		{"a leave told to nobody", []string{"leave completeness"}, coming, change(Leave, lost)},
		{"a leave told after 6 s", []string{"leave completeness"}, coming, tardy},
		{"a false leave at one", []string{"roster accuracy"}, everywhere, falseLeave(false)},
		{"a false leave at all", []string{"roster accuracy"}, everywhere, falseLeave(true)},
		{"a leave of nobody at one", []string{"leave completeness", "roster accuracy"}, everywhere, noise(Frame{Kind: Leave, Names: []string{"nobody"}}, false)},
		{"a leave of nobody at all", []string{"leave completeness", "roster accuracy"}, everywhere, noise(Frame{Kind: Leave, Names: []string{"nobody"}}, true)},
		{"a join of nobody at one", []string{"agreement", "view order", "roster accuracy"}, everywhere, noise(Frame{Kind: Join, Names: []string{"phantom"}}, false)},
		{"a ghost speaks", []string{"view order"}, coming, lastLine(func(*Member) bool { return true }, func(p *Plan, m *Member, f Frame) {
			p.tellLeave(m)
			p.place(f)
		})},
		{"nobody who comes back is answered", []string{"admission"}, coming, admits(func(*Plan, *conn, string) {}, 99)},
		{"one who comes back is not answered", []string{"admission"}, coming, admits(func(*Plan, *conn, string) {}, 1)},
		{"one who comes back is closed", []string{"admission"}, coming, admits(func(_ *Plan, c *conn, _ string) { c.Close() }, 1)},
		{"all who come back are closed", []string{"admission"}, coming, admits(func(_ *Plan, c *conn, _ string) { c.Close() }, 99)},
		{"one who comes back is reset", []string{"admission"}, coming, admits(func(_ *Plan, c *conn, _ string) { c.out.abrupt(); c.Close() }, 1)},
		{"one who comes back is refused for its name", []string{"admission"}, coming, admits(refuses("that is no name"), 1)},
		{"all who come back are refused for their names", []string{"admission"}, coming, admits(refuses("name in use"), 99)},
		{"one who comes back gets a welcome and no roster", []string{"admission"}, coming, admits(func(p *Plan, c *conn, asked string) {
			p.write(c, Frame{Kind: Welcome, Names: []string{asked}})
		}, 1)},
		{"one who comes back gets a roster and no welcome", []string{"admission"}, coming, admits(func(p *Plan, c *conn, asked string) {
			p.write(c, Frame{Kind: Roster, Names: append(p.names(), asked)})
		}, 1)},
	}
}

func refuses(text string) func(*Plan, *conn, string) {
	return func(p *Plan, c *conn, _ string) {
		p.write(c, Frame{Kind: Failure, Text: text})
		c.Close()
	}
}

// change spoils what everybody is told of one join or leave.
func change(kind Kind, spoil func(*Plan, Frame) []Frame) func(*Plan) {
	return atAll(func(_ *Plan, f Frame) bool { return f.Kind == kind }, spoil)
}

// tardy finds out late that one has left.
func tardy(p *Plan) {
	p.Hooks.Late = func(m *Member) time.Duration {
		if !p.ready() || !m.reset { // else it is owed what comes before its leave
			return 0
		}
		p.planted(nil, m.Name)
		return 6 * time.Second
	}
}

func (p *Plan) tellLeave(m *Member) { p.tellAll(Frame{Kind: Leave, Names: []string{m.Name}, From: m}) }

func falseLeave(all bool) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Line = func(from *Member, f Frame) (Frame, bool) {
			m, at := p.some(from), p.some()
			if !p.ready() || m == nil || m.N == 0 || at == m || at == nil {
				return f, true
			}
			p.planted(nil, m.Name)
			for _, o := range p.members {
				if o != m && (all || o == at) {
					p.writeTo(o, Frame{Kind: Leave, Names: []string{m.Name}})
				}
			}
			return f, true
		}
	}
}

// noise tells one, or all, a frame that is about nothing.
func noise(g Frame, all bool) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Line = func(_ *Member, f Frame) (Frame, bool) {
			if at := p.at(); p.ready() && at != nil {
				p.planted(nil, "")
				for _, o := range p.members {
					if all || o == at {
						p.writeTo(o, g)
					}
				}
			}
			return f, true
		}
	}
}

// lastLine deals in another way with the last line of somebody who leaves, and with
// the telling of its leave. What those say who are going to leave waits for a moment.
func lastLine(fits func(*Member) bool, deal func(p *Plan, m *Member, f Frame)) func(*Plan) {
	return lastLineFor(instant, fits, deal)
}

// lastLineFor is lastLine where what is said waits for so long.
func lastLineFor(hold time.Duration, fits func(*Member) bool, deal func(p *Plan, m *Member, f Frame)) func(*Plan) {
	return func(p *Plan) {
		last := make(map[*Member]*Frame)
		release := func(m *Member) {
			if f := last[m]; f != nil {
				delete(last, m)
				p.place(*f)
			}
		}
		p.Hooks.Line = func(m *Member, f Frame) (Frame, bool) {
			release(m)
			if p.Done || f.Private() || m.Chatter < 0 || p.Stays(m.Chatter) {
				return f, true
			}
			last[m] = &f
			p.later(hold, func() {
				if last[m] == &f {
					release(m)
				}
			})
			return f, false
		}
		p.Hooks.Ended = func(m *Member) {
			if !p.ready() || !fits(m) {
				release(m)
			}
		}
		p.Hooks.Leave = func(m *Member) bool {
			f := last[m]
			if f == nil {
				return true
			}
			delete(last, m)
			p.planted(nil, m.Name)
			deal(p, m, *f)
			return false
		}
	}
}

// admits deals in another way with those who come back.
func admits(deal func(p *Plan, c *conn, asked string), times int) func(*Plan) {
	return func(p *Plan) {
		left := times
		known := make(map[string]bool) // who have been in
		p.Hooks.Admit = func(c *conn, asked string) bool {
			if p.lines < p.After {
				known[asked] = true
			}
			if p.lines < p.After || left == 0 || isNone(asked) || !known[asked] {
				return true
			}
			left--
			if !p.Done {
				p.planted(nil, "")
			}
			deal(p, c, asked)
			return false
		}
	}
}
