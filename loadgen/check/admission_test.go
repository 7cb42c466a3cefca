package check

import (
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
)

// Whoever is kept out is a violation, those to whom the same happened one; who is
// turned away makes it inconclusive; who was to be neither.
func TestAdmission(t *testing.T) {
	type denial struct {
		how   ledger.Denial
		words string
	}
	for _, c := range []struct {
		name       string
		denials    []denial
		end        End
		verdict    report.Verdict
		violations int64
	}{
		{"nobody", nil, End{}, report.Passed, 0},
		{"one", []denial{{KeptOut, "closed"}}, End{}, report.Failed, 1},
		{"two in one way", []denial{{KeptOut, "closed"}, {KeptOut, "closed"}}, End{}, report.Failed, 1},
		{"two in two ways", []denial{{KeptOut, "closed"}, {Waiting, "not answered"}}, End{}, report.Failed, 2},
		{"one who waits while things come", []denial{{Waiting, "not answered"}}, End{Advancing: true}, report.Inconclusive, 0},
		{"one turned away", []denial{{Turned, "full"}}, End{}, report.Inconclusive, 0},
		{"one turned away, one kept out", []denial{{Turned, "full"}, {KeptOut, "closed"}}, End{}, report.Failed, 1},
		{"one as declared", []denial{{Declared, "full"}}, End{}, report.Passed, 0},
	} {
		m := newSim(1, 3, Full)
		for _, u := range m.users {
			m.dial(u)
			m.read(u, 10)
		}
		for n, d := range c.denials {
			s := m.judge.Dial(3+n, "x", m.now)
			s.Closing(Reset, m.now)
			s.Ended(m.now)
			s.Denied(d.how, d.words, m.now+time.Second)
		}
		c.end.Required = []string{Admission}
		r := m.judge.End(c.end)
		o := r.Checks[len(r.Checks)-1]
		if o.Name != Admission || o.Verdict != c.verdict || o.Violations != c.violations || o.Evaluations != int64(3+len(c.denials)) || !o.Required {
			t.Errorf("%s: %+v", c.name, o)
		}
		if len(c.denials) > 0 && c.denials[0].how == Turned && c.verdict == report.Inconclusive && !strings.Contains(o.Reason, `"full"`) {
			t.Errorf("%s: the reason is %q", c.name, o.Reason)
		}
	}
}
