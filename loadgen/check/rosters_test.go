package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/check/ledger"
	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// hall is a room whose server tells who is there by whole rosters only.
type hall struct {
	t    *testing.T
	j    *Judge
	seqs map[int]int
	now  time.Duration
}

func newHall(t *testing.T) *hall {
	return &hall{t: t, seqs: make(map[int]int), j: New(Config{Nonce: "t3st", Capabilities: Capabilities{Views: ledger.WholeRosters}})}
}

// in has a chatter join who was given a name, and is told of a roster.
func (h *hall) in(n int, asked, name string, roster ...string) *Session {
	h.now += time.Millisecond
	s := h.j.Dial(n, asked, h.now)
	s.Observe(&wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(name)}}, h.now)
	h.told(roster, s)
	return s
}

func (h *hall) told(roster []string, to ...*Session) {
	f := &wire.Frame{Kind: wire.Roster}
	for _, n := range roster {
		f.Names = append(f.Names, []byte(n))
	}
	for _, s := range to {
		s.Observe(f, h.now)
	}
}

// says has a chatter send a line, to the group or to target, and returns the frame
// in which it should come.
func (h *hall) says(s *Session, target string) *wire.Frame {
	h.now += time.Millisecond
	seq := h.seqs[s.Chatter]
	h.seqs[s.Chatter]++
	text := fmt.Sprintf("t3st-%d-%d;hello", s.Chatter, seq)
	s.Send(Note{Seq: seq, Text: text, Target: target, Intended: h.now, Actual: h.now, Measured: true})
	f := &wire.Frame{Kind: wire.Line, Sender: []byte(s.Name()), Text: []byte(text), Target: []byte(wire.Group)}
	if target != "" {
		f.Private, f.Target = true, []byte(target)
	}
	return f
}

func (h *hall) gets(f *wire.Frame, by ...*Session) {
	for _, s := range by {
		s.Observe(f, h.now)
		s.Flush(h.now)
	}
}

func (h *hall) leaves(s *Session, kind Leave) {
	h.now += time.Millisecond
	s.Closing(kind, h.now)
	s.Ended(h.now)
}

