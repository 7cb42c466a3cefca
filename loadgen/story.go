package loadgen

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/measure"
	"chatsim/loadgen/story"
	"chatsim/manager/wire"
)

// telling is a story that is being performed: a step begins once everybody has seen
// what the one before has brought.
type telling struct {
	run   *run
	story *story.Story
	tick  *time.Ticker
	done  atomic.Int64 // steps

	mu sync.Mutex
	// Guarded by mu.
	due     []delivery
	answers map[*stay]int      // errors that a stay is to be told, less those that it was
	stalled map[*stay]bool     // stays that read nothing
	seen    map[*user][]string // what came to each during the step, the last few of it
	wrong   []mishap           // why the story did not go on
}

// delivery is a line that one is to be sent.
type delivery struct {
	line *ledger.Line
	to   *stay
}

// mishap is what did not come about.
type mishap struct {
	step *story.Step
	what string   // in a sentence
	seen []string // by whom it is about, in the step
}

// UnableError says that a story asks for what the clients cannot do.
type UnableError struct {
	Path string // of the story's file; empty: it has none
	At   story.Pos
	What string
}

func (e *UnableError) Error() string {
	const cannot = "the story cannot be told here: "
	switch {
	case e.At == (story.Pos{}) && e.Path == "":
		return cannot + e.What
	case e.At == (story.Pos{}):
		return e.Path + ": " + cannot + e.What
	}
	return fmt.Sprintf("%s:%d:%d: %s%s", cmp.Or(e.Path, "the story"), e.At.Line, e.At.Column, cannot, e.What)
}

// Hint returns what to do about it.
func (e *UnableError) Hint() string { return "leave the step out, or take a -dialect that has it" }

// able returns why clients of some capabilities cannot perform a story; nil if
// they can.
func able(s *story.Story, c Capabilities) (err error) {
	for _, n := range s.Needs {
		if what := lacks(n, c); what != "" {
			return &UnableError{Path: s.Path, What: what}
		}
	}
	s.Each(func(step *story.Step) {
		what := ""
		switch {
		case step.Verb == story.Tells && c.NoPrivate:
			what = c.Speaks() + " has no private lines"
		case step.Verb == story.Says && step.Name != "" && c.NoClaims:
			what = "in " + c.Speaks() + " no line can claim a sender"
		}
		if what != "" && err == nil {
			err = &UnableError{s.Path, step.At, what}
		}
	})
	return err
}

// lacks returns why clients of some capabilities cannot show what a story needs.
func lacks(n story.Need, c Capabilities) string {
	switch {
	case n == story.Suffixes && (c.OwnSuffix || c.Views == ledger.NoViews):
		return c.Speaks() + " has no suffixes: a taken name is refused, or not known to be taken"
	case n == story.Names && c.Protocol != "":
		return c.Speaks() + " has rules of its own for names"
	case n == story.Long && c.Protocol == "IRC":
		return "lines of IRC have 512 bytes at most"
	case n == story.Order && (c.Sets || c.Views != ledger.Ordered):
		return c.Speaks() + " tells who is there in no order"
	}
	return ""
}

// types reports whether bytes can be typed at the user's connection.
func (u *user) types() bool {
	s := u.box.lastStay()
	return s != nil && s.client.typist != nil
}

// typed returns why a connection cannot be typed at, where the story does so.
func typed(s *story.Story, can bool, speaks string) (err error) {
	if can {
		return nil
	}
	what := speaks + " over this connection has no lines that are typed byte by byte"
	if slices.Contains(s.Needs, story.Typed) {
		return &UnableError{Path: s.Path, What: what}
	}
	s.Each(func(step *story.Step) {
		switch step.Verb {
		case story.Types, story.Spells, story.Begins:
			if err == nil {
				err = &UnableError{s.Path, step.At, what}
			}
		}
	})
	return err
}

// tell performs the story, of which the first one has joined already.
func (t *telling) tell(ctx context.Context) {
	r := t.run
	r.stage.begin, r.stage.end = r.clock.now(), 1<<62
	r.measure.Start(r.stage.begin)
	used := measure.Watch(0)
	defer func() { r.usage = used() }()
	r.stage.enter(Loading)
	defer t.readOn()
	t.tick = time.NewTicker(time.Millisecond)
	defer t.tick.Stop()
	t.done.Store(1)
	for i := 1; i < len(t.story.Steps) && ctx.Err() == nil; i++ {
		if !t.step(ctx, &t.story.Steps[i]) {
			break
		}
		t.done.Add(1)
	}
	r.stage.ended = r.clock.now()
	r.cfg.Duration = (r.stage.ended - r.stage.begin).Round(time.Millisecond)
	if len(t.wrong) > 0 {
		r.cfg.Drain /= 8 // it was waited for long enough
	}
}

