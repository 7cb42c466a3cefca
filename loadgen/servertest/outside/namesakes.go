package outside

// namesakeLoads are the workloads in which several ask for one name.
var namesakeLoads = []string{"namesakes", "crowded", "churn", "mixed"}

// namesakeFaults are about joins and leaves of namesakes that only some are told of.
func namesakeFaults() (all []Fault) {
	ways := []struct {
		name string
		left func(*Member) bool
	}{
		{"by FIN", func(m *Member) bool { return m.orderly(false) }},
		{"by half-close", func(m *Member) bool { return m.orderly(true) }},
		{"by reset", func(m *Member) bool { return m.reset }},
	}
	for _, some := range []struct {
		name string
		n    int
	}{{"one", 1}, {"two", 2}, {"three", 3}} {
		for _, way := range ways {
			all = append(all, Fault{"the leave of a namesake " + way.name + " is told at " + some.name + " only", []string{"leave completeness"}, namesakeLoads,
				partly(Leave, some.n, func(p *Plan, m *Member) bool { return p.namesake(m) && way.left(m) })})
		}
		all = append(all,
			Fault{"a namesake is put out, which is told at " + some.name + " only", []string{"roster accuracy"}, namesakeLoads, kicked(some.n)},
			Fault{"the join of a namesake is told at " + some.name + " only", []string{"agreement", "view order"}, namesakeLoads, partly(Join, some.n, (*Plan).namesake)},
			Fault{"a join is told at " + some.name + " only", []string{"agreement", "view order"}, coming, partly(Join, some.n, func(*Plan, *Member) bool { return true })},
			Fault{"a leave is told at " + some.name + " only", []string{"leave completeness"}, coming, partly(Leave, some.n, func(*Plan, *Member) bool { return true })})
	}
	return all
}

// namesake reports whether others are there who have asked for a member's name.
func (p *Plan) namesake(m *Member) bool {
	for _, o := range p.members {
		if o != m && o.Asked == m.Asked {
			return true
		}
	}
	return false
}

// partly has only some be told of one join or leave.
func partly(kind Kind, n int, fits func(*Plan, *Member) bool) func(*Plan) {
	return func(p *Plan) {
		var of *Member
		told := make(map[*Member]bool)
		p.Hooks.Emit = func(to *Member, f Frame) []Frame {
			if f.Kind != kind || f.From == nil {
				return same(f)
			}
			if p.ready() && f.From.conn != nil && (kind == Join || !p.Stays(f.From.Chatter)) && fits(p, f.From) && len(p.loyals()) > n {
				p.planted(nil, f.about())
				of = f.From
				for _, m := range p.loyals()[:n] {
					told[m] = true
				}
			}
			if f.From == of && !told[to] {
				return nil
			}
			return same(f)
		}
	}
}

// kicked puts a namesake out who reads, and tells only some.
func kicked(n int) func(*Plan) {
	return func(p *Plan) {
		p.Hooks.Line = func(from *Member, f Frame) (Frame, bool) {
			m := p.some(from)
			if !p.ready() || m == nil || m.N == 0 || !p.namesake(m) {
				return f, true
			}
			p.planted(m, m.Name)
			m.gone = true
			p.remove(m)
			m.conn.Close()
			all := p.loyals()
			for _, o := range all[:min(n, len(all))] {
				p.writeTo(o, Frame{Kind: Leave, Names: []string{m.Name}})
			}
			return f, true
		}
	}
}

// loyals returns those who stay, in an order that is drawn.
func (p *Plan) loyals() (all []*Member) {
	for _, m := range p.members {
		if p.loyal(m) {
			all = append(all, m)
		}
	}
	p.rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}
