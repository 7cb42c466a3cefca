package loadgen

import (
	"time"

	"chatsim/loadgen/report"
)

// Acting is a role whose chatters do at the moment what they are for.
type Acting struct {
	Role    string
	Evicted int64 // of them by the server, since the run began
}

// RoleNow is what has become of a role so far.
type RoleNow struct {
	report.Role      // of the windows that are over
	Acts        bool // it is one of Acting
}

// acting returns the roles whose window it is.
func (cs *casts) acting(of Phase) []Acting {
	if of != Loading {
		return nil
	}
	var out []Acting
	now := cs.run.clock.now() - cs.run.stage.begin
	for _, c := range cs.all {
		if c.acts(now) {
			out = append(out, Acting{Role: c.role.Kind, Evicted: c.evictions()})
		}
	}
	return out
}

// acts reports whether a time of the measured part is in a window of the role.
func (c *cast) acts(at time.Duration) bool {
	for _, t := range c.turns {
		if t.Acts.From <= at && at < t.Acts.To {
			return true
		}
	}
	return false
}

// evictions returns how often the server has ended a player's connection.
func (c *cast) evictions() (n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.evicted {
		n += k
	}
	return n
}

// now returns what has become of each role so far; nil before the load.
func (cs *casts) now(of Phase) []RoleNow {
	if of != Loading && of != Drains {
		return nil
	}
	r := cs.run
	at := min(r.clock.now(), r.stage.end)
	figures := cs.figures(at, cs.soFar.effects(cs, at))
	out := make([]RoleNow, len(figures))
	for i := range figures {
		out[i] = RoleNow{Role: figures[i], Acts: of == Loading && cs.all[i].acts(at-r.stage.begin)}
	}
	return out
}

// soFar keeps the pairs of windows that are over, so that each is looked at once
// while the run goes on. It is owned by who makes snapshots.
type soFar struct {
	pairs [][]report.RolePair
	next  int // turn
}

// settles is how long after a window its deliveries are taken for what they are,
// while the run goes on; the report has those that come later too.
const settles = time.Second

// effects returns casts.effects of the windows that are over for as long.
func (f *soFar) effects(cs *casts, at time.Duration) [][]report.RolePair {
	if f.pairs == nil {
		f.pairs = make([][]report.RolePair, len(cs.all))
	}
	r := cs.run
	turns := r.script.Turns(r.cfg.Duration)
	_, first := windowsOf(turns)
	for ; f.next < len(turns) && r.stage.begin+turns[f.next].Acts.To+settles <= at; f.next++ {
		t := turns[f.next]
		if p, ok := cs.effect(first[f.next]); ok {
			f.pairs[t.Role] = append(f.pairs[t.Role], p)
		}
	}
	return f.pairs
}
