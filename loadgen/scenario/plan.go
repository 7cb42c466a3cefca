package scenario

import (
	"container/list"
	"math"
	"slices"
	"time"

	"chatsim/loadgen/check"
)

// Act is what an event has a chatter do.
type Act uint8

// The acts.
const (
	Say    Act = iota // its next line
	Leave             // end its stay by Event.Kind
	Return            // join again
	Visit             // no chatter's: visitor Event.Visitor asks to be let in
	Come              // join for the first time, or after it has gone
	Go                // leave for good by Event.Kind
	Kill              // no chatter's: the server dies whose number of such an event Event.Victim is
)

// Event is one act of one chatter, At after the start of the load.
type Event struct {
	At      time.Duration
	Act     Act
	Chatter int
	Kind    check.Leave // of a Leave
	Visitor int         // of a Visit
	Victim  int         // of a Kill
	To      int         // of a Say: the chatter that the line is for, +1; 0: as Line tells
	Answer  bool        // of a Say: wait for a line of somebody else, and send then
	Vanish  bool        // of a Leave or Go: be silent, and end only when the chatter returns
}

// settle is how long after its return a chatter is given nothing to do: its
// join takes a moment, which is not the server's delay of a line.
const settle = 500 * time.Millisecond

// never is after all runs.
const never = time.Duration(1 << 62)

// Plan walks a script's events in order of time.
type Plan struct {
	s      *Script
	talk   timetable  // of lines; empty: the closed model makes them
	people *people    // who speak in their own time, without a timetable; nil: there is one
	churn  []churning // by phase
	moves  []moving   // who come and go for good, by phase
	there  int        // chatters who have come, those who are away for a while among them: 0 to there-1
	lines  uint64
	leaves uint64
	visits uint64
	gone   uint64
	last   int                   // who left last,
	left   time.Duration         // and when
	told   int                   // lines that are for that one since
	away   map[int]time.Duration // until when a chatter has nothing to do
	back   *list.List            // of Event, in order of time
	kills  []time.Duration       // of servers, and how many were so far
	killed int
}

// Plan makes the plan for a rate in lines a second; 0 plans no lines. Phases have
// rates of their own, see Fit; then 0 leaves their lines out.
func (s *Script) Plan(rate float64) *Plan {
	p := &Plan{s: s, there: s.Users, away: make(map[int]time.Duration), back: list.New()}
	if s.Think > 0 && rate > 0 {
		p.people, rate = s.people(), 0
	}
	if len(s.Phases) == 0 {
		p.churn = []churning{{end: never, every: s.churnEvery(s.Churn, s.Leaves, s.Users)}}
		if rate > 0 {
			p.talk = timetable{{end: never, every: float64(time.Second) / rate}}
		}
		return p
	}
	if rate > 0 {
		p.talk = newTimetable(s.Phases)
	}
	at, there := time.Duration(0), s.Users
	for _, phase := range s.Phases {
		end := at + phase.For
		after := there + phase.Join - phase.Leave
		p.churn = append(p.churn, churning{from: at, end: end, every: s.churnEvery(phase.Churn, phase.Leaves, (there+after)/2)})
		if n := phase.Join + phase.Leave; n > 0 {
			p.moves = append(p.moves, moving{from: at, length: phase.For, n: n, come: phase.Join > 0})
		}
		p.kills = append(p.kills, slices.Repeat([]time.Duration{at}, phase.Kill)...)
		at, there = end, after
	}
	return p
}

// churning is when chatters leave in a part of the load.
type churning struct {
	from, end, every time.Duration
	n                int // leaves so far
}

// moving is when chatters come, or go for good.
type moving struct {
	from, length time.Duration
	n, done      int
	come         bool
}

func (m *moving) next() time.Duration {
	return m.from + time.Duration((float64(m.done)+0.5)/float64(m.n)*float64(m.length))
}

// nextLeave returns when somebody leaves next, and passes parts that are over.
func (p *Plan) nextLeave() time.Duration {
	for len(p.churn) > 0 {
		c := &p.churn[0]
		if c.every < never {
			if at := c.from + c.every/2 + time.Duration(c.n)*c.every; at < c.end {
				return at
			}
		}
		if len(p.churn) == 1 {
			break
		}
		p.churn = p.churn[1:]
	}
	return never
}

// nextVisit returns when the next visitor asks to be let in.
func (p *Plan) nextVisit() time.Duration {
	every := p.s.visitEvery()
	if every >= never {
		return never
	}
	return every/2 + time.Duration(p.visits)*every
}

func (p *Plan) nextMove() time.Duration {
	for len(p.moves) > 0 && p.moves[0].done == p.moves[0].n {
		p.moves = p.moves[1:]
	}
	if len(p.moves) == 0 {
		return never
	}
	return p.moves[0].next()
}

// Next returns the next event before end; false if there is none (yet).
func (p *Plan) Next(end time.Duration) (Event, bool) {
	for {
		leave, leaver := p.nextLeaver()
		say, move, visit := p.nextLine(), p.nextMove(), p.nextVisit()
		kill := p.nextKill()
		next := min(say, leave, move, visit, kill)
		if f := p.back.Front(); f != nil {
			if e := f.Value.(Event); e.At <= next && e.At < end {
				p.back.Remove(f)
				return e, true
			}
		}
		switch {
		case next >= end:
			return Event{}, false
		case kill == next:
			p.killed++
			return Event{At: kill, Act: Kill, Victim: p.killed - 1}, true
		case move == next:
			return p.move(move), true
		case visit == next:
			p.visits++
			return Event{At: visit, Act: Visit, Visitor: int(p.visits - 1)}, true
		case leave > say:
			return p.say(say), true
		}
		p.leaves++
		p.churn[0].n++
		if leaver == 0 {
			leaver = p.present('c', p.leaves-1, leave, 1)
		}
		if leaver != 0 {
			return p.leave(leaver, leave), true
		} // else all others are away
	}
}

