package loadgen

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/loadgen/scenario"
)

// casts are those of a run's scenario.
type casts struct {
	run   *run
	all   []*cast
	soFar soFar // owned by who makes snapshots
}

// newCasts returns those of the run's scenario; their players' numbers follow those
// of the users.
func newCasts(r *run) *casts {
	out := &casts{run: r}
	turns, n := r.script.Turns(r.cfg.Duration), r.script.Peak(r.cfg.Users)
	for i := range r.script.Roles {
		c := &cast{run: r, role: &r.script.Roles[i], evicted: make(map[string]int64)}
		c.errors.names = make(map[string]bool)
		for _, t := range turns {
			if t.Role == i {
				c.turns = append(c.turns, t)
			}
		}
		for k := range c.role.Of(r.cfg.Users) {
			p := &player{cast: c, n: n, asked: scenario.RoleName(c.role, k)}
			if r.cfg.Capabilities.Views == ledger.NoViews { // then no server tells names apart
				p.asked += "-" + strconv.Itoa(n)
			}
			c.players = append(c.players, p)
			c.errors.names[p.asked] = true
			n++
		}
		out.all = append(out.all, c)
	}
	return out
}

// stallerOut records that the server has put out who stalls and talks.
func (cs *casts) stallerOut(why string) {
	for _, c := range cs.all {
		if c.role.Talks {
			c.closed(why)
		}
	}
}

// join has all players join.
func (cs *casts) join(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(cs.run.joining.most)
	for _, c := range cs.all {
		for _, p := range c.players {
			g.Go(func() error { return p.appear(ctx) })
		}
	}
	return g.Wait()
}

// start has all roles be acted until the returned function is called. The players
// leave then, which the drain waits for.
func (cs *casts) start(ctx context.Context) (stop func()) {
	r := cs.run
	cs.startWindows()
	ctx, cancel := context.WithCancel(ctx)
	var stallers sync.WaitGroup
	for _, c := range cs.all {
		if c.role.Talks {
			stallers.Go(func() { c.stalls(ctx) })
		}
		for _, p := range c.players {
			r.life.visiting.Add(1)
			r.life.workers.Go(func() {
				defer r.life.visiting.Add(-1)
				p.play(ctx)
			})
		}
	}
	return func() {
		cancel()
		stallers.Wait()
	}
}

// startWindows has deliveries be measured by the windows of the roles' turns.
func (cs *casts) startWindows() {
	r := cs.run
	if begins, _ := windowsOf(r.script.Turns(r.cfg.Duration)); len(begins) > 0 {
		for i := range begins {
			begins[i] += r.stage.begin
		}
		r.measure.StartWindows(begins)
	}
}

// windowsOf returns when the windows of turns begin, and which one is each turn's
// first; its second one follows. Behind a turn there may be a time that is no turn's.
func windowsOf(turns []scenario.Turn) (begins []time.Duration, first []int) {
	for _, t := range turns {
		if n := len(begins); n > 0 && begins[n-1] == t.Calm.From {
			begins = begins[:n-1]
		}
		first = append(first, len(begins))
		begins = append(begins, t.Calm.From, t.Acts.From, t.Acts.To)
	}
	return begins, first
}

// effects returns, for each role, the p99 of the others' deliveries without and with
// it, of the turns that were over in time and have enough deliveries.
func (cs *casts) effects() [][]report.RolePair {
	r, out := cs.run, make([][]report.RolePair, len(cs.all))
	turns := r.script.Turns(r.cfg.Duration)
	_, first := windowsOf(turns)
	for i, t := range turns {
		if r.stage.begin+t.Acts.To > r.stage.ended {
			continue
		}
		if p, ok := cs.effect(first[i]); ok {
			out[t.Role] = append(out[t.Role], p)
		}
	}
	return out
}

// effect returns the p99 of the deliveries in a window and in the next one, of which
// the role acts in the second; false where they are too few.
func (cs *casts) effect(window int) (p report.RolePair, ok bool) {
	without, with := cs.run.measure.WindowP99(window), cs.run.measure.WindowP99(window+1)
	if without == nil || with == nil {
		return p, false
	}
	return report.RolePair{WithoutP99: *without, WithP99: *with}, true
}

// figures returns what became of each role until a time, with those effects.
func (cs *casts) figures(until time.Duration, effects [][]report.RolePair) []report.Role {
	var out []report.Role
	for i, c := range cs.all {
		f := report.Role{Name: c.role.Kind, About: scenario.RoleAbout(c.role), Users: len(c.players), Talks: c.role.Talks, In: c.role.In,
			Lines: c.lines.Load(), LinesDue: c.due.Load(), BytesSent: c.sent.Load(), BytesRead: c.read.Load(),
			Acted: c.acted.Load(), Throttled: c.throttled.Load(), Refused: c.refused.Load(), TurnedAway: c.turned.Load(), Errors: c.errors.report()}
		if f.Talks {
			f.Users, f.Acted = 1, int64(len(effects[i]))
		}
		for _, t := range c.turns {
			if cs.run.stage.begin+t.Acts.To <= until {
				f.Windows++
			}
			f.WindowS = (t.Acts.To - t.Acts.From).Seconds()
		}
		c.mu.Lock()
		f.Evicted = maps.Clone(c.evicted)
		c.mu.Unlock()
		f.Compare(effects[i])
		out = append(out, f)
	}
	return out
}

// isolation returns how the others fared while one of those who talk did not read.
func (cs *casts) isolation() *report.Isolation {
	i := slices.IndexFunc(cs.all, func(c *cast) bool { return c.role.Talks && len(c.turns) > 0 })
	if i < 0 {
		return nil
	}
	w := cs.all[i].turns[0].Acts
	iso := &report.Isolation{WindowS: (w.To - w.From).Seconds(), Pairs: []report.IsolationPair{}}
	pairs := cs.effects()[i]
	for _, p := range pairs {
		iso.Pairs = append(iso.Pairs, report.IsolationPair{AllReadP99: p.WithoutP99, OneStalledP99: p.WithP99})
	}
	iso.AllReadP99, iso.OneStalledP99 = report.MedianP99s(pairs)
	return iso
}
