package loadgen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"chatsim/chatter"
	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/loadgen/story"
	"chatsim/manager/wire"
)

// wait waits until everybody has seen what a step has brought; false if the story
// does not go on.
func (t *telling) wait(ctx context.Context, step *story.Step) bool {
	r := t.run
	for begun := r.clock.now(); ; <-t.tick.C {
		t.mu.Lock()
		failed := len(t.wrong) > 0
		t.mu.Unlock()
		lacks, of := missing{t}.first()
		switch {
		case failed || ctx.Err() != nil:
			return false
		case lacks == "":
			return true
		case r.clock.now() >= max(begun, r.traffic.quiet())+r.cfg.Drain:
			t.fails(step, of, fmt.Sprintf("waited %v: %s", r.cfg.Drain, lacks))
			return false
		}
	}
}

// waited reports whether the whole story was told, and all has come that it brings, the
// leaves of those among it who had vanished: one who came last may not know yet where
// its own line stands.
func (t *telling) waited() bool {
	if t == nil || int(t.done.Load()) < len(t.story.Steps) {
		return false
	}
	lacks, _ := missing{t}.first()
	return lacks == ""
}

// missing looks for what a story has still to bring. Each method returns what has
// not come yet, and to whom; empty: all of its kind has.
type missing struct{ *telling }

// first returns one thing of any kind.
func (t missing) first() (what string, to *user) {
	for _, look := range []func() (string, *user){t.end, t.line, t.answer, t.leave, t.view} {
		if what, to = look(); what != "" {
			return what, to
		}
	}
	return "", nil
}

// end is about those who leave: their connections end.
func (t missing) end() (string, *user) {
	for _, u := range t.run.users {
		switch leaves, waits := u.box.departs(); {
		case waits:
			return t.name(u) + " cannot leave, as what it said has not come back", u
		case leaves:
			return "the server has not closed the connection of " + t.name(u) + ", who has left", u
		}
	}
	return "", nil
}

// line is about lines that are due to somebody who reads.
func (t missing) line() (string, *user) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.due = slices.DeleteFunc(t.due, func(d delivery) bool {
		return d.to.isOver() || d.line.Refused() || d.to.session.HasLeft() && d.line.Session != d.to.session
	})
	for _, d := range t.due {
		if !t.stalled[d.to] {
			to := d.to.user
			who := t.name(to) + " has not got the line"
			if d.line.Session == d.to.session {
				who = t.name(to) + " has not got its own line back, nor an answer to it,"
			}
			return fmt.Sprintf("%s %q", who, clip(d.line.Text)), to
		}
	}
	return "", nil
}

// answer is about rosters that were asked for, and what is to be answered by
// an error.
func (t missing) answer() (string, *user) {
	for _, u := range t.run.users {
		s := u.box.lastStay()
		if s == nil || t.stalls(s) {
			continue
		}
		t.mu.Lock()
		errs := t.answers[s]
		t.mu.Unlock()
		switch {
		case s.session.AwaitsRoster() && t.run.cfg.Verify == check.Full:
			return t.name(u) + " has asked who is there and got no answer", u
		case errs > 0:
			return t.name(u) + " has got no answer to a command that the server does not know", u
		}
	}
	return "", nil
}

// leave is about leaves that somebody is to be told of.
func (t missing) leave() (string, *user) {
	r := t.run
	views, witness := r.cfg.Capabilities.Views, t.reader()
	if r.cfg.Verify >= check.Count || views == ledger.NoViews || witness == nil {
		return "", nil
	}
	if views == ledger.WholeRosters {
		if !r.judge.Converged(t.unread()...) {
			return "the roster of somebody is not who is there", witness
		}
		return "", nil
	}
	if s := r.departures.unknown(false); s != nil {
		return "nobody was told that " + t.name(r.users[s.Chatter]) + " has left", witness
	}
	return "", nil
}

// reader returns one who is there and reads; nil if nobody is.
func (t missing) reader() *user {
	for _, u := range t.run.users {
		if s := u.box.lastStay(); s != nil && s.session.Joined() && !s.session.HasLeft() && !t.stalls(s) {
			return u
		}
	}
	return nil
}

