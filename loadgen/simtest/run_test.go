package simtest_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"chatsim/loadgen/check"
)

// run returns a whole run of a plan.
func (p *plan) run(tale *story) (w *world) {
	w = newWorld(p, tale)
	defer func() {
		if r := recover(); r != nil {
			w.fail("panic", "%v in %s", r, panicked())
		}
		w.stop(w.failed)
	}()
	w.note("%+v", p.sizes)
	w.begin()
	for i, s := range p.steps {
		w.server.now += time.Microsecond
		w.step(s)
		w.line(i + 1)
		if w.invariants(); w.failed != nil {
			return w
		}
	}
	w.end(len(p.steps) + 1)
	return w
}

// panicked returns the function of this module that has panicked, for a deferred one.
func panicked() string {
	pcs := make([]uintptr, 20)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)]) // behind the deferred function
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "chatsim/") || !more {
			return fmt.Sprintf("%s, line %d", f.Function, f.Line)
		}
	}
}

// begin has chatter 0, who stays, join.
func (w *world) begin() {
	w.chatters[0].dial(all)
	w.settle(0)
}

// end lets everything arrive, has chatter 0 say one last line, and asks the
// judge. Then everybody leaves, and nothing may be left.
func (w *world) end(at int) {
	w.note("the end: who reads reads all there is, who does not is evicted")
	w.line(at)
	for calm := 0; calm < 3; calm++ { // whoever is evicted may let another one in, who stalls too
		before := w.server.changes
		w.settle(at)
		if w.tick(grace); w.server.changes != before {
			calm = 0
		}
	}
	w.settle(at)
	for _, u := range w.chatters {
		if s := w.sessionOf(u.conn); s != nil && s.on && u.mood == stalls && w.server.log.Pending(&s.cursor) > 0 {
			w.fail("holds up", "%v reads nothing and is not evicted", u)
		}
		u.mood = reads
	}
	w.settle(at)
	w.chatters[0].say("", all)
	w.settle(at)
	if kept := w.server.log.Retained(); kept > w.chunk {
		w.question("memory", "%d bytes kept when everybody has read everything", kept)
	}
	for _, u := range w.chatters {
		if u.asks != 0 && u.talks() {
			w.question("unanswered", "%v lacks %d answers", u, u.asks)
		}
	}
	w.verdict(w.judge.End(check.End{Required: check.Names()}))
	if w.failed == nil {
		w.empty()
	}
}

// verdict fails for anything that the judge has found: in a right server's run
// even what is only implied is a false alarm.
func (w *world) verdict(r check.Result) {
	var f failure
	for _, o := range r.Checks {
		if o.Violations+o.Implied > 0 {
			f.kinds = append(f.kinds, o.Name)
			f.text += fmt.Sprintf("\n\t%s: %d violations, %d implied", o.Name, o.Violations, o.Implied)
		}
		for _, x := range o.Witnesses {
			f.text += fmt.Sprintf("\n\t\t%s (chatters %v, place %d, expected %s, came %s)", x.Sentence, x.Chatters, x.Place, x.Expected, x.Came)
		}
		switch o.Name {
		case check.Validity:
			w.seen.Lines += o.Evaluations
		case check.Confidentiality:
			w.seen.Private += o.Evaluations
		}
	}
	if r.Deliveries != r.Expected {
		f.kinds = append(f.kinds, "count")
		f.text += fmt.Sprintf("\n\t%d of %d deliveries", r.Deliveries, r.Expected)
	}
	w.seen.Deliveries += r.Deliveries
	if w.doubt != nil {
		f.kinds = append(f.kinds, w.doubt.kinds...)
		f.text += "\n\t" + w.doubt.text
	}
	if len(f.kinds) > 0 && w.failed == nil {
		w.failed = &f
	}
}

// empty has everybody leave; then there is nobody in the room, no cursor in
// the log and nothing kept there, and names are free again.
func (w *world) empty() {
	for _, u := range w.chatters {
		if u.conn != nil {
			u.conn.up.over = true
		}
	}
	for moved := true; moved; {
		moved = false
		for _, s := range slices.Clone(w.server.sessions) {
			for w.server.serve(s, all) || w.server.write(s, all) || len(s.conn.down.read(all)) > 0 {
				moved = true
			}
		}
		w.server.forget()
	}
	v := w.server
	if n := len(v.sessions); n > 0 {
		w.fail("left over", "%d connections are still open", n)
	}
	if n := v.room.Roster().Len(); v.room.Len() != 0 || n != 0 {
		w.fail("left over", "%d names, %d on the roster", v.room.Len(), n)
	}
	v.log.Append(make([]byte, 2*w.window))
	if kept := v.log.Retained(); kept != w.chunk {
		w.fail("left over", "%d bytes are kept for nobody", kept-w.chunk)
	}
	for k, want := range []string{"bob", "bob2", "bob3"} {
		if m, _ := v.room.Join("bob"); m.Name() != want {
			w.fail("left over", "name %d of an empty room is %q", k, m.Name())
		}
	}
}
