package outside

import (
	"fmt"
	"testing"
	"time"
)

// Thousands of strangers who come and leave at once cost what they are told by,
// not its square, however differently it is read. A run that costs the square
// does not end in the time that a test has.
func TestMasses(t *testing.T) {
	n := 30_000
	if testing.Short() {
		n = 5000
	}
	for _, c := range []struct {
		name, load string
		names      func(i int) string
		weather    func(int) (up, down Weather)
		each       bool // a frame for each of them
	}{
		{"in one frame", "steady", func(i int) string { return fmt.Sprint("stranger", i) }, nil, false},
		{"read at different times", "churn", func(i int) string { return fmt.Sprint("stranger", i) }, far(0, 2*time.Second), false},
		{"with one name", "churn", func(i int) string { return fmt.Sprint("stranger", i+1)[:8+min(i, 1)*len(fmt.Sprint(i+1))] }, far(0, time.Second), false},
		{"in a frame each", "mixed", func(i int) string { return fmt.Sprint("stranger", i) }, far(0, time.Second), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := workload(c.load, 1)
			r := &Room{Weather: c.weather}
			var names []string
			n := n
			if c.each {
				n /= 10
			}
			for i := range n {
				names = append(names, c.names(i))
			}
			rep, _ := runWith(t, r, cfg, func() {
				r.mu.Lock()
				defer r.mu.Unlock()
				tell := func(at time.Duration, k Kind) {
					r.later(at, func() {
						if !c.each {
							r.tellAll(Frame{Kind: k, Names: names})
							return
						}
						for _, name := range names {
							r.tellAll(Frame{Kind: k, Names: []string{name}})
						}
					})
				}
				var all []*Member
				for _, name := range names {
					all = append(all, &Member{Name: name, Chatter: -1})
				}
				tell(time.Second, Join)
				r.later(time.Second, func() { r.members = append(r.members, all...) })
				tell(2*time.Second, Leave)
				r.later(2*time.Second, func() { r.departLocked(all, nil) })
			})
			passes(t, rep)
		})
	}
}