// step performs a step and waits until everybody has seen what it brings.
func (t *telling) step(ctx context.Context, s *story.Step) bool {
	t.mu.Lock()
	t.seen = make(map[*user][]string)
	t.mu.Unlock()
	of := make(map[int][]*story.Step)
	steps := []story.Step{*s}
	if s.Verb == story.Together {
		steps = s.Together
	}
	var order []int
	for i := range steps {
		if who := steps[i].Who; of[who] == nil {
			order = append(order, who)
		}
		of[steps[i].Who] = append(of[steps[i].Who], &steps[i])
	}
	var each sync.WaitGroup
	for _, who := range order {
		each.Go(func() { t.performs(ctx, t.run.users[who], of[who]) })
	}
	each.Wait()
	return t.wait(ctx, s)
}

// performs has a chatter do its steps, one after the other.
func (t *telling) performs(ctx context.Context, u *user, steps []*story.Step) {
	for _, step := range steps {
		if step.Verb == story.Joins {
			if !t.joins(ctx, u, step) {
				return
			}
			continue
		}
		s := u.box.lastStay()
		if s == nil || !s.session.Joined() {
			t.fails(step, u, t.name(u)+" is not in the room any more")
			return
		}
		t.act(step, u, s)
	}
}

func (t *telling) act(step *story.Step, u *user, s *stay) {
	switch step.Verb {
	case story.Stalls:
		t.holds(u.stall(), true)
	case story.ReadsOn:
		t.holds(s, false) // what comes from now on is timed
		s.resume()
	case story.Vanishes:
		t.holds(s, true)
		u.box.post(task{act: vanish})
	case story.Leaves, story.HalfCloses, story.Resets:
		if step.Verb != story.Resets {
			t.free(s)
		}
		kind := map[story.Verb]ledger.Leave{story.Leaves: ledger.FIN, story.HalfCloses: ledger.HalfClose, story.Resets: ledger.Reset}[step.Verb]
		u.box.post(task{act: leave, kind: kind})
	default:
		t.utter(step, u, s)
	}
}

// readOn ends a stall that the story has not ended. Who has vanished stays so until the
// drain.
func (t *telling) readOn() {
	for _, u := range t.run.users {
		s := u.box.lastStay()
		if s != nil && t.stalls(s) && !u.box.isSilent() {
			t.holds(s, false)
			s.resume()
		}
	}
}

// holds records that a stay reads nothing, or reads on; nil: there is none.
func (t *telling) holds(s *stay, stalls bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if stalls && s != nil {
		t.stalled[s] = true
	} else {
		delete(t.stalled, s)
	}
}

// unread returns those who read nothing.
func (t *telling) unread() (list []*check.Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for s := range t.stalled {
		list = append(list, s.session)
	}
	return list
}

// stalls reports whether a stay reads nothing.
func (t *telling) stalls(s *stay) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stalled[s]
}

// joins has a chatter come, or come back, and reports whether it may go on.
func (t *telling) joins(ctx context.Context, u *user, step *story.Step) bool {
	before := u.box.lastStay()
	if before != nil && u.box.isSilent() {
		u.box.post(task{act: wake})
		if !t.wait(ctx, step) { // all know that it has left: the name is free
			return false
		}
	}
	if before != nil && !t.run.clock.within(t.run.cfg.Drain, before.done.wait(), ctx.Done()) {
		t.fails(step, u, t.name(u)+" has left, and its connection is still open")
		return false
	}
	err := u.come(ctx)
	if err != nil && ctx.Err() != nil {
		return false
	}
	switch why := u.barred(); {
	case why == "" && err == nil:
		return true
	case why == "":
		t.fails(step, u, fmt.Sprintf("%s was not let in: %v", t.name(u), err))
	case err == nil:
		t.fails(step, u, fmt.Sprintf("%s was let in by a name that is none: %s", t.name(u), why))
	default:
		if !refusedInWords(err) {
			t.fails(step, u, fmt.Sprintf("%s asked for a name that is none, as %s, and was not told so: %v", t.name(u), why, err))
		}
	}
	return false
}

// barred returns why nobody may have the name that the user asks for; empty if it
// may be had. Of other protocols than ours nobody knows.
func (u *user) barred() string {
	if u.run.telling == nil || u.run.cfg.Capabilities.Protocol != "" || wire.IsUnnamed(u.asked) {
		return ""
	}
	if _, err := wire.CleanName(u.asked); err != nil {
		return err.Error()
	}
	return ""
}

// due returns the name that is due to who asks for one, before any suffix.
func (u *user) due() string {
	if u.run.telling != nil && u.run.cfg.Capabilities.Protocol == "" {
		if wire.IsUnnamed(u.asked) {
			return ""
		}
		if clean, err := wire.CleanName(u.asked); err == nil {
			return clean
		}
	}
	return u.asked
}

// name returns how the story calls a chatter, and how the room does if that differs.
func (t *telling) name(u *user) string {
	called := t.story.Cast[u.n].Name
	if given := u.lastName(); given != called && strings.TrimSpace(given) != called {
		return fmt.Sprintf("%s (%q)", called, given)
	}
	return called
}

// fails records why the story does not go on.
func (t *telling) fails(step *story.Step, about *user, what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := mishap{step: step, what: what}
	if about != nil {
		m.seen = t.seen[about]
	}
	t.wrong = append(t.wrong, m)
}