// nextLine returns when somebody says something next.
func (p *Plan) nextLine() time.Duration {
	if p.people != nil {
		return p.people.next(p.away)
	}
	return p.talk.at(p.lines)
}

func (p *Plan) say(at time.Duration) Event {
	n := p.lines
	p.lines++
	e := Event{At: at, Act: Say, To: p.toLeaver(at)}
	if p.people != nil {
		e.Chatter = p.people.say()
	} else {
		e.Chatter = p.present('s', n, at, 0)
	}
	e.Answer = e.To == 0 && p.s.Users > 1 && p.s.draw('a', n, 0).share() < p.s.Answers
	return e
}

func (p *Plan) leave(chatter int, at time.Duration) Event {
	e := Event{At: at, Act: Leave, Chatter: chatter}
	e.Kind, e.Vanish = p.s.kind(p.leaves - 1)
	back := at + p.s.Away
	p.last, p.left, p.told = chatter, at, 0
	if p.s.Gone > 0 && p.s.draw('b', p.leaves-1, 0).share() < p.s.Gone {
		p.away[chatter] = never
		return e
	}
	p.away[chatter] = back + settle
	p.back.PushBack(Event{At: back, Act: Return, Chatter: chatter})
	return e
}

// kind returns how the nth leave is made.
func (s *Script) kind(n uint64) (kind check.Leave, vanish bool) {
	if len(s.Kinds) == 0 {
		return check.FIN + check.Leave(n%3), false
	}
	i := n % uint64(len(s.Kinds))
	return s.Kinds[i], i < uint64(len(s.Vanish)) && s.Vanish[i]
}

// move has the next chatter come, or the last who has come go.
func (p *Plan) move(at time.Duration) Event {
	m := &p.moves[0]
	m.done++
	if m.come {
		c := p.there
		p.there++
		p.away[c] = at + settle
		if p.people != nil {
			p.people.come(c, at+settle)
		}
		return Event{At: at, Act: Come, Chatter: c}
	}
	p.there--
	c := p.there
	for f := p.back.Front(); f != nil; f = f.Next() { // it will not be back
		if f.Value.(Event).Chatter == c {
			p.back.Remove(f)
			break
		}
	}
	delete(p.away, c)
	if p.people != nil {
		p.people.gone(c)
	}
	p.gone++
	e := Event{At: at, Act: Go, Chatter: c}
	e.Kind, e.Vanish = p.s.kind(p.gone - 1)
	return e
}

// present draws a chatter from those with a number of at least from who are
// there at a time; 0 if there is none. The first chatter never leaves, so that
// somebody sees everything.
func (p *Plan) present(what byte, n uint64, at time.Duration, from int) int {
	c := p.s.draw(what, n, 0).below(p.there)
	for range p.there {
		until, away := p.away[c]
		if away && at >= until {
			delete(p.away, c)
			away = false
		}
		if !away && c >= from {
			return c
		}
		c = (c + 1) % p.there
	}
	return 0
}

// timetable is when lines are due: in each part evenly, or ever faster or slower.
type timetable []timed

// timed is a part of a timetable, with so many lines before it. Its rate changes
// by slope lines a second each second.
type timed struct {
	from, end   time.Duration
	every       float64 // ns between two lines, where the rate stays
	rate, slope float64
	before      float64
	lines       float64
}

func newTimetable(phases []Phase) timetable {
	var out timetable
	at, before := time.Duration(0), 0.0
	for _, p := range phases {
		t := timed{from: at, end: at + p.For, rate: p.From, before: before, lines: (p.From + p.To) / 2 * p.For.Seconds()}
		switch {
		case p.From != p.To:
			t.slope = (p.To - p.From) / p.For.Seconds()
		case p.From > 0:
			t.every = float64(time.Second) / p.From
		}
		at, before = t.end, before+t.lines
		out = append(out, t)
	}
	return out
}

// at returns when a line is due; the parts before it are forgotten.
func (t *timetable) at(line uint64) time.Duration {
	for len(*t) > 0 {
		part := &(*t)[0]
		if at := part.at(float64(line) - part.before); at < part.end {
			return at
		}
		*t = (*t)[1:]
	}
	return never
}

// at returns when the nth line of the part is due, or its end and later.
func (t *timed) at(n float64) time.Duration {
	n = max(n, 0)
	switch {
	case t.every > 0:
		return t.from + time.Duration(n*t.every)
	case t.slope == 0 || n >= t.lines:
		return t.end
	}
	// Lines so far are rate·x + slope·x²/2 at x: the root that stays exact where
	// the slope is small.
	root := math.Sqrt(max(0, t.rate*t.rate+2*t.slope*n))
	if t.rate+root == 0 { // the first line of a ramp from nothing
		return t.from
	}
	return t.from + time.Duration(2*n/(t.rate+root)*float64(time.Second))
}
