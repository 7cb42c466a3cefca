package manager

import "chatsim/manager/room"

// maxPast is how many names are remembered of those who have left. A client of
// the raw dialect may still write to them, and nobody else must take that for
// the start of a longer text.
const maxPast = 1024

// past are names of users who have left, the last ones.
type past struct {
	names map[string]int // how often each stands in ring
	ring  []string
	next  int
}

func (p *past) add(name string) {
	if p.names == nil {
		p.names = make(map[string]int)
	}
	if len(p.ring) < maxPast {
		p.ring = append(p.ring, name)
	} else {
		old := p.ring[p.next]
		if p.names[old]--; p.names[old] == 0 {
			delete(p.names, old)
		}
		p.ring[p.next] = name
		p.next = (p.next + 1) % maxPast
	}
	p.names[name]++
}

// knownPrefix returns the length of the longest name, of a user or of the past,
// that b begins with.
func (s *state) knownPrefix(b []byte) int {
	for n := min(len(b), room.MaxName); n > 0; n-- {
		if s.room.LookupBytes(b[:n]) != nil || s.past.names[string(b[:n])] > 0 {
			return n
		}
	}
	return 0
}
