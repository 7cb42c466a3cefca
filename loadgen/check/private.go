package check

import (
	"maps"
	"slices"
	"sync"
	"time"

	"chatsim/manager/wire"
)

// A private line has no place of its own in the canonical order: it stands in
// the gap between two public entries, and that gap must be the same at its
// sender and its target.

// seat is where one party saw a private line.
type seat struct {
	by         *Session
	last, next int64 // the public entries around it; next is -1 until there is one
}

// private is what is known of a private line: the sender's seat and the
// target's. A line to oneself has one seat.
type private struct {
	mu sync.Mutex
	// Guarded by mu.
	seats  [2]seat
	self   bool
	judged bool
}

// gapSeat is a seat that waits for the receiver's next public entry.
type gapSeat struct {
	line *Line
	side int
}

// complete says that nobody will see the line any more.
func (p *private) complete() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seats[0].by != nil && (p.self || p.seats[1].by != nil)
}

// take notes that a party saw the line after public entry last; if that side
// is taken, it gives by whom.
func (p *private) take(side int, s *Session, last int64) (by *Session, taken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seats[side].by != nil {
		return p.seats[side].by, true
	}
	p.seats[side] = seat{by: s, last: last, next: -1}
	return s, false
}

// close notes the public entry after a seat, and says whether the two seats
// cannot be one gap.
func (p *private) close(side int, next int64) (apart bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seats[side].next = next
	a, b := p.seats[0], p.seats[1]
	if p.judged || a.by == nil || b.by == nil || a.next < 0 || b.next < 0 {
		return false
	}
	p.judged = true
	return max(a.last, b.last) >= min(a.next, b.next)
}

// closeGap is called when public entry next has been received: private lines
// seen since the one before it now have both neighbours.
func (s *Session) closeGap(next int64) {
	if wrong := s.sealGap(next); len(wrong) > 0 {
		s.judge.mu.Lock()
		s.judge.apartLocked(wrong)
		s.judge.mu.Unlock()
	}
}

// sealGap is closeGap but for its verdict: those whose seats are not one gap.
func (s *Session) sealGap(next int64) (wrong []apart) {
	for _, g := range s.open {
		if g.line.priv.close(g.side, next) {
			wrong = append(wrong, apart{g.line, s})
		}
	}
	s.judge.gaps.cross(s, s.open, next)
	s.open = s.open[:0]
	return wrong
}

func (j *Judge) apartLocked(wrong []apart) {
	j.apart = append(j.apart, wrong[:min(len(wrong), maxHearings-len(j.apart))]...)
}

// parties gives those who got the line, but for one.
func (l *Line) parties(but *Session) []*Session {
	var out []*Session
	if l.Session != but {
		out = append(out, l.Session)
	}
	l.priv.mu.Lock()
	t := l.priv.seats[1].by
	l.priv.mu.Unlock()
	if t != nil && t != but && t != l.Session {
		out = append(out, t)
	}
	return out
}

// party says whether the session may see a line of which either side, what was
// sent or what came, is private.
func (s *Session) party(l *Line, f *wire.Frame) bool {
	if !l.Private() { // altered into a private line; counted as creation
		return false
	}
	s.tally.private++
	if l.Session == s || l.Target == s.name {
		if !f.Private {
			s.judge.violate(NoCreation, violation{key: key{line: l}, at: s, line: l, came: quoteFrame(f),
				sentence: "a private line came as a line for the group"})
		}
		return true
	}
	if s.judge.cfg.Level == Full {
		s.judge.violate(Confidentiality, violation{key: key{line: l}, at: s, line: l, came: quoteFrame(f),
			sentence: "a private line between others came to a third"})
	}
	return false
}

// takePrivate takes a private line to which the session is a party.
func (s *Session) takePrivate(l *Line, at time.Duration) bool {
	side := 0
	if l.Session != s {
		side = 1
	} else if l.Target == s.name {
		l.priv.setSelf()
	}
	if first, taken := l.priv.take(side, s, s.lastSeen()); taken {
		s.tally.observed++
		v := violation{key: key{line: l}, at: s, line: l}
		if first == s {
			v.sentence = "a private line came twice"
			s.judge.violate(NoDuplication, v)
			return false
		}
		v.sentence = "a private line came to two chatters of its target's name"
		s.judge.mu.Lock()
		defer s.judge.mu.Unlock()
		v.implied = s.judge.tainted[l.Target]
		s.judge.violateLocked(Confidentiality, v)
		return false
	}
	s.open = append(s.open, gapSeat{line: l, side: side})
	s.delivered(l, at)
	return true
}

func (p *private) setSelf() {
	p.mu.Lock()
	p.self = true
	p.mu.Unlock()
}

// gaps collects in which order parties saw the private lines of one gap.
type gaps struct {
	mu sync.Mutex
	// Guarded by mu: by the public entry after the gap.
	edges map[int64][]edge
}

type edge struct {
	from, to *Line
	at       *Session
}

// cross notes the order of a session's private lines in the gap before next.
func (g *gaps) cross(s *Session, open []gapSeat, next int64) {
	if len(open) < 2 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.edges == nil {
		g.edges = make(map[int64][]edge)
	}
	for i := 1; i < len(open); i++ {
		g.edges[next] = append(g.edges[next], edge{from: open[i-1].line, to: open[i].line, at: s})
	}
}

// settleLocked judges the gaps that everybody has passed: the parties' orders
// together must have no cycle. Judge.mu is held.
func (g *gaps) settleLocked(j *Judge, horizon int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, next := range slices.Sorted(maps.Keys(g.edges)) { // in one order, however often it is judged
		edges := g.edges[next]
		if next < horizon {
			delete(g.edges, next)
			if c := cycle(edges); len(c) > 0 {
				v := violation{key: key{line: c[0].from}, at: c[0].at, line: c[0].from, place: next,
					sentence: "private lines of one gap came to their parties in orders that contradict each other"}
				for _, e := range c[1:] {
					v.with = append(v.with, e.at)
				}
				j.violateLocked(TotalOrder, v)
				for _, e := range c {
					j.excuseLocked(FIFOOrder, key{line: e.from})
				}
			}
		}
	}
}

// cycle gives edges among which there is a cycle, none if there is none: it
// takes away lines that nothing stands before (Kahn's topological sort) until
// only cycles and what follows them are left.
func cycle(edges []edge) []edge {
	for {
		before := make(map[*Line]int)
		for _, e := range edges {
			before[e.to]++
		}
		rest := edges[:0:0]
		for _, e := range edges {
			if before[e.from] > 0 {
				rest = append(rest, e)
			}
		}
		if len(rest) == len(edges) || len(rest) == 0 {
			return rest
		}
		edges = rest
	}
}
