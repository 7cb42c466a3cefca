package ledger

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"
	"weak"

	"chatsim/manager/wire"
)

// room is sessions that have joined one after the other, and what they are told.
type room struct {
	*Ledger
	names [][]byte
	seqs  []int
	in    []*Session
}

func (r *room) join(name string, can Capabilities) *Session {
	if r.Ledger == nil {
		r.Ledger = New(Config{Nonce: "t3st", Capabilities: can})
	}
	r.names = append(r.names, []byte(name))
	s := r.Dial(len(r.in), name, 0)
	s.Observe(&wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(name)}}, 1)
	s.Observe(&wire.Frame{Kind: wire.Roster, Names: r.names}, 1)
	for _, o := range r.in {
		if can.Views == Ordered {
			o.Observe(&wire.Frame{Kind: wire.Join, Names: [][]byte{[]byte(name)}}, 1)
		}
	}
	r.in, r.seqs = append(r.in, s), append(r.seqs, 0)
	return s
}

// says has a session send a line, and returns the frame that everybody gets.
func (r *room) says(n int, at time.Duration) *wire.Frame {
	s := r.in[n]
	text := string(AppendStamp(nil, "t3st", s.Chatter, r.seqs[n])) + "and then some more text, as long as what people say."
	s.Send(Note{Seq: r.seqs[n], Text: text, Intended: at, Actual: at, Measured: true})
	r.seqs[n]++
	return &wire.Frame{Kind: wire.Line, Sender: r.names[n], Text: []byte(text), Target: []byte(wire.Group)}
}

// TestMemoryIsBounded: a long run keeps what the slowest has not seen yet.
func TestMemoryIsBounded(t *testing.T) {
	const lines, batch, lag = 200_000, 100, 300
	var r room
	for i := range 5 {
		r.join(fmt.Sprint("u", i), Capabilities{})
	}
	var late []*wire.Frame
	chunks, rings := 0, 0
	read := func(s *Session, frames []*wire.Frame, at time.Duration) {
		for _, f := range frames {
			s.Observe(f, at)
		}
		s.Flush(at)
	}
	for from := 0; from < lines; from += batch {
		at := time.Duration(from) * time.Millisecond
		var frames []*wire.Frame
		for i := range batch {
			frames = append(frames, r.says((from+i)%5, at))
		}
		for _, s := range r.in[1:] {
			read(s, frames, at)
		}
		if late = append(late, frames...); len(late) > lag {
			read(r.in[0], late[:batch], at)
			late = late[batch:]
		}
		chunks = max(chunks, len(r.order.chunks))
		for _, s := range r.in {
			rings = max(rings, len(*s.sender.ring.Load()))
		}
	}
	read(r.in[0], late, lines*time.Millisecond)
	if n := r.Close(End{})[0].Totals.Deliveries; n != 5*lines {
		t.Errorf("%d deliveries of %d", n, 5*lines)
	}
	if chunks > 4 || rings > 512 || len(r.order.kept) > 0 || len(r.facts.List) > 0 {
		t.Errorf("up to %d chunks and %d lines of a chatter, %d entries kept, %d facts", chunks, rings, len(r.order.kept), len(r.facts.List))
	}
}

// Equal rosters are kept once, and forgotten once nobody has them.
func TestListingsAreShared(t *testing.T) {
	var r room
	a, b := r.join("amy", Capabilities{Views: WholeRosters}), r.join("bob", Capabilities{Views: WholeRosters})
	for i := range 3 * listingsKept {
		f := &wire.Frame{Kind: wire.Roster, Names: append(slices.Clone(r.names), fmt.Append(nil, i))}
		a.Observe(f, 1)
		b.Observe(f, 1)
	}
	if a.whole != b.whole || len(r.listings) > listingsKept {
		t.Errorf("%d rosters are kept, shared: %v", len(r.listings), a.whole == b.whole)
	}
}

// TestFactsAreKept: one fact for a deviation, however many see it, and a bounded
// number of each kind.
func TestFactsAreKept(t *testing.T) {
	var r room
	for i := range 12 {
		r.join(fmt.Sprint("u", i), Capabilities{})
	}
	for i := range maxFacts + 7 {
		for _, s := range r.in {
			s.Garbage(fmt.Sprint("noise ", i))
		}
	}
	fs := &r.facts
	if len(fs.List) != maxFacts || fs.Beyond[Unreadable] != 7*12 {
		t.Errorf("%d facts are kept, %d beyond", len(fs.List), fs.Beyond[Unreadable])
	}
	for i, s := range fs.List[0].Seen {
		if s.Chatter != i || len(fs.List[0].Seen) != receiversKept {
			t.Errorf("receiver %d of %d is chatter %d", i, len(fs.List[0].Seen), s.Chatter)
		}
	}
}

// TestASlowRoomHoldsLittle: lines are settled later than their places in the ring are
// taken, and visitors come who are turned away.
func TestASlowRoomHoldsLittle(t *testing.T) {
	const lines, visits = 50_000, 20
	var r room
	for i := range 2 {
		r.join(fmt.Sprint("u", i), Capabilities{})
	}
	kept, sessions := 0, 0
	for n := range lines {
		at := time.Duration(n) * 10 * time.Second
		f := r.says(n%2, at)
		for _, s := range r.in {
			s.Observe(f, at)
			s.Flush(at)
		}
		if n%visits == 0 {
			v := r.Dial(2+n, "", at)
			v.Observe(&wire.Frame{Kind: wire.Error, Text: []byte("no")}, at)
			v.Ended(at)
		}
		kept, sessions = max(kept, len(r.in[0].sender.kept)), max(sessions, len(r.sessions))
	}
	if most := 2*chunkLen + ringLen; kept > most {
		t.Errorf("%d lines of a chatter are kept that are not in its ring, more than %d", kept, most)
	}
	if most := 4*chunkLen/visits + len(r.in); sessions > most {
		t.Errorf("%d stays are kept, more than %d", sessions, most)
	}
}

// TestWhoResetsIsForgotten: of stays that end abruptly, with a line under way that is
// owed to nobody, only some are remembered, and none for the sake of a later holder of
// its name.
func TestWhoResetsIsForgotten(t *testing.T) {
	const stays, ended, chunks = 10_000, "bob", 3
	var r room
	amy := r.join("amy", Capabilities{})
	all := make([]weak.Pointer[Session], stays)
	for n := range all {
		at := time.Duration(n) * 10 * time.Second
		s := r.Dial(1, ended, at)
		all[n] = weak.Make(s)
		s.Observe(&wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(ended)}}, at)
		s.Observe(&wire.Frame{Kind: wire.Roster, Names: [][]byte{r.names[0], []byte(ended)}}, at)
		amy.Observe(&wire.Frame{Kind: wire.Join, Names: [][]byte{[]byte(ended)}}, at)
		s.Flush(at)
		s.Send(Note{Seq: n, Text: string(AppendStamp(nil, "t3st", 1, n)), Intended: at, Actual: at})
		s.Closing(Reset, at)
		s.Ended(at)
		amy.Observe(&wire.Frame{Kind: wire.Leave, Names: [][]byte{[]byte(ended)}}, at)
		amy.Flush(at)
	}
	runtime.GC()
	kept := 0
	for _, p := range all {
		if p.Value() != nil {
			kept++
		}
	}
	if kept > chunks*chunkLen || len(r.facts.List) > 0 {
		t.Errorf("%d of %d stays are remembered, %d facts", kept, stays, len(r.facts.List))
	}
	runtime.KeepAlive(r)
}
