package scenario

import (
	"container/list"
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
)

// Event is one act of one chatter, At after the start of the load.
type Event struct {
	At      time.Duration
	Act     Act
	Chatter int
	Kind    check.Leave // of a Leave
	Visitor int         // of a Visit
	Answer  bool        // of a Say: wait for a line of somebody else, and send then
}

// settle is how long after its return a chatter is given nothing to do: its
// join takes a moment, which is not the server's delay of a line.
const settle = 500 * time.Millisecond

// Plan walks a script's events in order of time.
type Plan struct {
	s      *Script
	every  float64 // ns between two lines; 0: no lines, the closed model makes them
	churn  time.Duration
	lines  uint64
	leaves uint64
	visits uint64
	away   map[int]time.Duration // until when a chatter has nothing to do
	back   *list.List            // of Event, in order of time
}

// Plan makes the plan for a rate in lines a second; 0 plans no lines.
func (s *Script) Plan(rate float64) *Plan {
	p := &Plan{s: s, churn: s.churnEvery(), away: make(map[int]time.Duration), back: list.New()}
	if rate > 0 {
		p.every = float64(time.Second) / rate
	}
	return p
}

// Next returns the next event before end; false if there is none (yet).
func (p *Plan) Next(end time.Duration) (Event, bool) {
	say, leave := time.Duration(1<<62), p.churn/2+time.Duration(p.leaves)*p.churn
	if p.every > 0 {
		say = time.Duration(float64(p.lines) * p.every)
	}
	if p.churn >= 1<<62 {
		leave = 1 << 62
	}
	visit := time.Duration(1 << 62)
	if every := p.s.visitEvery(); every < 1<<62 {
		visit = every/2 + time.Duration(p.visits)*every
	}
	next := min(say, leave, visit)
	if f := p.back.Front(); f != nil {
		if e := f.Value.(Event); e.At <= next && e.At < end {
			p.back.Remove(f)
			return e, true
		}
	}
	if next >= end {
		return Event{}, false
	}
	if visit <= min(say, leave) {
		p.visits++
		return Event{At: visit, Act: Visit, Visitor: int(p.visits - 1)}, true
	}
	if leave <= say {
		p.leaves++
		if c := p.present('c', p.leaves-1, leave, 1); c != 0 {
			return p.leave(c, leave), true
		}
		return p.Next(end) // all others are away
	}
	n := p.lines
	p.lines++
	answer := p.s.Users > 1 && p.s.draw('a', n, 0).share() < p.s.Answers
	return Event{At: say, Act: Say, Chatter: p.present('s', n, say, 0), Answer: answer}, true
}

func (p *Plan) leave(chatter int, at time.Duration) Event {
	p.away[chatter] = at + p.s.Away + settle
	p.back.PushBack(Event{At: at + p.s.Away, Act: Return, Chatter: chatter})
	return Event{At: at, Act: Leave, Chatter: chatter, Kind: check.FIN + check.Leave((p.leaves-1)%3)}
}

// present draws a chatter from those with a number of at least from who are
// there at a time; 0 if there is none. The first chatter never leaves, so that
// somebody sees everything.
func (p *Plan) present(what byte, n uint64, at time.Duration, from int) int {
	c := p.s.draw(what, n, 0).below(p.s.Users)
	for range p.s.Users {
		until, away := p.away[c]
		if away && at >= until {
			delete(p.away, c)
			away = false
		}
		if !away && c >= from {
			return c
		}
		c = (c + 1) % p.s.Users
	}
	return 0
}
