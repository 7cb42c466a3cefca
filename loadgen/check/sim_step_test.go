package check

// leave begins a chatter's stay to end.
func (m *sim) leave(u *user, kind Leave) {
	m.now += m.tick
	u.s.Closing(kind, m.now)
	u.leaving = kind
	if kind == Reset {
		u.in = u.in[:m.rnd.IntN(len(u.in)+1)]
		u.s.Ended(m.now)
		u.s, u.out = nil, nil
	}
}

// gone ends a half-closed stay once the server has taken it and all was read.
func (m *sim) gone(u *user) {
	if u.s != nil && u.leaving != Stays && !u.here {
		m.read(u, 1<<30)
		u.s.Ended(m.now)
		u.s = nil
	}
}

// step does one thing that a seed chooses.
func (m *sim) step(churn bool) {
	if m.spoil.tick != nil {
		m.spoil.tick()
	}
	u := m.users[m.rnd.IntN(len(m.users))]
	m.gone(u)
	talks := u.talks()
	switch k := m.rnd.IntN(20); {
	case u.s == nil:
		if !u.here && (!m.once || u.stays == 0) {
			m.dial(u)
		}
	case k < 6 && talks:
		claims := ""
		if o := m.users[m.rnd.IntN(len(m.users))]; o != u && m.rnd.IntN(10) == 0 {
			claims = o.name
		}
		m.claim(u, "", claims)
	case k == 6 && talks && len(m.here) > 0:
		m.say(u, m.here[m.rnd.IntN(len(m.here))].name)
	case k == 7 && churn && !u.loyal && u != m.asleep && u.leaving == Stays && u.here:
		switch {
		case m.rnd.IntN(m.haste) != 0:
		case talks && u.s.Bound, talks && m.rash:
			m.leave(u, Leave(1+m.rnd.IntN(3)))
		case m.rash:
			m.leave(u, Reset)
		}
	case k < 13:
		if u != m.lazy && u != m.asleep {
			m.read(u, m.rnd.IntN(u.pace))
		}
	default:
		m.take(u, m.rnd.IntN(4))
	}
	if u.s == nil && u.here { // reset: the server finds out sooner or later
		m.take(u, m.rnd.IntN(2))
	}
}

// doze has the last chatter stop reading, for which the server may put it out.
func (m *sim) doze() {
	u := m.users[len(m.users)-1]
	if m.awake || len(m.users) < 3 || !u.talks() || !u.s.Bound {
		return
	}
	u.s.Stall(m.now)
	m.asleep = u
	if !u.loyal && m.rnd.IntN(2) == 0 {
		u.in = nil
		m.remove(u)
	}
}

// wake has it read on, to the end of its stream if it was put out.
func (m *sim) wake() {
	u := m.asleep
	if u == nil {
		return
	}
	m.asleep = nil
	u.s.Resume(m.now)
	if !u.here {
		m.read(u, m.rnd.IntN(len(u.out)+1))
		u.s.Ended(m.now)
		u.s, u.out = nil, nil
	}
}

// run returns a whole run: everybody joins, steps, drain, one anchor, end.
func (m *sim) run(steps int, churn bool) Result {
	m.dial(m.users[0])
	m.read(m.users[0], 10)
	first := m.users
	if m.once {
		first = m.users[:(len(m.users)+1)/2]
	}
	for _, u := range first[1:] {
		m.dial(u)
	}
	for _, u := range first {
		m.read(u, 1+m.rnd.IntN(10))
	}
	for i := range steps {
		switch i {
		case steps / 3:
			m.doze()
		case steps * 2 / 3:
			m.wake()
		}
		m.step(churn)
	}
	for range 2 {
		for _, u := range m.users {
			m.take(u, 1<<30)
		}
	}
	m.read(m.users[0], 1<<30)
	m.say(m.users[0], "")
	m.take(m.users[0], 1)
	for _, u := range m.users {
		m.read(u, 1<<30)
		m.gone(u)
	}
	m.early = m.judge.Violated()
	return m.judge.End(End{Required: Names()})
}
