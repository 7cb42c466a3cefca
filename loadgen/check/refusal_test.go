package check

import (
	"fmt"
	"slices"
	"testing"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// What a server says as it refuses a line.
func slowDown(*Line) string    { return "slow down" }
func itsText(l *Line) string   { return "refused: " + l.Text }
func itsTarget(l *Line) string { return wire.NoSuchUser.With(l.Target) }

func aLine(l *Line) bool    { return !l.Private() }
func aWhisper(l *Line) bool { return l.Private() }

// Who is told a line that is refused.
type refusedTo int

const (
	toOthers refusedTo = iota
	toAll
	toAllBefore // it is refused
)

func (m *sim) refuse(u *user, text string) {
	m.tell([]*user{u}, wire.Frame{Kind: wire.Error, Text: []byte(text)})
}

// refusing answers a line by an error and tells it all the same.
func refusing(says func(*Line) string, fits func(*Line) bool, to refusedTo) func(*plan) {
	return func(p *plan) {
		p.spoil.line = func(from *user, l *Line) bool {
			t := p.holder(l.Target)
			if !p.ready() || from != p.faulty || !fits(l) || l.Private() && (t == nil || t == from || !t.loyal) {
				return true
			}
			p.planted(from, string(ledger.AppendStamp(nil, p.nonce, from.n, l.Seq)))
			if l.Private() && to != toOthers { // which of those to one name the error is about, nobody can say
				p.about = []string{fmt.Sprintf("of chatter %d (", from.n)}
			}
			switch error := says(l); to {
			case toAll:
				p.refuse(from, error)
				p.deliver(from, l)
			case toAllBefore:
				p.deliver(from, l)
				p.refuse(from, error)
			default:
				p.refuse(from, error)
				p.withhold(from, l)
			}
			return false
		}
		p.spoil.tick = func() {
			if u := p.someone(p.faulty); p.ready() && p.faulty.talks() && u != nil {
				u.loyal = true
				p.say(p.faulty, map[bool]string{true: u.name}[fits(&Line{Note: Note{Target: "u"}})])
			}
		}
	}
}

// withhold tells a line to all but its sender.
func (m *sim) withhold(from *user, l *Line) {
	f := wire.Frame{Kind: wire.Line, Sender: []byte(from.name), Text: []byte(l.Text), Target: []byte(wire.Group)}
	to := slices.DeleteFunc(slices.Clone(m.here), func(u *user) bool { return u == from || l.Private() && u.name != l.Target })
	if l.Private() {
		f.Private, f.Target = true, []byte(l.Target)
	}
	m.tell(to, f)
}

// TestLostAfterAnError: an error that came before a line was sent is no answer to it.
func TestLostAfterAnError(t *testing.T) {
	j := New(Config{Nonce: "t3st"})
	s := enter(j, 0, "a")
	say := func(n int) wire.Frame {
		l := s.Send(Note{Seq: n, Text: string(ledger.AppendStamp(nil, "t3st", 0, n)), Intended: 2, Actual: 2, Measured: true})
		return wire.Frame{Kind: wire.Line, Sender: []byte("a"), Text: []byte(l.Text), Target: []byte(wire.Group)}
	}
	back := func(f wire.Frame) { s.Observe(&f, 3) }
	back(say(0))
	back(wire.Frame{Kind: wire.Error, Text: []byte("the room closes at ten")})
	say(1)
	back(say(2))
	r := j.End(End{})
	for _, o := range r.Checks {
		if (o.Name == Validity) != (o.Violations == 1) || (o.Name == Validity) != (o.Implied == 1) { // the loss explains the error
			t.Errorf("%s has %d violations: %+v", o.Name, o.Violations, o.Witnesses)
		}
	}
	if r.Refused != 0 {
		t.Errorf("%d refused", r.Refused)
	}
}

// TestRefusedAmongWhispers: a line is refused that should come back, so that its
// error counts first for a later one, a private one whose target is not there. The
// answer that says so is that line's, and the error is left for the first.
func TestRefusedAmongWhispers(t *testing.T) {
	for _, level := range []Level{Full, Order, Count} {
		j := New(Config{Nonce: "t3st", Level: level})
		s := enter(j, 0, "a")
		var lines []*Line
		for n, note := range []Note{{Due: ComesBack}, {Target: "z"}, {Target: "z"}, {Due: ComesBack}, {Target: "z"}, {}, {Due: ComesBack}} {
			note.Seq, note.Text = n, string(ledger.AppendStamp(nil, "t3st", 0, n))
			note.Intended, note.Actual, note.Measured = 2, 2, true
			lines = append(lines, s.Send(note))
		}
		fails := func(text string) { s.Observe(&wire.Frame{Kind: wire.Error, Text: []byte(text)}, 3) }
		back := func(n int) {
			s.Observe(&wire.Frame{Kind: wire.Line, Sender: []byte("a"), Text: []byte(lines[n].Text), Target: []byte(wire.Group)}, 3)
		}
		fails("slow down")
		fails(wire.NoSuchUser.With("z"))
		fails(wire.NoSuchUser.With("z"))
		back(3)
		fails(wire.NoSuchUser.With("z"))
		fails("slow down")
		back(6)
		for n, l := range lines {
			if back := n == 3 || n == 6; l.Refused() == back || !l.Answered() {
				t.Errorf("%v: line %d: refused: %t, answered: %t", level, n, l.Refused(), l.Answered())
			}
		}
		r := j.End(End{})
		for _, o := range r.Checks {
			if o.Violations > 0 {
				t.Errorf("%v: %s has %d violations: %+v", level, o.Name, o.Violations, o.Witnesses)
			}
		}
		if r.Refused != 1 {
			t.Errorf("%v: %d refused", level, r.Refused)
		}
	}
}

// TestRefusedBeforeAReset: a line is refused that should come back, and a later one
// comes: then the error is that line's, and not that of one of which a reset keeps
// the answer back.
func TestRefusedBeforeAReset(t *testing.T) {
	for _, due := range []ledger.Answer{ComesBack, ledger.EitherWay} {
		j := New(Config{Nonce: "t3st"})
		s := enter(j, 0, "a")
		var lines []*Line
		for n, due := range []ledger.Answer{ComesBack, due, ledger.EitherWay, ledger.EitherWay} {
			lines = append(lines, s.Send(Note{Seq: n, Text: string(ledger.AppendStamp(nil, "t3st", 0, n)), Intended: 2, Actual: 2, Measured: true, Due: due}))
		}
		s.Observe(&wire.Frame{Kind: wire.Error, Text: []byte("slow down")}, 3)
		s.Observe(&wire.Frame{Kind: wire.Line, Sender: []byte("a"), Text: []byte(lines[1].Text), Target: []byte(wire.Group)}, 3)
		if !lines[0].Refused() || lines[2].Answered() || lines[3].Answered() || s.Unsettled() != 2 {
			t.Errorf("refused: %t; answered: %t, %t; %d under way", lines[0].Refused(), lines[2].Answered(), lines[3].Answered(), s.Unsettled())
		}
		s.Closing(Reset, 4)
		s.Ended(5)
		for _, o := range j.End(End{}).Checks {
			for _, w := range o.Witnesses {
				if w.Check == Validity && w.Sentence == "a line was lost for everybody although later ones of its sender came" {
					t.Errorf("%+v", w)
				}
			}
		}
	}
}

// TestRefusedLinesAreNotLost: whatever a server refuses, wherever its errors
// stand among what comes back, nothing is found against it, and each refused
// line is counted.
func TestRefusedLinesAreNotLost(t *testing.T) {
	total := int64(0)
	for _, c := range []struct {
		name  string
		level Level
		churn bool
		atAll bool // errors about nothing come as well
		early bool // an error comes as soon as its line is sent, before older ones come back
	}{
		{name: "in their place"}, {name: "with churn", churn: true},
		{name: "at once", early: true}, {name: "among others", atAll: true},
		{name: "order", level: Order}, {name: "count", level: Count}, {name: "off", level: Off},
		{name: "count with churn", level: Count, churn: true},
	} {
		for seed := range seeds(60) {
			m := newSim(seed, []int{1, 2, 7, 20}[seed%4], c.level)
			if c.churn {
				m.rhythm(seed)
			} else {
				m.awake = true
			}
			refused := int64(0)
			says := func(l *Line) string {
				return []string{"slow down", fmt.Sprintf("line %d: too loud", seed), "refused: " + l.Text}[l.Seq%3]
			}
			m.spoil.line = func(from *user, l *Line) bool {
				if l.Seq%2 == 0 || c.early {
					return true
				}
				refused++
				m.refuse(from, says(l))
				return false
			}
			m.spoil.input = func(u *user) {
				if n := len(u.in) - 1; c.early && n >= 0 && u.in[n].Seq%2 == 1 && u.s != nil {
					refused++
					m.refuse(u, says(u.in[n]))
					u.in = u.in[:n]
				}
			}
			m.spoil.tick = func() {
				if u := m.users[m.rnd.IntN(len(m.users))]; c.atAll && u.s != nil {
					m.refuse(u, "the room closes at ten")
				}
			}
			r := m.run(800, c.churn)
			for _, o := range r.Checks {
				if o.Violations > 0 || o.Implied > 0 && (!c.atAll || o.Name != Validity) {
					t.Fatalf("%s, seed %d: %s has %d violations, %d implied: %+v", c.name, seed, o.Name, o.Violations, o.Implied, o.Witnesses)
				}
			}
			if !c.churn && r.Refused != refused || r.Refused > refused {
				t.Fatalf("%s, seed %d: %d lines were refused, %d were counted", c.name, seed, refused, r.Refused)
			}
			if c.level < Count && r.Deliveries != r.Expected {
				t.Fatalf("%s, seed %d: %d of %d deliveries", c.name, seed, r.Deliveries, r.Expected)
			}
			total += r.Refused
		}
	}
	if total == 0 {
		t.Error("nothing was refused")
	}
}

// TestErrorsAboutNothing: an error that answers nothing is a violation of validity
// over a protocol whose errors answer lines, and of nothing over any other.
func TestErrorsAboutNothing(t *testing.T) {
	for seed := range seeds(100) {
		foreign := seed%2 == 0
		m := newSim(seed, []int{1, 2, 7, 20}[seed/2%4], Full)
		if m.awake = true; foreign {
			m.judge = New(Config{Nonce: m.nonce, Capabilities: Capabilities{Protocol: "another protocol"}})
		}
		said := make(map[string]bool)
		m.spoil.tick = func() {
			if u := m.users[m.rnd.IntN(len(m.users))]; u.s != nil && m.rnd.IntN(20) == 0 {
				text := fmt.Sprintf("the room closes at %d", len(said))
				said[text] = true
				m.refuse(u, text)
			}
		}
		r := m.run(800, false)
		for _, o := range r.Checks {
			want := int64(0)
			if o.Name == Validity && !foreign {
				want = int64(len(said))
			}
			if o.Violations != want || o.Implied > 0 {
				t.Fatalf("seed %d: %s has %d violations for %d errors: %+v", seed, o.Name, o.Violations, len(said), o.Witnesses)
			}
		}
		if r.Refused != 0 || r.Deliveries != r.Expected || len(said) == 0 {
			t.Fatalf("seed %d: %d refused, %d of %d deliveries, %d errors", seed, r.Refused, r.Deliveries, r.Expected, len(said))
		}
	}
}

// TestWhyClosed: an error after which a line came is not why the server closes a
// connection, unless it says that it closes.
func TestWhyClosed(t *testing.T) {
	for _, c := range []struct {
		text string
		more bool // a line comes behind it
		want string
	}{
		{"slow down", false, "slow down"},
		{"slow down", true, ""},
		{wire.Kicked.Text(), true, wire.Kicked.Text()},
	} {
		j := New(Config{Nonce: "t3st"})
		s := enter(j, 0, "a")
		l := s.Send(Note{Text: string(ledger.AppendStamp(nil, "t3st", 0, 0)), Intended: 2, Actual: 2, Measured: true})
		s.Observe(&wire.Frame{Kind: wire.Error, Text: []byte(c.text)}, 3)
		if c.more {
			s.Observe(&wire.Frame{Kind: wire.Line, Sender: []byte("a"), Text: []byte(l.Text), Target: []byte(wire.Group)}, 4)
		}
		s.Ended(5)
		if s.Said() != c.want {
			t.Errorf("%q, more: %t: said %q", c.text, c.more, s.Said())
		}
	}
}

// TestLastWords: the error before the server closes a connection answers no
// line; one after a half-close answers all that is not said by then.
func TestLastWords(t *testing.T) {
	start := func(lines int) (*Judge, *Session) {
		j := New(Config{Nonce: "t3st"})
		s := enter(j, 0, "a")
		for n := range lines {
			s.Send(Note{Seq: n, Text: string(ledger.AppendStamp(nil, "t3st", 0, n)), Intended: 2, Actual: 2, Measured: true})
		}
		return j, s
	}
	word := &wire.Frame{Kind: wire.Error, Text: []byte("the server restarts")}

	j, s := start(3)
	s.Observe(word, 3)
	s.Ended(4)
	if n := j.Refused(); n != 0 || s.Unsettled() != 3 || s.Said() != "the server restarts" {
		t.Errorf("closed: %d refused, %d under way", n, s.Unsettled())
	}
	j, s = start(3)
	s.Closing(HalfClose, 3)
	s.Observe(word, 3)
	s.Ended(4)
	if n := j.Refused(); n != 3 || s.Unsettled() != 0 {
		t.Errorf("half-closed: %d refused, %d under way", n, s.Unsettled())
	}
}
