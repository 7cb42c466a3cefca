package simtest_test

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

// is reports whether that is one of the things that are wrong.
func (f *failure) is(kind string) bool { return f != nil && slices.Contains(f.kinds, kind) }

// newWorld makes the world of a plan, with nobody in it.
func newWorld(p *plan, tale *story) *world {
	w := &world{sizes: p.sizes, story: tale}
	late := func(time.Duration) time.Duration { return time.Hour } // leaves are not timed here
	w.judge = check.New(check.Config{Nonce: nonce, Slowest: late})
	w.server = &server{room: new(room.Room), log: feed.NewLog(w.window), story: tale, onEvict: w.onEvict, window: w.window}
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

// question records what a chatter finds wrong by itself; the run goes on, for the
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
	idle, since := w.server.now-u.caughtUp, w.server.now-u.took
	early := r == feed.Stalled && w.server.pressed && since >= feed.Patience(grace)
	if u.mood == reads || !early && (idle < grace || r == feed.Stalled && since < grace) {
		w.fail("evicted", "%v is evicted as %v: it %s, and had all there was %v ago", u, r, moods[u.mood], idle)
	}
	u.leaving = check.Reset
	u.session.Closing(check.Reset, w.server.now)
}

// of returns the n-th session of a chatter that the server has not done with; most
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
// read have read something within the patience and everything within the grace,
// whatever the schedule says.
func (w *world) tick(d time.Duration) {
	now := w.server.now + d
	w.server.look()
	for _, u := range w.chatters {
		switch {
		case u.conn == nil || u.mood != reads:
		case now-u.caughtUp >= grace:
			w.catchUp(u)
		case now-u.took >= feed.Patience(grace):
			u.read(1)
		}
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
			for u.write(all) || u.mood == reads && u.read(all) {
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
	if kept > w.window+w.server.over+w.chunk {
		w.fail("memory", "%d bytes kept in a window of %d after %d more", kept, w.window, w.server.over)
	}
}
