package simulate_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"chatsim/loadgen/check"
	"chatsim/manager/feed"
	"chatsim/manager/room"
)

const grace = time.Second // that a reader may hold the others up

// world is a room with its server, its chatters and their connections, all of
// them stepped by a schedule.
type world struct {
	*story
	sizes
	server   *server
	judge    *check.Judge
	chatters []*chatter
	chunk    int // bytes of the log's chunks

	failed *failure
	doubt  *failure // a chatter's own
	seen   seen
}

// failure is what is wrong with a run.
type failure struct {
	kinds []string // checks by their names, or a short word for what is no check's business
	text  string
}

func (f *failure) String() string { return strings.Join(f.kinds, ", ") + ": " + f.text }

// is says whether that is one of the things that are wrong.
func (f *failure) is(kind string) bool { return f != nil && slices.Contains(f.kinds, kind) }

// newWorld makes the world of a plan, with nobody in it.
func newWorld(p *plan, tale *story) *world {
	w := &world{sizes: p.sizes, story: tale}
	late := func(time.Duration) time.Duration { return time.Hour } // leaves are not timed here
	w.judge = check.New(check.Config{Nonce: nonce, Slowest: late})
	w.server = &server{room: new(room.Room), log: feed.NewLog(w.window), story: tale, onEvict: w.onEvict}
	w.chunk = w.server.log.Retained()
	for range w.before {
		m, _ := w.server.room.Join("bob")
		w.server.room.Leave(m)
	}
	for n := range p.chatters {
		w.chatters = append(w.chatters, &chatter{world: w, n: n, asked: askedNames[n%len(askedNames)]})
	}
	if p.plant != nil {
		p.plant(w)
	}
	return w
}

// question notes what a chatter finds wrong by itself; the run goes on, for the
// judge may know what it comes from.
func (w *world) question(kind, format string, args ...any) {
	if w.doubt == nil {
		w.doubt = &failure{[]string{kind}, fmt.Sprintf(format, args...)}
	}
}

func (w *world) fail(kind, format string, args ...any) {
	if w.failed == nil {
		w.failed = &failure{[]string{kind}, fmt.Sprintf(format, args...)}
	}
}

// onEvict holds an eviction against what the chatter did.
func (w *world) onEvict(s *session, r feed.Reason) {
	u := w.chatters[s.who]
	if u.conn != s.conn { // reset: nobody reads there
		return
	}
	if r == feed.Stalled {
		w.seen.Stalled++
	} else {
		w.seen.Slow++
	}
	idle := w.server.now - u.caughtUp
	if u.mood == reads || idle < grace || r == feed.Stalled && w.server.now-u.took < grace {
		w.fail("evicted", "%v is evicted as %v: it %s, and had all there was %v ago", u, r, moods[u.mood], idle)
	}
	u.leaving = check.Reset
	u.session.Closing(check.Reset, w.server.now)
}

// of is the n-th session of a chatter that the server has not done with; most
// often there is one.
func (w *world) of(who, n int) *session {
	count := 0
	for _, s := range w.server.sessions {
		if s.who == who {
			count++
		}
	}
	if count == 0 {
		return nil
	}
	n %= count
	for _, s := range w.server.sessions {
		if s.who == who {
			if n--; n < 0 {
				return s
			}
		}
	}
	return nil
}

// tick lets time pass and the server look for those who hold up. Those who
// read have read everything within the grace, whatever the schedule says.
func (w *world) tick(d time.Duration) {
	now := w.server.now + d
	for _, u := range w.chatters {
		if u.conn == nil || u.mood != reads || now-u.caughtUp < grace {
			continue
		}
		w.catchUp(u)
	}
	w.server.now = now
	w.server.evict(grace)
}

// catchUp has a chatter read everything that there is for it.
func (w *world) catchUp(u *chatter) {
	s := w.sessionOf(u.conn)
	for u.conn != nil && (s != nil && (len(s.greeting) > 0 && w.server.greet(s, all) || w.server.write(s, all)) || u.read(all)) {
	}
	u.caughtUp = w.server.now
}

func (w *world) sessionOf(c *conn) *session {
	i := slices.IndexFunc(w.server.sessions, func(s *session) bool { return s.conn == c })
	if i < 0 {
		return nil
	}
	return w.server.sessions[i]
}

// settle has everything that can happen happen, but for new things.
func (w *world) settle(at int) {
	for moved := true; moved; {
		moved = false
		for _, s := range slices.Clone(w.server.sessions) {
			for w.server.serve(s, all) || w.server.write(s, all) {
				moved = true
			}
			w.line(at)
		}
		for _, u := range w.chatters {
			for u.write(all) || u.read(all) {
				moved = true
			}
			w.line(at)
		}
		w.server.forget()
		w.invariants()
	}
}

// invariants are what must hold at every moment.
func (w *world) invariants() {
	kept := w.server.log.Retained()
	if w.server.full {
		w.seen.Full++
	}
	if most := w.window + w.chunk + maxOver; kept > most {
		w.fail("memory", "%d bytes kept in a window of %d", kept, w.window)
	}
}

// maxOver is by how much one step may overfill the window, and the leaves of
// everybody, which do not wait for room.
const maxOver = 8 << 10

// begin has chatter 0, who stays, join.
func (w *world) begin() {
	w.chatters[0].dial(all)
	w.settle(0)
}

// end lets everything arrive, has chatter 0 say one last line, and asks the
// judge. Then everybody leaves, and nothing may be left.
func (w *world) end(at int) {
	for _, u := range w.chatters {
		u.mood = reads
	}
	w.note("the end: everybody writes and reads all there is")
	w.line(at)
	w.settle(at)
	w.chatters[0].say("", all)
	w.settle(at)
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
	for _, o := range r.Outcomes {
		if o.Violations+o.Implied > 0 {
			f.kinds = append(f.kinds, string(o.Name))
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

// run is a whole run of a plan.
func (p *plan) run(tale *story) (w *world) {
	w = newWorld(p, tale)
	defer func() {
		if r := recover(); r != nil {
			w.fail("panic", "%v", r)
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
