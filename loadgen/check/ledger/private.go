package ledger

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// A private line has no place of its own in the order: it stands in the gap
// between two public entries, and that gap must be the same at its sender and
// its target.

// Seat is where one party saw a private line.
type Seat struct {
	By         *Session
	At         time.Duration
	Last, Next int64 // the public entries around it; Next is -1 until there is one
}

// private is what is known of a private line: the sender's seat and the
// target's. A line to oneself has one seat.
type private struct {
	mu sync.Mutex // taken after Ledger.mu, or alone
	// Guarded by mu.
	seats  [2]Seat
	self   bool
	judged bool
}

// gapSeat is a seat that waits for the receiver's next public entry.
type gapSeat struct {
	line *Line
	side int
}

// gap is the private lines that a session has seen since its last public entry.
type gap struct {
	of   *Session
	open []gapSeat
}

// Seats returns where a private line's sender and its target saw it, and
// whether those are one.
func (l *Line) Seats() (own, other Seat, self bool) {
	l.priv.mu.Lock()
	defer l.priv.mu.Unlock()
	return l.priv.seats[0], l.priv.seats[1], l.priv.self
}

// complete reports whether nobody will see the line any more.
func (p *private) complete() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seats[0].By != nil && (p.self || p.seats[1].By != nil)
}

// take records where a party saw the line; if that side is taken, it returns by
// whom.
func (p *private) take(side int, seat Seat) (by *Session, taken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seats[side].By != nil {
		return p.seats[side].By, true
	}
	p.seats[side] = seat
	return seat.By, false
}

// close records the public entry after a seat, and reports whether the two
// seats cannot be one gap.
func (p *private) close(side int, next int64) (split bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seats[side].Next = next
	a, b := p.seats[0], p.seats[1]
	if p.judged || a.By == nil || b.By == nil || a.Next < 0 || b.Next < 0 {
		return false
	}
	p.judged = true
	return max(a.Last, b.Last) >= min(a.Next, b.Next)
}

func (p *private) setSelf() {
	p.mu.Lock()
	p.self = true
	p.mu.Unlock()
}

// close is called when public entry next has been received: private lines
// seen since the one before it now have both neighbours.
func (g *gap) close(next int64) {
	if split := g.seal(next); len(split) > 0 {
		l := g.of.ledger
		l.mu.Lock()
		l.splitLocked(g.of, split)
		l.mu.Unlock()
	}
}

// seal is close but for what it records: the lines whose seats are not one gap.
func (g *gap) seal(next int64) (split []*Line) {
	for _, seat := range g.open {
		if seat.line.priv.close(seat.side, next) {
			split = append(split, seat.line)
		}
	}
	g.of.ledger.gaps.cross(g.of, g.open, next)
	g.open = g.open[:0]
	return split
}

func (l *Ledger) splitLocked(s *Session, lines []*Line) {
	for _, line := range lines {
		l.emitLocked(Fact{Kind: SplitGap, At: s, Line: line})
	}
}

// gaps collects in which order parties saw the private lines of one gap.
type gaps struct {
	mu sync.Mutex // taken after Ledger.mu, or alone
	// Guarded by mu: by the public entry after the gap.
	edges map[int64][]edge
}

type edge struct {
	from, to *Line
	at       *Session
}

// cross records the order of a session's private lines in the gap before next.
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

// settleLocked looks at the gaps that everybody has passed: the parties' orders
// together must have no cycle.
func (g *gaps) settleLocked(l *Ledger, horizon int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, next := range slices.Sorted(maps.Keys(g.edges)) { // in one order, however often it is judged
		if next >= horizon {
			break
		}
		if c := cycle(g.edges[next]); len(c) > 0 {
			f := Fact{Kind: CrossedGap, At: c[0].at, Line: c[0].from, Place: next}
			for i, e := range c {
				f.Lines = append(f.Lines, e.from)
				if i > 0 {
					f.With = append(f.With, e.at)
				}
			}
			l.emitLocked(f)
		}
		delete(g.edges, next)
	}
}

// cycle returns edges among which there is a cycle, none if there is none: it
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
