package check

import (
	"slices"
	"testing"
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
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			planted := 0
			for seed := uint64(0); planted < 3; seed++ {
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