// view is about joins and leaves that all but some have been told of.
func (t missing) view() (string, *user) {
	r := t.run
	if r.cfg.Verify >= check.Count || r.cfg.Capabilities.Views != ledger.Ordered {
		return "", nil
	}
	behind, unplaced := r.judge.Behind()
	switch {
	case behind != nil:
		u := r.users[behind.Chatter]
		if s := u.box.lastStay(); s == nil || s.session != behind || t.stalls(s) {
			return "", nil // it is over just now, or late by its own will
		}
		if s := u.box.lastStay(); unplaced {
			return "nobody was told that " + t.name(u) + " has joined", t.other(s)
		}
		return t.name(u) + " has not got what others have", u
	}
	return "", nil
}

// other returns one who reads and is not s's user.
func (t missing) other(s *stay) *user {
	for _, u := range t.run.users {
		if o := u.box.lastStay(); o != nil && o != s && o.session.Joined() {
			return u
		}
	}
	return s.user
}

// kept is how much of what came to each is kept for whom the story fails.
const kept = 6

// came records what came to a stay. A nil telling is no story's.
func (t *telling) came(s *stay, l *check.Line, f *Frame) {
	if t == nil {
		return
	}
	words := frameWords(l, f)
	t.mu.Lock()
	defer t.mu.Unlock()
	if l != nil {
		t.due = slices.DeleteFunc(t.due, func(d delivery) bool { return d.line == l && d.to == s })
	} else if f != nil && f.Kind == wire.Error {
		t.answers[s]--
	}
	list := append(t.seen[s.user], words)
	t.seen[s.user] = list[max(0, len(list)-kept):]
}

// frameWords returns what came, in words: the line that it is, or the frame.
func frameWords(l *check.Line, f *Frame) string {
	switch {
	case l != nil && l.Private():
		return fmt.Sprintf("%q for %q alone", l.Text, l.Target)
	case l != nil:
		return fmt.Sprintf("%q", l.Text)
	case len(f.Raw) > 0:
		return clip(string(f.Raw))
	case f.Kind == wire.Line:
		return fmt.Sprintf("%q from %q", clip(string(f.Text)), f.Sender)
	case f.Kind == wire.Error:
		return fmt.Sprintf("the error %q", clip(string(f.Text)))
	}
	return clip(fmt.Sprintf("%s %q", kindWords[f.Kind], f.Names))
}

var kindWords = map[wire.Kind]string{wire.Welcome: "the name", wire.Roster: "the roster", wire.Join: "the join of", wire.Leave: "the leave of"}

// refusedInWords reports whether a join has failed by a refusal with a reason.
func refusedInWords(err error) bool {
	var refused *refusedError
	var fe *chatter.FrameError
	return errors.As(err, &refused) && refused.said != "" && !errors.As(err, &fe)
}

// StoryCheck is the name of the check that a story adds to those of the judge: each
// step has brought what it must.
const StoryCheck = "story"

// report adds what became of the story to the checks.
func (t *telling) report(rep *report.Report) {
	if t == nil {
		return
	}
	c := report.Check{Name: StoryCheck, Verdict: report.Passed, Required: true, Evaluations: t.done.Load()}
	for _, m := range t.wrong {
		c.Verdict, c.Evaluations = report.Failed, t.done.Load()+1
		c.Violations++
		c.Witnesses = append(c.Witnesses, t.witness(m))
	}
	others := slices.ContainsFunc(rep.Checks, func(o report.Check) bool { return o.Verdict == report.Failed })
	switch {
	case len(t.wrong) > 0 && others:
		c.Verdict, c.Violations, c.Implied = report.Inconclusive, 0, c.Violations
		c.Reason = c.Witnesses[0].Sentence
	case len(t.wrong) == 0 && int(t.done.Load()) < len(t.story.Steps):
		c.Verdict, c.Reason = report.Inconclusive, fmt.Sprintf("the run ended after %d of %s", t.done.Load(), report.Plural(int64(len(t.story.Steps)), "step", "steps"))
	}
	rep.Checks = append(rep.Checks, c)
}

// witness tells of a mishap.
func (t *telling) witness(m mishap) report.Witness {
	where := fmt.Sprintf("step %d of %d", t.done.Load()+1, len(t.story.Steps))
	if at := m.step.At; at.Line > 0 {
		where += fmt.Sprintf(", line %d", at.Line)
	}
	return report.Witness{Check: StoryCheck, Place: -1,
		Sentence: fmt.Sprintf("%s (%s): %s", where, t.story.Words(m.step), m.what),
		Came:     cmp.Or(strings.Join(m.seen, ", then "), "nothing")}
}
