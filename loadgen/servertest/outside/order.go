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
	p.Hooks.Line = (&inversion{Plan: p}).line
}

// inversion is a line that only the victim has seen, until that says something.
type inversion struct {
	*Plan
	question *Frame // nil: there is none
	asked    time.Time
	waiting  []Frame
}

func (i *inversion) line(m *Member, f Frame) (Frame, bool) {
	switch {
	case i.Done:
		return f, true
	case i.question != nil:
		return i.meanwhile(m, f)
	case !i.ready() || i.at() == nil || i.victim == m || !i.loyal(m) || f.Private():
		return f, true
	}
	i.question, i.asked = &f, time.Now()
	i.writeTo(i.victim, f)
	return f, false
}

// meanwhile takes a line while there is a question.
func (i *inversion) meanwhile(m *Member, f Frame) (Frame, bool) {
	switch {
	case m == i.victim && f.Private():
		return f, true
	case m == i.victim:
		i.goOn(f, time.Since(i.asked) >= instant)
	default:
		i.waiting = append(i.waiting, f)
	}
	return f, false
}

// goOn has all get the question, and before it the answer where the victim has
// seen what it answers.
func (i *inversion) goOn(answer Frame, seen bool) {
	if seen {
		i.planted(nil, "")
		i.tellAll(answer)
	}
	for _, o := range i.members {
		if o != i.victim {
			i.writeTo(o, *i.question)
		}
	}
	if !seen {
		i.tellAll(answer)
	}
	for _, g := range i.waiting {
		i.place(g)
	}
	i.question, i.waiting = nil, nil
}
