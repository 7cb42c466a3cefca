package simtest_test

import (
	"bytes"
	"slices"
	"strconv"
	"testing"
	"time"

	"chatsim/loadgen/check"
	"chatsim/manager/feed"
	"chatsim/manager/room"
)

// The size of the runs in which bugs are looked for.
const (
	bugChatters = 8
	bugSteps    = 800
)

// TestPlantedBugs puts a bug between the server and its room or log. It must be
// found as what it is, within so many seeds; the schedule that found it must
// do so again, and be reduced to a few steps.
func TestPlantedBugs(t *testing.T) {
	for _, bug := range []struct {
		name  string
		plant func(*world)
		kind  string // of the failure
		seeds uint64 // that have to be enough
		steps int    // that have to be enough to show it
	}{
		{"an entry is lost at a chunk's border", loseAtBorder, string(check.Validity), 20, 70},
		{"a byte is lost at a chunk's border", skipAtBorder, string(check.NoCreation), 20, 50},
		{"a chunk is used again while it is being written", trimEarly, string(check.NoCreation), 20, 40},
		{"a cursor is left in the log", leakCursor, string(check.Liveness), 20, 60},
		{"a private entry goes to another cursor", misdirect, string(check.Confidentiality), 20, 30},
		{"a private entry is moved behind a public one", moveTold, string(check.TotalOrder), 20, 25},
		{"a leaver's cursor ends after its own leave", finishLate, "own view", 20, 15},
		{"a newcomer's cursor begins before its own join", joinLate, "own view", 20, 10},
		{"those who hold up have no grace", noGrace, "evicted", 20, 10},
		{"a freed suffix is not given again", burnSuffixes, string(check.NameSuffixing), 20, 15},
		{"a suffix is not looked at when a name is looked up", looseNames, string(check.Confidentiality), 20, 30},
		{"a roster is that of before the join", staleRoster, string(check.RosterAccuracy), 20, 5},
	} {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			p := findBug(t, bug.plant, bug.kind, bug.seeds)
			small := p.reduced(bug.kind)
			tale, again := new(story), new(story)
			f := small.run(tale).failed
			small.run(again)
			t.Logf("reduced to %d steps:\n%s", len(small.steps), &tale.text)
			if !f.is(bug.kind) {
				t.Errorf("reduced, it is %v, want %s", f, bug.kind)
			}
			if tale.text.String() != again.text.String() {
				t.Errorf("the story is another the second time:\n%s", &again.text)
			}
			if len(small.steps) > bug.steps {
				t.Errorf("reduced to %d steps, want at most %d", len(small.steps), bug.steps)
			}
		})
	}
}

// findBug runs seeds until one fails in that way, and returns its plan.
func findBug(t *testing.T, plant func(*world), kind string, seeds uint64) *plan {
	t.Helper()
	for seed := range seeds {
		p := draw(seed, bugChatters, bugSteps, plant)
		if f := p.run(nil).failed; f.is(kind) {
			t.Logf("found by seed %d: %v", seed, f)
			return p
		}
	}
	t.Fatalf("not found in %d seeds", seeds)
	return nil
}

// border counts appended bytes, and reports whether an entry goes over the end of
// a chunk.
type border struct {
	record
	size, n int
}

func (l *border) crosses(b []byte) bool {
	from := l.n
	l.n += len(b)
	return from/l.size != l.n/l.size
}

type losing struct{ border }

func loseAtBorder(w *world) { w.server.log = &losing{border{record: w.server.log, size: w.chunk}} }

func (l *losing) Append(b []byte) {
	if !l.crosses(b) {
		l.record.Append(b)
	}
}

type skipping struct {
	record
	size  int
	taken map[*feed.Cursor]int
}

func skipAtBorder(w *world) {
	w.server.log = &skipping{record: w.server.log, size: w.chunk, taken: make(map[*feed.Cursor]int)}
}

func (l *skipping) Advance(c *feed.Cursor, n int, now time.Duration) {
	from := l.taken[c]
	l.taken[c] += n
	if from/l.size != l.taken[c]/l.size && len(l.Next(c, make([]byte, n+1))) > n {
		n++
	}
	l.record.Advance(c, n, now)
}

// trimming has cursors run ahead of their readers, so that what those still
// have to read is given free.
type trimming struct {
	record
	server  *server
	cursors []*feed.Cursor
	ahead   map[*feed.Cursor][][]byte
}

func trimEarly(w *world) {
	w.server.log = &trimming{record: w.server.log, server: w.server, ahead: make(map[*feed.Cursor][][]byte)}
}

func (l *trimming) Subscribe(c *feed.Cursor) {
	l.cursors = append(l.cursors, c)
	l.record.Subscribe(c)
}

func (l *trimming) Drop(c *feed.Cursor) {
	l.cursors = slices.DeleteFunc(l.cursors, func(o *feed.Cursor) bool { return o == c })
	l.record.Drop(c)
}

