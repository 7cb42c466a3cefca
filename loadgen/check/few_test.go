package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

func checkOf(r Result, name string) report.Check { return r.Checks[slices.Index(Names(), name)] }

// TestIsolationGoesByTheSending: a line that is sent while somebody does not read
// counts for that time, also where it comes after it; and the limit is twice
// what lines took while all read, where that is more than a second.
func TestIsolationGoesByTheSending(t *testing.T) {
	for _, c := range []struct {
		calm, took time.Duration
		want       report.Verdict
	}{{time.Millisecond, 900 * time.Millisecond, report.Passed}, {time.Millisecond, 1100 * time.Millisecond, report.Failed},
		{time.Second, 1900 * time.Millisecond, report.Passed}, {time.Second, 2100 * time.Millisecond, report.Failed}} {
		j, sessions := crowd(t, 3)
		says := func(seq int, sent, took time.Duration) {
			f := wire.Frame{Kind: wire.Line, Sender: []byte("u0"), Text: fmt.Appendf(nil, "t3st-0-%d;", seq), Target: []byte(wire.Group)}
			sessions[0].Send(Note{Seq: seq, Text: string(f.Text), Actual: sent})
			for _, s := range sessions {
				s.Observe(&f, sent+took)
			}
		}
		says(0, time.Second, c.calm)
		sessions[2].Stall(5 * time.Second)
		says(1, 6*time.Second, c.took)
		sessions[2].Resume(6*time.Second + c.took/2) // before the line comes
		got := checkOf(j.End(End{Required: Names()}), Isolation)
		if got.Verdict != c.want || got.Evaluations != 2 {
			t.Errorf("%v while all read, %v while one did not: %s, %d evaluations", c.calm, c.took, got.Verdict, got.Evaluations)
		}
	}
}

// TestTooFewToDisagree: what one chatter alone cannot show has not passed, and
// what it takes is told.
func TestTooFewToDisagree(t *testing.T) {
	for users, few := range map[int][]string{1: {Agreement, TotalOrder, CausalOrder, ViewOrder, Confidentiality, NameSuffixing, LeaveCompleteness}, 2: {Confidentiality}} {
		r := newSim(3, users, Full).run(600, true)
		for _, name := range few {
			if c := checkOf(r, name); c.Verdict != report.Inconclusive || !strings.HasPrefix(c.Reason, "it takes ") {
				t.Errorf("%d users: %s %s after %d evaluations, %q", users, name, c.Verdict, c.Evaluations, c.Reason)
			}
		}
	}
}

// TestLeavesOfOneKind: a server may know one way of leaving and not the others.
func TestLeavesOfOneKind(t *testing.T) {
	j := New(Config{Nonce: "t3st"})
	a, b := enter(j, 0, "a"), enter(j, 1, "a", "b")
	a.Observe(viewFrame(wire.Join, "b"), 1)
	b.Closing(FIN, 2)
	b.Ended(3)
	a.Observe(viewFrame(wire.Leave, "b"), 3)
	a.Flush(3)
	c := checkOf(j.End(End{Required: Names()}), LeaveCompleteness)
	if c.Verdict != report.Inconclusive || c.Evaluations != 1 || !strings.Contains(c.Reason, "half-close") {
		t.Errorf("%+v", c)
	}
}
