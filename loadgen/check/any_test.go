package check

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// enter has a chatter join, as the last of a roster.
func enter(j *Judge, n int, names ...string) *Session {
	name := names[len(names)-1]
	s := j.Dial(n, name, 0)
	s.Observe(&wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(name)}}, 1)
	f := &wire.Frame{Kind: wire.Roster}
	for _, n := range names {
		f.Names = append(f.Names, []byte(n))
	}
	s.Observe(f, 1)
	return s
}

func viewFrame(kind wire.Kind, name string) *wire.Frame {
	return &wire.Frame{Kind: kind, Names: [][]byte{[]byte(name)}}
}

// TestLossesAcrossChunks: whatever stretch of the order one receiver lacks, it
// lacks that and goes on behind it.
func TestLossesAcrossChunks(t *testing.T) {
	for _, lost := range [][2]int{{500, 502}, {1020, 1021}, {1021, 1023}, {1021, 1024}, {1000, 3100}} {
		j := New(Config{Nonce: "t3st"})
		a, b := enter(j, 0, "a"), enter(j, 1, "a", "b")
		a.Observe(viewFrame(wire.Join, "b"), 1)
		for i, f := range stream([]*Session{a}, 0, 3200) {
			a.Observe(&f, 2)
			if i < lost[0] || i >= lost[1] {
				b.Observe(&f, 2)
			}
		}
		r := j.End(End{})
		for _, o := range r.Checks {
			if want := int64(lost[1] - lost[0]); o.Name == Agreement && o.Violations != want {
				t.Errorf("%v: %d losses found, want %d", lost, o.Violations, want)
			} else if o.Name != Agreement && o.Violations > 0 {
				t.Errorf("%v: %s failed: %+v", lost, o.Name, o.Witnesses)
			}
		}
	}
}

// TestJoinToldThrice: entries that turn out never to have been must not be
// waited for.
func TestJoinToldThrice(t *testing.T) {
	j := New(Config{Nonce: "t3st"})
	a, b := enter(j, 0, "a"), enter(j, 1, "a", "b")
	a.Observe(viewFrame(wire.Join, "b"), 2)
	j.Dial(2, "x", 1)
	for range 3 {
		a.Observe(viewFrame(wire.Join, "x"), 2)
	}
	for range 2 {
		b.Observe(viewFrame(wire.Join, "x"), 2)
	}
	b.Observe(viewFrame(wire.Leave, "x"), 2)
	failed := 0
	for _, o := range j.End(End{}).Checks {
		failed += int(o.Violations)
	}
	if failed == 0 {
		t.Error("nothing was found")
	}
}

// TestAnyHistoryIsJudged: a judge ends, without a panic, whatever a server
// sends, in whatever order and however often.
func TestAnyHistoryIsJudged(t *testing.T) {
	failed := 0
	for seed := range seeds(800) {
		h := &history{rnd: rand.New(rand.NewPCG(seed, 7)), at: 1, over: make(map[*Session]bool)}
		h.judge = New(Config{Nonce: "t3st", Level: []Level{Full, Full, Full, Order, Count, Off}[h.rnd.IntN(6)]})
		for range 50 + h.rnd.IntN(1500) {
			h.at++
			h.step()
		}
		for _, o := range h.judge.End(End{Required: Names()}).Checks {
			failed += int(o.Violations)
		}
	}
	if failed == 0 {
		t.Error("no history failed")
	}
}

// history is a run without any rule.
type history struct {
	rnd      *rand.Rand
	judge    *Judge
	at       time.Duration
	sessions []*Session
	frames   []*wire.Frame
	seqs     [5]int
	over     map[*Session]bool
}

func (h *history) name() string { return []string{"a", "b", "b2", "b3", "c"}[h.rnd.IntN(5)] }

func (h *history) oneIn(n int) bool { return h.rnd.IntN(n) == 0 }

func (h *history) step() {
	if len(h.sessions) == 0 || h.oneIn(40) && len(h.sessions) < 12 {
		h.dial()
		return
	}
	s := h.sessions[h.rnd.IntN(len(h.sessions))]
	if h.over[s] {
		return
	}
	kind, _ := s.Left()
	closing := kind != Stays
	switch k := h.rnd.IntN(20); {
	case k == 0 && !closing:
		s.Closing(Leave(1+h.rnd.IntN(3)), h.at)
	case k == 1 && (closing || h.oneIn(8)):
		h.over[s] = true
		s.Ended(h.at)
		return
	case k < 6:
		if s.Joined() && !closing {
			h.send(s)
		}
	case k < 15:
		h.read(s)
	case k == 15:
		s.Observe(&wire.Frame{Kind: wire.Error, Text: []byte(wire.NoSuchUser.With(h.name()))}, h.at)
	case k == 16:
		s.Observe(&wire.Frame{Kind: wire.Line, Sender: []byte(h.name()), Text: []byte("hi"), Private: h.oneIn(3)}, h.at)
	case k == 17:
		s.Garbage("x")
		s.Observe(viewFrame(wire.Welcome, h.name()), h.at)
		s.Observe(viewFrame(wire.Roster, h.name()), h.at)
	default:
		h.view()
	}
	if h.oneIn(3) {
		s.Flush(h.at)
	}
}

