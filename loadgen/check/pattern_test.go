package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen/report"
	"chatsim/manager/wire"
)

// lossy returns a room of three that lacks lines of one of them at another, from one
// second into the run on.
func lossy(t *testing.T, lost int) report.Check {
	t.Helper()
	j, sessions := crowd(t, 3)
	at := func(i int) time.Duration { return time.Second + time.Duration(i)*100*time.Millisecond }
	for i := range lost + 1 {
		f := wire.Frame{Kind: wire.Line, Sender: []byte("u0"), Text: fmt.Appendf(nil, "t3st-0-%d;", i), Target: []byte(wire.Group)}
		sessions[0].Send(Note{Seq: i, Text: string(f.Text), Actual: at(i)})
		for _, s := range sessions {
			if s != sessions[2] || i == lost {
				s.Observe(&f, at(i))
			}
		}
	}
	return j.End(End{}).Checks[slices.Index(Names(), Agreement)]
}

func TestManyViolationsHaveAPattern(t *testing.T) {
	if c := lossy(t, few); c.Pattern != "" || len(c.Witnesses) != few {
		t.Errorf("%d violations: %q, %d witnesses", few, c.Pattern, len(c.Witnesses))
	}
	c := lossy(t, 20)
	if want := `20 violations, all of sender "u0", all at "u2", from 1.0 s to 2.9 s`; c.Pattern != want || len(c.Witnesses) != 20 {
		t.Errorf("%q, %d witnesses, want %q", c.Pattern, len(c.Witnesses), want)
	}
}

// TestWitnessesTellWhen: a witness has when a line was sent, when it came as it
// should not, and when it came to another.
func TestWitnessesTellWhen(t *testing.T) {
	j := New(Config{Nonce: "t3st"})
	a, b := enter(j, 0, "a"), enter(j, 1, "a", "b")
	a.Observe(viewFrame(wire.Join, "b"), 1)
	a.Send(Note{Text: "t3st-0-0;hello", Actual: time.Second})
	f := wire.Frame{Kind: wire.Line, Sender: []byte("a"), Text: []byte("t3st-0-0;hello"), Target: []byte(wire.Group)}
	a.Observe(&f, 2*time.Second)
	b.Observe(&f, 3*time.Second)
	b.Observe(&f, 4*time.Second)
	w := j.End(End{}).Checks[slices.Index(Names(), NoDuplication)].Witnesses
	if len(w) != 1 || !strings.Contains(w[0].Sentence, "twice") {
		t.Fatalf("%+v", w)
	}
	for what, at := range map[*report.Instant]time.Duration{w[0].Sent: time.Second, w[0].Arrived: 4 * time.Second, w[0].Others: 2 * time.Second} {
		if what == nil || what.NS != int64(at) {
			t.Errorf("%+v, want %v", what, at)
		}
	}
}
