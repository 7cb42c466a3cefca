package manager

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chatsim/manager/feed"
)

// TestOnlyTheSequencerLocks holds that order is made in one file, and where requests
// travel first in those beside it: no other one of the package takes the feed's lock or has the feed, and all other locks are
// called mu.
func TestOnlyTheSequencerLocks(t *testing.T) {
	places := []string{"sequencer.go", "replica.go", "copy.go"}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	taken := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for pos, what := range feedUses(t, name) {
			if slices.Contains(places, name) {
				taken++
			} else {
				t.Errorf("%s: %s", pos, what)
			}
		}
	}
	if taken < 10 {
		t.Errorf("%d uses of the feed were found in %s", taken, places)
	}
}

// feedUses returns where a file names the sequencer's feed or state, or takes a
// lock that is not called mu.
func feedUses(t *testing.T, name string) map[string]string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	uses := make(map[string]string)
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pos := files.Position(sel.Pos()).String()
		switch owner, _ := sel.X.(*ast.SelectorExpr); {
		case sel.Sel.Name == "feed" || sel.Sel.Name == "state":
			uses[pos] = "reaches for what the feed's lock guards"
		case !slices.Contains([]string{"Lock", "Unlock", "TryLock"}, sel.Sel.Name):
		case owner == nil || owner.Sel.Name != "mu":
			uses[pos] = "takes a lock that is not called mu"
		}
		return true
	})
	return uses
}

// entries is a feed for requests that are applied without one: it records.
type entries struct {
	got  bytes.Buffer
	read uint32 // forms beside the first
}

func (e *entries) AppendLocked(b []byte) { fmt.Fprintf(&e.got, "all %s", b) }

func (e *entries) AppendNewsLocked(b []byte) { e.AppendLocked(b) }
func (e *entries) AppendFormLocked(form feed.Form, b []byte) {
	fmt.Fprintf(&e.got, "form %d %s", form, b)
}
func (e *entries) OmitLocked(_ *feed.Subscriber, n int) { fmt.Fprintf(&e.got, "omit %d\n", n) }
func (e *entries) Read() uint32                         { return bareForms | e.read }
func (e *entries) AppendPrivateLocked(s *feed.Subscriber, b []byte) {
	fmt.Fprintf(&e.got, "one %s", b)
}
func (e *entries) SubscribeLocked(*feed.Subscriber) bool { fmt.Fprintln(&e.got, "begin"); return true }
func (e *entries) FinishLocked(*feed.Subscriber)         { fmt.Fprintln(&e.got, "finish") }
func (e *entries) DropLocked(*feed.Subscriber) bool      { fmt.Fprintln(&e.got, "drop"); return true }

// TestRequestsAreValues applies the same requests to two states, without a lock,
// a socket or a clock: both emit the same.
func TestRequestsAreValues(t *testing.T) {
	first, second := applied(t), applied(t)
	if first != second {
		t.Errorf("the same requests made\n%s\nand\n%s", first, second)
	}
	if first != wantApplied {
		t.Errorf("got\n%s\nwant\n%s", first, wantApplied)
	}
}

// applied returns what requests of every kind make.
func applied(t *testing.T) string {
	out := &entries{}
	s := newState(&Config{Detect: true, MaxUsers: 3}, out)
	enter := func(name, known string) *stay {
		st := new(stay)
		s.stays.add(st)
		r := joinRequest{stay: st.id, asked: name, returns: known != "", fresh: hashOf("fresh")}
		if known != "" {
			r.token = hashOf(known)
		}
		if err := r.apply(&s).err; err != nil {
			fmt.Fprintf(&out.got, "%s: %v\n", name, err)
		}
		return st
	}
	bob, second, amy := enter("bob", ""), enter("bob", ""), enter("amy", "unknown")
	enter("zoe", "")
	back := enter("amy", "fresh") // by the token that she was given: her ghost makes room
	p := publication{from: bob.id}
	p.say("bob", []byte("hello"))
	p.tell("bob", []byte("psst"), []byte("amy"))
	p.tell("bob", []byte("psst"), []byte("zoe"))
	p.answer(bob.appendError(p.frames, "too long"))
	p.apply(&s)
	announcement{frame: []byte("news\n")}.apply(&s)
	kickRequest{name: "bob2"}.apply(&s)
	if (leaveRequest{stay: second.id, by: lost}).apply(&s).done {
		t.Error("a stay has ended twice")
	}
	leaveRequest{stay: back.id, by: lost}.apply(&s)
	rosterAnswer{frame: []byte("old"), at: s.changes - 1}.apply(&s, bob)
	rosterAnswer{frame: []byte("old"), at: s.changes - 1, last: true, form: lineRoster}.apply(&s, bob)
	s.closing = true
	if (leaveRequest{stay: bob.id, by: cutClosed}).apply(&s).done {
		t.Error("a user is cut short while the room lets everybody finish")
	}
	if got, want := []end{bob.endedBy(), second.endedBy(), amy.endedBy(), back.endedBy()}, []end{nobody, kicked, replaced, lost}; !slices.Equal(got, want) {
		t.Errorf("the stays were ended by %v, want %v", got, want)
	}
	if n := s.knownPrefix([]byte("bob2 and more")); n != len("bob2") {
		t.Errorf("%d bytes are the name of one who has left", n)
	}
	return out.got.String()
}

const wantApplied = `all {"join":["bob"]}
begin
all {"join":["bob2"]}
begin
all {"join":["amy"]}
begin
zoe: the room is full
one {"error":"you joined from somewhere else"}
finish
all {"leave":["amy"]}
all {"join":["amy"]}
begin
all  bob:hello@bob@------Group chat-------
one  bob:psst@bob@amy
one  bob:psst@bob@amy
one {"error":"no such user: zoe"}
one {"error":"too long"}
all news
one {"error":"removed by the operator"}
finish
all {"leave":["bob2"]}
drop
all {"leave":["amy"]}
one ["bob"]
`

// An id is that of one stay alone, also when its slot is another's.
func TestStayIDs(t *testing.T) {
	var all stayTable
	first, second, third := new(stay), new(stay), new(stay)
	all.add(first)
	all.add(second)
	all.remove(first.id)
	all.remove(first.id)
	all.add(third)
	if third.id.slot() != first.id.slot() || third.id == first.id {
		t.Errorf("ids %x and then %x", first.id, third.id)
	}
	for id, want := range map[stayID]*stay{0: nil, first.id: nil, second.id: second, third.id: third, 7: nil, third.id + 1<<32: nil} {
		if got := all.of(id); got != want {
			t.Errorf("%x is the id of %p, want %p", id, got, want)
		}
	}
}
