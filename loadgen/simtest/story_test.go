package simtest_test

import (
	"fmt"
	"strings"
)

// story tells a run, a line for each step in which something happened: who did
// what, what the server made of it, what was seen. A nil story tells nothing.
type story struct {
	text  strings.Builder
	step  []string // what happened in the step at hand
	again int      // and the last of it once more so many times
}

func (t *story) told() bool { return t != nil }

// note tells one thing.
func (t *story) note(format string, args ...any) {
	if t == nil {
		return
	}
	what := fmt.Sprintf(format, args...)
	if n := len(t.step); n > 0 && t.step[n-1] == what {
		t.again++
		return
	}
	t.repeated()
	t.step = append(t.step, what)
}

// repeated says how often what was told last has happened.
func (t *story) repeated() {
	if t.again > 0 {
		t.step[len(t.step)-1] += fmt.Sprintf(", %d times", t.again+1)
		t.again = 0
	}
}

// line ends the step with a number.
func (t *story) line(number int) {
	if t != nil && len(t.step) > 0 {
		t.repeated()
		fmt.Fprintf(&t.text, "%5d  %s\n", number, strings.Join(t.step, "; "))
		t.step = t.step[:0]
	}
}

// stop ends the story with what is wrong, if anything.
func (t *story) stop(f *failure) {
	if t == nil {
		return
	}
	if t.repeated(); len(t.step) > 0 {
		fmt.Fprintf(&t.text, "       %s\n", strings.Join(t.step, "; "))
	}
	if f != nil {
		fmt.Fprintf(&t.text, "       FAILED %v\n", f)
	}
}
