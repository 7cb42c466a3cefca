package outside

import "time"

func orderFaults() (all []Fault) {
	line := func(_, f Frame) bool { return f.Public() }
	change := func(_, f Frame) bool { return f.Kind == Join || f.Kind == Leave }
	for by, count := range map[int]string{1: "one line", 2: "two lines", 5: "five lines", 12: "twelve lines"} {
		all = append(all,
			Fault{"a line behind " + count + " at one", []string{"total order", "causal order"}, busy, delayed(ofPeers, line, by)},
			Fault{"one's own line behind " + count, []string{"total order", "causal order"}, busy, delayed(ofItself, line, by)},
			Fault{"a join behind " + count + " at one", []string{"view order"}, []string{"mixed", "churn", "namesakes"}, delayed(of(Join), line, by)},
			Fault{"a leave behind " + count + " at one", []string{"view order"}, []string{"mixed", "churn", "namesakes"}, delayed(of(Leave), line, by)})
	}
	return append(all,
		Fault{"a line behind a join or leave at one", []string{"view order"}, coming, beforeChange()},
		Fault{"a join behind a join or leave at one", []string{"view order"}, coming, delayed(of(Join), change, 1)},
		Fault{"a leave behind a join or leave at one", []string{"view order"}, coming, delayed(of(Leave), change, 1)},
		Fault{"one sender's lines swapped for all", []string{"FIFO order"}, everywhere, fifo(false)},
		Fault{"one sender's private lines swapped for all", []string{"FIFO order"}, []string{"private", "quiet", "whispers"}, fifo(true)},
		Fault{"an answer before its question at all others", []string{"causal order"}, calm, answered},
	)
}

// beforeChange holds a line back until a join or leave has passed it.
func beforeChange() func(*Plan) {
	return func(p *Plan) {
		var before Frame // the last line that the victim was not yet told
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if to != p.at() || to == nil || p.Done {
				return same(f)
			}
			switch {
			case before.Kind == 0 && ofPeers(p, to, f):
				before = f
				return nil
			case before.Kind == 0:
				return same(f)
			case f.Kind == Join || f.Kind == Leave:
				p.planted(to, before.about())
				return []Frame{f, before}
			case ofPeers(p, to, f):
				out := same(before)
				before = f
				return out
			}
			out := []Frame{before, f}
			before = Frame{}
			return out
		}
	}
}

// fifo swaps two lines of one sender on their way in.
func fifo(private bool) func(*Plan) {
	return func(p *Plan) {
		var held *Frame
		p.Hooks.Line = func(m *Member, f Frame) (Frame, bool) {
			switch {
			case p.Done || !p.ready() && held == nil || !p.loyal(m) || f.Private() != private || private && (!p.loyal(p.holder(f.Target)) || f.Target == m.Name):
			case held == nil:
				g := f
				held = &g
				return f, false
			case held.From == m && held.Target == f.Target:
				p.planted(nil, f.about())
				p.place(f)
				return *held, true
			}
			return f, true
		}
	}
}

// answered has somebody's line come to all others before one that it had seen.
// What others say meanwhile waits.
func answered(p *Plan) {
	var question *Frame
	var waiting []Frame
	var asked time.Time
	goOn := func(answer Frame, seen bool) {
		if seen {
			p.planted(nil, "")
			p.tellAll(answer)
		}
		for _, o := range p.members {
			if o != p.victim {
				p.writeTo(o, *question)
			}
		}
		if !seen {
			p.tellAll(answer)
		}
		for _, g := range waiting {
			p.place(g)
		}
		question, waiting = nil, nil
	}
	p.Hooks.Line = func(m *Member, f Frame) (Frame, bool) {
		switch {
		case p.Done || question == nil && !p.ready() || question != nil && m == p.victim && f.Private():
			return f, true
		case question != nil && m == p.victim:
			goOn(f, time.Since(asked) >= instant)
			return f, false
		case question != nil:
			waiting = append(waiting, f)
			return f, false
		case p.at() == nil || p.victim == m || !p.loyal(m) || f.Private():
			return f, true
		}
		question, asked = &f, time.Now()
		p.writeTo(p.victim, f)
		return f, false
	}
}
