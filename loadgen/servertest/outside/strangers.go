package outside

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Crowd are members of the room who are not of the run.
type Crowd struct {
	Seed   uint64
	Before int           // who are there when the room opens
	Come   int           // who come later, in groups that one frame tells of
	Lines  int           // that they say, some of them to one member
	Within time.Duration // all of that
	Repeat int           // of a hundred lines that others say, those that one of the crowd repeats word for word
}

// Populate has a crowd in the room. It is called once, before anybody dials.
func (r *Room) Populate(c Crowd) {
	rnd := rand.New(rand.NewPCG(c.Seed, 5))
	r.mu.Lock()
	defer r.mu.Unlock()
	here := r.arriveLocked(c.Before, "old")
	var bridge *Member
	if c.Repeat > 0 {
		bridge = r.arriveLocked(1, "bridge")[0]
		r.echo = func(f Frame) {
			if rnd.IntN(100) < c.Repeat {
				f.Sender, f.From = bridge.Name, bridge
				r.place(f)
			}
		}
	}
	for left := c.Come; left > 0; {
		n := min(left, 1+rnd.IntN(30))
		left -= n
		at := time.Duration(rnd.Int64N(int64(c.Within)))
		r.later(at, func() {
			group := r.arriveLocked(n, "new")
			here = append(here, group...)
			r.later(time.Duration(rnd.Int64N(int64(c.Within))), func() {
				r.departLocked(group, namesOf(group))
				here = slices.DeleteFunc(here, func(m *Member) bool { return m.gone })
			})
		})
	}
	for i := range c.Lines {
		r.later(time.Duration(rnd.Int64N(int64(c.Within))), func() {
			if len(here) == 0 {
				return
			}
			m := here[rnd.IntN(len(here))]
			f := Frame{Kind: Line, Sender: m.Name, Text: fmt.Sprintf("line %d; of a stranger's", i), Target: group, From: m}
			if i%4 == 0 {
				f.Target = r.members[rnd.IntN(len(r.members))].Name
			}
			r.place(f)
		})
	}
}

// arriveLocked has so many come in, and tells of them in one frame.
func (r *Room) arriveLocked(n int, asked string) (all []*Member) {
	var names []string
	for range n {
		m := &Member{Asked: asked, Chatter: -1}
		r.give(m)
		names, all = append(names, m.Name), append(all, m)
		r.members = append(r.members, m)
	}
	if n > 0 {
		before := r.members[:len(r.members)-n]
		for _, m := range slices.Clone(before) {
			r.tell(m, Frame{Kind: Join, Names: names})
		}
	}
	return all
}

// departLocked takes some off the roster, and tells who is left of those names.
func (r *Room) departLocked(all []*Member, names []string) {
	for _, m := range all {
		m.gone = true
	}
	r.members = slices.DeleteFunc(r.members, func(m *Member) bool { return m.gone })
	if len(names) > 0 {
		r.tellAll(Frame{Kind: Leave, Names: names})
	}
}

func namesOf(all []*Member) (names []string) {
	for _, m := range all {
		names = append(names, m.Name)
	}
	return names
}
