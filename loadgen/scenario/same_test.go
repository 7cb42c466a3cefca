package scenario

import (
	"fmt"
	"hash/fnv"
	"testing"
	"time"
)

// The scripts of the built-in scenarios are what they have always been: a seed
// in a report of long ago still reproduces its run.
func TestScriptsAreThoseOfBefore(t *testing.T) {
	want := map[string]uint64{
		"mixed": 0x39ca4d902b1bb56c, "steady": 0xb981b4ec828883ce, "namesakes": 0x112ab81bcddcebcf, "private": 0xc5e21c2d075f131,
		"churn": 0xfc197f159e6c180, "protocol": 0xcffbbd4a12564a7a, "slowreader": 0x86fcb7e74c66250e,
		"failover": 0x941b617a9d90310f,
	}
	for _, name := range Names() {
		h := fnv.New64a()
		for _, users := range []int{1, 2, 3, 40, 700} {
			for seed := range uint64(3) {
				s := script(t, name, users, MinSize+int(seed)*100, seed)
				d := 11 * time.Second
				s.Spec = s.Fit(time.Second, d-time.Second, 333)
				fmt.Fprintln(h, s.Requires(d, 1000), s.StallWindows(d))
				if s.Kills() > 0 {
					fmt.Fprintln(h, s.Killed(0, 3))
				}
				if len(s.Roles) > 0 && users > 1 {
					fmt.Fprintln(h, s.Staller())
				}
				for c := range users {
					fmt.Fprintln(h, s.Asked(c), s.Line(c, 5), s.Line(c, 77), s.Line(c, 78), s.Line(c, 79), string(s.Text(nil, c, c)))
				}
				for _, rate := range []float64{0, 1, 333} {
					p := s.Plan(rate)
					for e, ok := p.Next(d); ok; e, ok = p.Next(d) {
						fmt.Fprintln(h, e.At, e.Act, e.Chatter, e.Kind, e.Visitor, e.Answer)
					}
				}
			}
		}
		if got := h.Sum64(); got != want[name] {
			t.Errorf("%s: the scripts sum up to %#x, before to %#x", name, got, want[name])
		}
	}
}
