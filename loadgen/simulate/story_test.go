package simulate_test

import (
	"fmt"
	"strings"
)

// story tells a run, a line for each step in which something happened: who did
// what, what the server made of it, what was seen. A nil story tells nothing.
type story struct {
	text strings.Builder
	step []string // what happened in the step at hand
}

func (t *story) told() bool { return t != nil }

// note tells one thing.
func (t *story) note(format string, args ...any) {
	if t != nil {
		t.step = append(t.step, fmt.Sprintf(format, args...))
	}
}

// line ends the step with a number.
func (t *story) line(number int) {
	if t != nil && len(t.step) > 0 {
		fmt.Fprintf(&t.text, "%5d  %s\n", number, strings.Join(t.step, "; "))
		t.step = t.step[:0]
	}
}

// stop ends the story with what is wrong, if anything.
func (t *story) stop(f *failure) {
	if t == nil {
		return
	}
	if len(t.step) > 0 {
		fmt.Fprintf(&t.text, "       %s\n", strings.Join(t.step, "; "))
	}
	if f != nil {
		fmt.Fprintf(&t.text, "       FAILED %v\n", f)
	}
}
