package check

import (
	"slices"
	"testing"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// likeIRC is what clients of IRC can show.
var likeIRC = Capabilities{Protocol: "IRC", Sets: true, OwnSuffix: true, NoClaims: true}

// unordered has a server tell newcomers who is there with the newest first.
func (m *sim) unordered() {
	m.judge = New(Config{Nonce: m.nonce, Capabilities: likeIRC})
	spoil := m.spoil.roster
	m.spoil.roster = func(u *user, names []string) []string {
		names = slices.Clone(names)
		if spoil != nil {
			names = spoil(u, names)
		}
		slices.Reverse(names)
		return names
	}
}

// TestSetsOfNames: where rosters are in no order, a right server raises no alarm,
// and each defect but that of the order is found as elsewhere.
func TestSetsOfNames(t *testing.T) {
	for seed := range seeds(100) {
		m := newSim(seed, 7, Full)
		m.unordered()
		m.rhythm(seed)
		for _, o := range m.run(600, true).Checks {
			if o.Violations+o.Implied > 0 {
				t.Fatalf("seed %d: %s has %d violations, %d implied: %+v", seed, o.Name, o.Violations, o.Implied, o.Witnesses)
			}
			if unable := o.Name == NameSuffixing || o.Name == Authenticity; unable && o.Reason == "" {
				t.Fatalf("seed %d: %s is %s without a reason", seed, o.Name, o.Verdict)
			}
		}
	}
	for _, d := range defects {
		if d.check == NameSuffixing || d.check == Authenticity {
			continue
		}
		if d.name == "a stranger lacking in the first roster" {
			continue // without an order nobody can tell one who was there from one who came since
		}
		if d.name == "a private line to a leaver's socket" {
			continue // who comes by that name next may have had it by then, see TestNameBeforeTheRoom
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			planted := 0
			for seed := uint64(0); planted < int(seeds(3)); seed++ {
				if seed > 80 {
					t.Fatalf("planted in %d of %d runs only", planted, seed)
				}
				p := planned(d, 7, 600, seed, seed%2 == 0)
				p.unordered()
				r := p.run(600, true)
				if !p.done {
					continue
				}
				planted++
				if d.name == "a roster in another order" {
					d.check = "none"
				}
				for _, w := range p.wrong(d, r) {
					t.Errorf("seed %d: %s", seed, w)
				}
			}
		})
	}
}

// TestNameBeforeTheRoom: where clients ask for a name before they ask to get in, a private
// line to one that another has left may go to who has it next and is not in yet, whatever
// name that one had asked for first. Elsewhere, and where nobody comes, such a line is told
// although nobody has the name.
func TestNameBeforeTheRoom(t *testing.T) {
	const unasked = "-"
	for _, c := range []struct {
		can   Capabilities
		asked string // by who comes
		fails bool
	}{
		{likeIRC, "b", false},
		{likeIRC, "小明", false},
		{likeIRC, unasked, true},
		{Capabilities{}, "b", true},
	} {
		j := New(Config{Nonce: "t3st", Capabilities: c.can})
		a, b := enter(j, 0, "a"), enter(j, 1, "a", "b")
		a.Observe(viewFrame(wire.Join, "b"), 1)
		b.Closing(FIN, 2)
		b.Ended(2)
		a.Observe(viewFrame(wire.Leave, "b"), 2)
		if c.asked != unasked {
			j.Dial(2, c.asked, 2)
		}
		l := a.Send(Note{Target: "b", Text: string(ledger.AppendStamp(nil, "t3st", 0, 0)), Intended: 3, Actual: 3, Measured: true})
		a.Observe(&wire.Frame{Kind: wire.Line, Private: true, Sender: []byte("a"), Text: []byte(l.Text), Target: []byte("b")}, 4)
		for _, o := range j.End(End{}).Checks {
			if o.Name == Validity && (o.Violations > 0) != c.fails {
				t.Errorf("%q: validity has %d violations: %+v", c.asked, o.Violations, o.Witnesses)
			}
		}
	}
}