// TestRosters: what is told by rosters alone, right and wrong.
func TestRosters(t *testing.T) {
	three := []string{"amy", "bob", "bob2"}
	start := func(h *hall) (a, b, c *Session) {
		return h.in(0, "amy", "amy", three[:1]...), h.in(1, "bob", "bob", three[:2]...), h.in(2, "bob", "bob2", three...)
	}
	for _, c := range []struct {
		name string
		want string // the check that fails, and what its witness says
		run  func(h *hall)
	}{
		{"right", "", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(h.says(b, ""), a, b, c)
			h.gets(h.says(a, "bob2"), a, c)
			h.leaves(b, Reset)
			h.gets(h.says(a, ""), a, c)
			h.told([]string{"amy", "bob2"}, c, a)
			d := h.in(1, "bob", "bob", "amy", "bob2", "bob")
			h.told([]string{"amy", "bob2", "bob"}, a, c)
			h.gets(h.says(d, "amy"), a, d)
			h.gets(h.says(d, ""), d, a, c) // the newcomer is the first to read it
			h.gets(h.says(a, ""), c, d, a)
		}},
		{"a newcomer reads ahead", "", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			first, second := h.says(a, ""), h.says(b, "")
			d := h.in(3, "eve", "eve", append(three, "eve")...)
			third, fourth := h.says(c, ""), h.says(d, "eve")
			h.gets(third, d)
			h.gets(fourth, d)
			for _, f := range []*wire.Frame{first, second, third} {
				h.gets(f, a, b, c)
			}
			h.gets(h.says(a, ""), a, b, c, d)
			h.told(append(three, "eve"), a, b, c)
		}},
		{"a leave between two rosters", "", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(h.says(b, ""), a, b, c)
			h.leaves(c, FIN)
			d := h.in(2, "bob", "bob2", three...)
			h.gets(h.says(a, "bob2"), a) // to which of the two?
			h.gets(h.says(a, ""), a, b, d)
		}},
		{"strangers talk", "", func(h *hall) {
			a := h.in(0, "amy", "amy", "nc", "amy")
			b := h.in(1, "bob", "bob", "nc", "amy", "bob")
			h.told([]string{"nc", "amy", "bob"}, a)
			h.gets(&wire.Frame{Kind: wire.Line, Sender: []byte("nc"), Text: []byte("hi"), Target: []byte(wire.Group)}, a, b)
			h.gets(&wire.Frame{Kind: wire.Line, Sender: []byte(wire.Server), Text: []byte("tea is ready"), Target: []byte(wire.Group)}, a, b)
			h.gets(&wire.Frame{Kind: wire.Line, Private: true, Sender: []byte("nc"), Text: []byte("psst"), Target: []byte("bob")}, b)
			h.gets(h.says(a, ""), a, b)
		}},
		{"one name twice", "name uniqueness: a roster has the name \"bob2\" 2 times", func(h *hall) {
			a := h.in(0, "bob2", "bob2", "bob2")
			b := h.in(1, "bob", "bob", "bob2", "bob")
			c := h.in(2, "bob", "bob2", "bob2", "bob", "bob2")
			h.told([]string{"bob2", "bob", "bob2"}, a, b)
			h.gets(h.says(a, ""), a, b, c)
		}},
		{"one is not in the roster", "roster accuracy: the last roster lacks \"bob2\", who is there", func(h *hall) {
			a, b, c := start(h)
			h.told(three, b)
			h.told(three[:2], a)
			h.gets(h.says(a, ""), a, b, c)
		}},
		{"one has left and is in the roster", "leave completeness: \"bob\" left by FIN 6ms into the run, but rosters hold it to the end", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(h.says(a, ""), a, b, c)
			h.gets(h.says(b, ""), a, b, c)
			h.leaves(b, FIN)
			h.told([]string{"amy", "bob2"}, a)
			h.gets(h.says(a, ""), a, c)
		}},
		{"a leave is told late", "leave completeness: the leave of \"bob\" was told after 6s", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(h.says(b, ""), a, b, c)
			h.leaves(b, FIN)
			h.told([]string{"amy", "bob2"}, a)
			h.now += 6 * time.Second
			h.told([]string{"amy", "bob2"}, c)
			h.gets(h.says(a, ""), a, c)
		}},
		{"a line is lost for one", "agreement: an entry never came to 1 chatter", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(h.says(a, ""), a, b, c)
			h.gets(h.says(a, ""), a, b)
			h.gets(h.says(a, ""), a, b, c)
		}},
		{"the first line is lost for one", "agreement: an entry never came to 1 chatter", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(h.says(a, ""), a, b)
			h.gets(h.says(a, ""), a, b, c)
		}},
		{"two lines are swapped for one", "total order: ", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			x, y := h.says(a, ""), h.says(b, "")
			h.gets(x, a, b)
			h.gets(y, a, b, c)
			h.gets(x, c)
			h.gets(h.says(a, ""), a, b, c)
		}},
		{"a private line to a third", "confidentiality: a private line between others came to a third", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(h.says(a, "bob"), a, b, c)
			h.gets(h.says(a, ""), a, b, c)
		}},
		{"a private line is lost", "agreement: a private line came back to its sender but never to its target", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(h.says(a, "bob"), a)
			h.gets(h.says(a, ""), a, b, c)
		}},
		{"one gets nothing", "liveness: \"bob2\" got nothing", func(h *hall) {
			a, b, _ := start(h)
			h.told(three, a, b)
			h.gets(h.says(a, ""), a, b)
		}},
		{"one is put out", "roster accuracy: the server closed the connection of \"bob2\"", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(h.says(a, ""), a, b, c)
			c.Ended(h.now)
			h.told(three[:2], a, b)
			h.gets(h.says(a, ""), a, b)
		}},
		{"a stranger is made up", "no creation: a line came that nobody sent", func(h *hall) {
			a, b, c := start(h)
			h.told(three, a, b)
			h.gets(&wire.Frame{Kind: wire.Line, Sender: []byte("nc"), Text: []byte("hi"), Target: []byte(wire.Group)}, a)
			h.gets(h.says(a, ""), a, b, c)
		}},
	} {
		h := newHall(t)
		c.run(h)
		wrong := strings.Contains(c.want, "lacks") || strings.Contains(c.want, "hold")
		if h.j.Converged() == wrong {
			t.Errorf("%s: Converged is %v", c.name, !wrong)
		}
		r := h.j.End(End{Required: Names()})
		failed := 0
		for _, o := range r.Checks {
			switch {
			case o.Name == ViewOrder || o.Name == NameSuffixing:
				if o.Verdict != report.NotExercised || o.Reason == "" || o.Required || o.Violations+o.Evaluations > 0 {
					t.Errorf("%s: %+v", c.name, o)
				}
			case o.Verdict == report.Failed:
				failed++
				if got := o.Name + ": " + o.Witnesses[0].Sentence; c.want == "" || !strings.HasPrefix(got, c.want) || o.Violations != 1 {
					t.Errorf("%s: %d × %s, want %q", c.name, o.Violations, got, c.want)
				}
			case o.Implied > 0 && c.want == "":
				t.Errorf("%s: %+v", c.name, o)
			}
		}
		if failed == 0 && c.want != "" {
			t.Errorf("%s: nothing failed", c.name)
		}
		if c.want == "" && r.Deliveries != r.Expected {
			t.Errorf("%s: %d of %d deliveries", c.name, r.Deliveries, r.Expected)
		}
	}
}

// A roster that is as long as the dialect allows may lack whoever did not fit.
func TestRosterCutShort(t *testing.T) {
	h := newHall(t)
	var names []string
	for i := range 91 {
		names = append(names, fmt.Sprintf("user%04d", i)) // 11 bytes each
	}
	a := h.in(0, "amy", "amy", append(names, "amy")...)
	b := h.in(1, "a-longer-name", "a-longer-name", append(slices.Clone(names), "amy", "a-longer-name")...)
	h.gets(h.says(a, ""), a, b)
	if h.told(append(names, "amy"), a); h.j.Converged() {
		t.Error("a short roster counts as cut")
	}
	if !h.j.Converged(a) || h.j.Converged(b) {
		t.Error("the roster of one who does not read is waited for, or that of another one is not")
	}
	if h.told(append(names, "amy", "more"), a, b); !h.j.Converged() {
		t.Error("a roster without room counts as wrong")
	}
}