func (l *trimming) Append(b []byte) {
	l.record.Append(b)
	for _, c := range l.cursors {
		l.run(c)
	}
}

func (l *trimming) run(c *feed.Cursor) {
	for b := l.record.Next(c, make([]byte, 300)); len(b) > 0; b = l.record.Next(c, make([]byte, 300)) {
		l.ahead[c] = append(l.ahead[c], b)
		l.record.Advance(c, len(b), l.server.now)
	}
}

func (l *trimming) Next(c *feed.Cursor, _ []byte) []byte {
	if l.run(c); len(l.ahead[c]) == 0 {
		return nil
	}
	return l.ahead[c][0]
}

func (l *trimming) Advance(c *feed.Cursor, n int, now time.Duration) {
	l.record.Touch(c, now)
	if list := l.ahead[c]; n == len(list[0]) {
		l.ahead[c] = list[1:]
	} else {
		list[0] = list[0][n:]
	}
}

func (l *trimming) Done(c *feed.Cursor) bool { return len(l.ahead[c]) == 0 && l.record.Done(c) }

type leaking struct {
	record
	drops int
}

func leakCursor(w *world) { w.server.log = &leaking{record: w.server.log} }

func (l *leaking) Drop(c *feed.Cursor) {
	if l.drops++; l.drops%4 != 0 {
		l.record.Drop(c)
	}
}

type misdirecting struct {
	record
	last  *feed.Cursor
	count int
}

func misdirect(w *world) { w.server.log = &misdirecting{record: w.server.log} }

func (l *misdirecting) Subscribe(c *feed.Cursor) {
	l.last = c
	l.record.Subscribe(c)
}

func (l *misdirecting) AppendPrivate(c *feed.Cursor, b []byte) {
	if b[0] == ' ' {
		if l.count++; l.count%5 == 0 {
			c = l.last
		}
	}
	l.record.AppendPrivate(c, b)
}

// moving has the second copy of a private line wait for the next public entry.
type moving struct {
	record
	line []byte
	late map[*feed.Cursor][]byte
}

func moveTold(w *world) {
	w.server.log = &moving{record: w.server.log, late: make(map[*feed.Cursor][]byte)}
}

func (l *moving) AppendPrivate(c *feed.Cursor, b []byte) {
	if bytes.Equal(l.line, b) {
		l.late[c] = append(l.late[c], b...)
		l.line = nil
		return
	}
	l.line = b
	l.record.AppendPrivate(c, b)
}

func (l *moving) Append(b []byte) {
	l.record.Append(b)
	for c, b := range l.late { // each has a cursor of its own: any order will do
		l.record.AppendPrivate(c, b)
	}
	clear(l.late)
}

type finishing struct {
	record
	late []*feed.Cursor
}

func finishLate(w *world) { w.server.log = &finishing{record: w.server.log} }

func (l *finishing) Finish(c *feed.Cursor) { l.late = append(l.late, c) }

func (l *finishing) Append(b []byte) {
	l.record.Append(b)
	for _, c := range l.late {
		l.record.Finish(c)
	}
	l.late = nil
}

type joining struct {
	record
	joins int
	late  []byte
}

func joinLate(w *world) { w.server.log = &joining{record: w.server.log} }

func (l *joining) Append(b []byte) {
	if bytes.HasPrefix(b, []byte(`{"join"`)) {
		if l.joins++; l.joins > 1 {
			l.late = b
			return
		}
	}
	l.record.Append(b)
}

func (l *joining) Subscribe(c *feed.Cursor) {
	l.record.Subscribe(c)
	l.record.Append(l.late)
	l.late = nil
}

type hasty struct{ record }

func noGrace(w *world) { w.server.log = hasty{w.server.log} }

func (l hasty) Evict(now, _ time.Duration) []feed.Evicted { return l.record.Evict(now, 0) }

type burning struct {
	names
	burnt map[string]bool // with a suffix once given
}

func burnSuffixes(w *world) {
	w.server.room = &burning{names: w.server.room, burnt: make(map[string]bool)}
}

func (r *burning) Join(asked string) (*room.Member, room.Roster) {
	name := asked
	for k := 2; r.LookupBytes([]byte(name)) != nil || r.burnt[name]; k++ {
		name = asked + strconv.Itoa(k)
	}
	r.burnt[name] = name != asked
	return r.names.Join(name)
}

type loose struct{ names }

func looseNames(w *world) { w.server.room = loose{w.server.room} }

func (r loose) LookupBytes(name []byte) *room.Member {
	if m := r.names.LookupBytes(bytes.TrimRight(name, "23456789")); m != nil {
		return m
	}
	return r.names.LookupBytes(name)
}

type stale struct{ names }

func staleRoster(w *world) { w.server.room = stale{w.server.room} }

func (r stale) Join(asked string) (*room.Member, room.Roster) {
	before := r.Roster()
	m, _ := r.names.Join(asked)
	return m, before
}
