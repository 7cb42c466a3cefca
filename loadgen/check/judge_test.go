package check

import (
	"fmt"
	"testing"

	"chatsim/loadgen/report"
)

func TestEveryCheckIsEvaluated(t *testing.T) {
	r := newSim(3, 7, Full).run(3000, true)
	for _, o := range r.Checks {
		if o.Verdict != report.Passed || o.Evaluations == 0 {
			t.Errorf("%s: %s after %d evaluations", o.Name, o.Verdict, o.Evaluations)
		}
	}
}

func TestNothingToJudgeIsInconclusive(t *testing.T) {
	m := newSim(1, 1, Full)
	m.dial(m.users[0])
	m.read(m.users[0], 10)
	for _, o := range m.judge.End(End{Required: Names()}).Checks {
		want := report.Inconclusive
		if o.Evaluations > 0 {
			want = report.Passed
		}
		if o.Verdict != want {
			t.Errorf("%s: %s with %d evaluations, want %s", o.Name, o.Verdict, o.Evaluations, want)
		}
	}
}

func TestLevels(t *testing.T) {
	for level, checks := range map[Level]int{Full: 17, Order: 9, Count: 4, Off: 0} {
		t.Run(level.String(), func(t *testing.T) {
			r := newSim(5, 7, level).run(2000, true)
			n := 0
			for _, o := range r.Checks {
				if o.Verdict == report.Failed {
					t.Errorf("%s failed: %+v", o.Name, o.Witnesses)
				}
				if o.Verdict == report.Passed {
					n++
				}
			}
			if n != checks {
				t.Errorf("%d checks passed, want %d", n, checks)
			}
			if back, err := ParseLevel(level.String()); err != nil || back != level {
				t.Errorf("ParseLevel(%q) = %v, %v", level, back, err)
			}
		})
	}
	if _, err := ParseLevel("most"); err == nil {
		t.Error("an unknown level was accepted")
	}
}

func ExampleLevel_String() {
	fmt.Println(Full, Order, Count, Off)
	// Output: full order count off
}