func (h *history) dial() {
	c := h.rnd.IntN(len(h.seqs))
	s := h.judge.Dial(c, []string{"a", "b", "b", "b2", "c"}[c], h.at)
	h.sessions = append(h.sessions, s)
	if h.oneIn(4) {
		return
	}
	s.Observe(viewFrame(wire.Welcome, h.name()), h.at)
	roster := &wire.Frame{Kind: wire.Roster}
	for range h.rnd.IntN(5) {
		roster.Names = append(roster.Names, []byte(h.name()))
	}
	s.Observe(roster, h.at)
}

func (h *history) send(s *Session) {
	n := Note{Seq: h.seqs[s.Chatter], Intended: h.at, Actual: h.at, Measured: true}
	h.seqs[s.Chatter]++
	if h.oneIn(3) {
		n.Target = h.name()
	}
	n.Text = string(ledger.AppendStamp(nil, "t3st", s.Chatter, n.Seq)) + "x"
	s.Send(n)
	f := &wire.Frame{Kind: wire.Line, Private: n.Target != "", Sender: []byte(s.Name()), Text: []byte(n.Text), Target: []byte(wire.Group)}
	if f.Private {
		f.Target = []byte(n.Target)
	}
	h.frames = append(h.frames, f)
}

// read hands a session some of what was sent, spoilt here and there.
func (h *history) read(s *Session) {
	if len(h.frames) == 0 {
		return
	}
	p := h.rnd.IntN(len(h.frames))
	for n := 1 + h.rnd.IntN(20); n > 0 && p < len(h.frames); n-- {
		f := *h.frames[p]
		p += 1 + h.rnd.IntN(2)
		switch h.rnd.IntN(90) {
		case 0:
			f.Private = !f.Private
		case 1:
			f.Sender = []byte(h.name())
		case 2:
			f.Text = f.Text[:h.rnd.IntN(len(f.Text)+1)]
		}
		f.Raw = fmt.Appendf(nil, "%s %s %v", f.Sender, f.Text, f.Private)
		if _, ok := s.Pass(f.Raw, h.at); !ok {
			s.Observe(&f, h.at)
		}
	}
}

// view tells most of a join or leave.
func (h *history) view() {
	f := viewFrame([]wire.Kind{wire.Join, wire.Leave}[h.rnd.IntN(2)], h.name())
	if h.oneIn(2) {
		h.frames = append(h.frames, f)
	}
	for _, s := range h.sessions {
		if !h.oneIn(5) && !h.over[s] {
			s.Observe(f, h.at)
		}
	}
}

// TestLossesAlone: where lines are only lost, nothing else is found, however
// many and however scattered.
func TestLossesAlone(t *testing.T) {
	for seed := range seeds(40) {
		m := newSim(seed, 12, Full)
		m.spoil.emit = func(_ *user, f wire.Frame) []wire.Frame {
			if group(f) && m.rnd.IntN(10) == 0 {
				return nil
			}
			return []wire.Frame{f}
		}
		for _, o := range m.run(1500, false).Checks {
			if lost := o.Name == Agreement || o.Name == Validity; lost != (o.Violations > 0) && o.Name != Liveness {
				t.Errorf("seed %d: %s has %d violations: %+v", seed, o.Name, o.Violations, o.Witnesses)
			}
		}
	}
}

// TestForeigners: who is not of the run may come, talk and go as they like.
func TestForeigners(t *testing.T) {
	j := New(Config{Nonce: "t3st"})
	says := func(s *Session, who string) {
		s.Observe(&wire.Frame{Kind: wire.Line, Sender: []byte(who), Text: []byte("hello"), Target: []byte(wire.Group)}, 3)
	}
	a := enter(j, 0, "user7", "zed", "a")
	b := enter(j, 1, "user7", "zed", "a", "b")
	a.Observe(viewFrame(wire.Join, "b"), 1)
	j.Dial(2, "user7", 2) // gets user72; until then it is not clear who user7 is
	says(a, "user7")
	says(a, "zed")
	a.Observe(viewFrame(wire.Leave, "zed"), 3)
	a.Observe(viewFrame(wire.Join, "zoe"), 3)
	says(b, "user7")
	b.Observe(&wire.Frame{Kind: wire.Line, Private: true, Sender: []byte("zed"), Text: []byte("psst"), Target: []byte("b")}, 3)
	says(b, "zed")
	b.Observe(viewFrame(wire.Leave, "zed"), 3)
	says(a, "zoe") // after the last line of the run, which has ended for b
	for _, s := range []*Session{a, b} {
		s.Flush(4)
	}
	for _, o := range j.End(End{}).Checks {
		if o.Violations > 0 {
			t.Errorf("%s: %+v", o.Name, o.Witnesses)
		}
	}
}
