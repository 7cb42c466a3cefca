package check

import (
	"slices"
	"strings"
	"testing"

	"chatsim/manager/wire"
)

// TestCut has a line that came cut be called so, with where.
func TestCut(t *testing.T) {
	const kept = 13
	m := newTopic(1, 7, false)
	done := false
	m.spoil = func(to *subscriber, f wire.Frame) []wire.Frame {
		if to.n == 1 && !done {
			done = true
			f.Text = slices.Clone(f.Text)[:kept]
		}
		return []wire.Frame{f}
	}
	for _, o := range m.run(200).Checks {
		if o.Name != NoCreation {
			continue
		}
		const want = "a line came cut at 13 of its 14 bytes, as by a limit of the server's"
		if len(o.Witnesses) != 1 || !strings.HasPrefix(o.Witnesses[0].Sentence, want) {
			t.Errorf("%+v", o.Witnesses)
		}
	}
}

// TestLateBySender has one get all lines of a sender long after those of another, and
// after everybody else: where only each sender's lines have an order, they are neither
// lost nor come twice.
func TestLateBySender(t *testing.T) {
	m := newTopic(1, 3, true)
	for _, u := range m.users {
		m.come(u)
	}
	late := m.users[1]
	var held []wire.Frame
	for range 1500 { // the ledger forgets by the thousand
		for _, u := range []*subscriber{m.users[0], m.users[2]} {
			m.now++
			m.publish(u)
			for _, f := range late.out {
				if string(f.Sender) == "bob-2" {
					held = append(held, f)
				}
			}
			late.out = slices.DeleteFunc(late.out, func(f wire.Frame) bool { return string(f.Sender) == "bob-2" })
			for _, to := range m.users {
				m.read(to, len(to.out))
			}
		}
	}
	late.out = held
	m.read(late, len(held))
	r := m.j.End(End{})
	for _, o := range r.Checks {
		if o.Violations > 0 {
			t.Errorf("%s: %d violations: %+v", o.Name, o.Violations, o.Witnesses[0])
		}
	}
	if r.Lost != nil || r.Deliveries != r.Expected {
		t.Errorf("%d of %d deliveries, lost %+v", r.Deliveries, r.Expected, r.Lost)
	}
}
