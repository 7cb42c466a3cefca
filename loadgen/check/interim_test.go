package check

import (
	"slices"
	"testing"
	"time"

	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// soFar asks twice: what the sessions have counted is told for the first time
// of asking, with their next batch.
func soFar(j *Judge, sessions []*Session, at time.Duration) Interim {
	j.Interim()
	for _, s := range sessions {
		s.Flush(at)
	}
	return j.Interim()
}

func (i Interim) outcome(t *testing.T, c string) report.Check {
	t.Helper()
	for _, o := range i.Checks {
		if o.Name == c {
			return o
		}
	}
	t.Fatalf("%s is not among the outcomes", c)
	return report.Check{}
}

func TestInterimCountsWhatTheEndWill(t *testing.T) {
	j, sessions := crowd(t, 3)
	frames := stream(sessions, 0, 30)
	for round := range 3 { // what was told once is not told again
		for _, s := range sessions {
			observe(s, frames[10*round:10*round+10], time.Second)
		}
		soFar(j, sessions, time.Second)
	}
	now := soFar(j, sessions, time.Second)
	for _, o := range now.Checks {
		if o.Verdict != "" || o.Violations != 0 {
			t.Errorf("%s is %q with %d violations before the end", o.Name, o.Verdict, o.Violations)
		}
	}
	atEnd := j.End(End{})
	for _, o := range atEnd.Checks {
		got := now.outcome(t, o.Name).Evaluations
		switch o.Name {
		case Agreement, LeaveCompleteness, Liveness:
			if got != 0 || now.outcome(t, o.Name).Reason == "" {
				t.Errorf("%s: %d evaluations before the end, %q", o.Name, got, now.outcome(t, o.Name).Reason)
			}
		default:
			if got != o.Evaluations {
				t.Errorf("%s: %d evaluations, at the end %d", o.Name, got, o.Evaluations)
			}
		}
	}
	if n := now.outcome(t, NoDuplication).Evaluations; n != 90 {
		t.Errorf("%d deliveries, want 90", n)
	}
	if now.Suspected {
		t.Error("suspects a right room")
	}
}

func TestInterimTellsViolations(t *testing.T) {
	j, sessions := crowd(t, 3)
	frames := stream(sessions, 0, 10)
	observe(sessions[0], frames, 1)
	observe(sessions[1], append(frames[:5:5], frames[2]), 1)
	now := soFar(j, sessions, 1)
	o := now.outcome(t, NoDuplication)
	if o.Verdict != report.Failed || o.Violations != 1 || len(o.Witnesses) != 1 || o.Witnesses[0].Names[0] != sessions[1].Name() {
		t.Errorf("a line came twice: %+v", o)
	}
	if now.Suspected {
		t.Error("a line that came twice is no matter of order")
	}
	frames[6], frames[7] = frames[7], frames[6]
	observe(sessions[2], frames, 1)
	if !soFar(j, sessions, 1).Suspected {
		t.Error("two lines swapped are not suspected")
	}
}

// onlyAtTheEnd are the defects of which nothing is known before: what is missing
// and nothing came after, what a place among private lines is about, and what
// was told too late or cannot be told from a leave.
var onlyAtTheEnd = []string{
	"a private line displaced at its target", "crossing private lines", "two private lines swapped at their target",
	"a private line lost at its target", "a private line refused and told to its target", "a line lost for all", "a line lost for all of somebody who leaves",
	"deliveries to one stop", "deliveries to all stop", "a leave told late", "a leaver told of its own leave", "a stream that does not end",
}

// sometimes are those that are seen before the end only if somebody reads on.
var sometimes = []string{"a leave told to nobody", "a false leave told to all", "a join told to nobody"}

// All other defects are seen while the run goes on, each time.
func TestSeenBeforeTheEnd(t *testing.T) {
	for _, d := range defects {
		planted, early := uint64(0), uint64(0)
		for seed := uint64(0); planted < seeds(8); seed++ {
			if p, _ := spoiled(d, 7, 400, seed, seed%2 == 0); len(p.about) > 0 {
				planted++
				if p.early {
					early++
				}
			}
		}
		late := slices.Contains(onlyAtTheEnd, d.name)
		if !slices.Contains(sometimes, d.name) && (early != planted || late) && (early != 0 || !late) {
			t.Errorf("%s: seen before the end %d times of %d", d.name, early, planted)
		}
	}
}

// A name that no server of the kind promises is no suspicion, though another's would be.
func TestSuspectedIsWhatTheEndWillJudge(t *testing.T) {
	for _, c := range []struct {
		of   Capabilities
		want bool
	}{{Capabilities{}, true}, {likeIRC, false}} {
		j := New(Config{Nonce: "t3st", Capabilities: c.of})
		first, second := j.Dial(0, "ann", 0), j.Dial(1, "ann", 1)
		ann, other := []byte("ann"), []byte("ann7")
		late := wire.Frame{Kind: wire.Join, Names: [][]byte{[]byte("late")}}
		observe(first, []wire.Frame{{Kind: wire.Welcome, Names: [][]byte{ann}}, {Kind: wire.Roster, Names: [][]byte{ann}},
			{Kind: wire.Join, Names: [][]byte{other}}, late}, 2)
		observe(second, []wire.Frame{{Kind: wire.Welcome, Names: [][]byte{other}}, {Kind: wire.Roster, Names: [][]byte{ann, other}}, late}, 2)
		if now := soFar(j, []*Session{first, second}, 3); now.Suspected != c.want || j.Violated() != c.want {
			t.Errorf("over %s: suspected %v, violated %v, want %v", c.of.Speaks(), now.Suspected, j.Violated(), c.want)
		}
	}
}
