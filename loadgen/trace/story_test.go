package trace

import (
	"fmt"
	"testing"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// room is a judged room in which everybody gets what is told, in that order.
type room struct {
	judge *check.Judge
	here  []*check.Session
	names []string
	now   time.Duration
}

func newRoom(record func(*ledger.Event)) *room {
	return &room{judge: check.New(check.Config{Nonce: "t3st", Record: record})}
}

func (r *room) join(name string) {
	r.now += time.Millisecond
	s := r.judge.Dial(len(r.here), name, r.now)
	r.tell(wire.Frame{Kind: wire.Join, Names: [][]byte{[]byte(name)}})
	r.here, r.names = append(r.here, s), append(r.names, name)
	roster := wire.Frame{Kind: wire.Roster}
	for _, n := range r.names {
		roster.Names = append(roster.Names, []byte(n))
	}
	s.Observe(&wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(name)}}, r.now)
	s.Observe(&roster, r.now)
	s.Flush(r.now)
}

func (r *room) tell(f wire.Frame) {
	r.now += time.Millisecond
	for _, s := range r.here {
		s.Observe(&f, r.now)
		s.Flush(r.now)
	}
}

// say has a chatter say its line seq.
func (r *room) say(chatter, seq int) {
	r.now += time.Millisecond
	text := fmt.Sprintf("t3st-%d-%d;and then some more text, as long as what people say.", chatter, seq)
	r.here[chatter].Send(ledger.Note{Seq: seq, Text: text, Intended: r.now, Actual: r.now, Measured: true})
	r.tell(wire.Frame{Kind: wire.Line, Sender: []byte(r.names[chatter]), Text: []byte(text), Target: []byte(wire.Group)})
}

// story returns the events of a run, in some versions.
func story(tb testing.TB) (contents [][]byte) {
	tb.Helper()
	var e encoder
	var content []byte
	r := newRoom(func(ev *ledger.Event) { content = e.append(content, ev) })
	for _, n := range []string{"amy", "bob", "eve"} {
		r.join(n)
	}
	for seq := range 3 {
		for c := range r.here {
			r.say(c, seq)
		}
	}
	contents = append(contents, content[:len(content):len(content)])
	r.now += time.Millisecond
	text := "t3st-0-3;for you"
	r.here[0].Send(ledger.Note{Seq: 3, Text: text, Target: "bob", Actual: r.now, Intended: r.now})
	f := wire.Frame{Kind: wire.Line, Private: true, Sender: []byte("amy"), Text: []byte(text), Target: []byte("bob")}
	for _, s := range r.here { // eve should not
		s.Observe(&f, r.now)
	}
	r.here[1].Garbage("noise")
	r.here[2].Stall(r.now)
	r.now += 6 * time.Second
	r.say(0, 4)
	r.here[2].Resume(r.now)
	r.here[1].Closing(ledger.FIN, r.now)
	gone := r.here[1]
	r.here, r.names = append(r.here[:1:1], r.here[2]), append(r.names[:1:1], r.names[2])
	r.now += 6 * time.Second
	r.tell(wire.Frame{Kind: wire.Leave, Names: [][]byte{[]byte("bob")}})
	gone.Ended(r.now)
	contents = append(contents, content[:len(content):len(content)])
	r.judge.End(check.End{Required: check.Names()})
	if len(content) == 0 {
		tb.Fatal("nothing was recorded")
	}
	return append(contents, content)
}
