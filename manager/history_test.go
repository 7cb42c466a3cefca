package manager

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/manager/wire"
)

// listener is a client with a token that keeps what it hears, and counts its Mark
// as the protocol has it.
type listener struct {
	*user
	token   string
	mark    wire.Mark
	heard   []string // chat lines, told by histories or live
	past    []string // those of a history of which more is to come
	missing bool
}

// arrives logs in and reads up to the roster.
func (l *listener) arrives(m *Manager, name string, r wire.Recall) {
	l.t.Helper()
	l.user = visit(l.t, m)
	l.send(strings.TrimSuffix(string(wire.AppendName(nil, name, wire.Coming{Token: l.token, Recall: r})), "\n"))
	for {
		frame, ok := <-l.got
		if !ok {
			l.t.Fatalf("the stream ends in the greeting: %v", l.err)
		}
		l.take(frame)
		if strings.HasPrefix(frame, "[") {
			return
		}
	}
}

func (l *listener) take(raw string) {
	l.t.Helper()
	var f wire.Frame
	if err := f.Parse([]byte(raw)); err != nil {
		l.t.Fatal(err)
	}
	switch f.Kind {
	case wire.Welcome:
		l.token = string(f.Token)
	case wire.Line:
		l.heard = append(l.heard, raw)
		if f.Private {
			l.mark.Private++
			return
		}
		l.mark.Place++
	case wire.Join, wire.Leave:
		l.mark.Place += uint64(len(f.Names))
	case wire.Unknown:
		h, ok := wire.ParseHistory([]byte(raw))
		if !ok {
			l.t.Fatalf("unknown frame %q", raw)
		}
		for _, s := range h.Lines {
			l.past = append(l.past, s.Line)
		}
		if h.Last {
			l.mark, l.missing = h.Mark, h.Missing
			l.heard, l.past = append(l.heard, l.past...), nil
		}
	}
}

// takes reads so many frames.
func (l *listener) takes(n int) {
	l.t.Helper()
	for range n {
		l.take(<-l.got)
	}
}

func newListener(t *testing.T) *listener { return &listener{user: &user{t: t}} }

// Who comes later is told the last lines, in their order and with their times,
// and private ones only if they were its own.
func TestHistory(t *testing.T) {
	inBubble(t, Config{History: 3, FirstPlace: 1000}, func(t *testing.T, m *Manager) {
		begin := time.Now()
		ann := newListener(t)
		ann.arrives(m, "ann", wire.Recall{Lines: 200})
		if len(ann.heard) > 0 || ann.mark != (wire.Mark{Place: 1001}) || ann.missing {
			t.Errorf("the first user is told %q, %v", ann.heard, ann.mark)
		}
		bob := enter(t, m, "bob", "ann", "bob")
		for i := range 3 {
			time.Sleep(time.Second)
			bob.send(fmt.Sprint("line ", i))
			bob.expect(group("bob", fmt.Sprint("line ", i)))
		}
		bob.send("/msg ann psst")
		bob.expect(private("bob", "psst", "ann"))
		bob.send("line 3")
		bob.expect(group("bob", "line 3"))
		m.Announce("news")
		bob.expect(group("*", "news"))
		ann.takes(7)

		eve := visit(t, m)
		eve.send("eve@token=@history=2")
		<-eve.got
		var h struct{ History []wire.Said }
		if err := json.Unmarshal([]byte(<-eve.got), &h); err != nil {
			t.Fatal(err)
		}
		want := []wire.Said{{Place: 1006, Time: begin.Add(3 * time.Second).UTC(), Line: group("bob", "line 3")},
			{Place: 1007, Time: begin.Add(3 * time.Second).UTC(), Line: group("*", "news")}}
		if !slices.Equal(h.History, want) {
			t.Errorf("told %v, want %v", h.History, want)
		}
		eve.expect(`["ann","bob","eve"]`)

		again := newListener(t)
		again.token = ann.token
		again.arrives(m, "ann", wire.Recall{Lines: 200})
		if want := []string{group("bob", "line 2"), private("bob", "psst", "ann"), group("bob", "line 3"), group("*", "news")}; !slices.Equal(again.heard, want) {
			t.Errorf("told %q, want %q", again.heard, want)
		}
		if want := ann.mark; again.mark.Private != want.Private || again.mark.Place != want.Place+3 { // eve has come, the ghost has left, and ann come
			t.Errorf("stands at %v, before at %v", again.mark, want)
		}
		bob.expect(joined("eve"), left("ann"), joined("ann"))
		bob.send("/history 1")
		var line struct{ History []wire.Said }
		if err := json.Unmarshal([]byte(<-bob.got), &line); err != nil || len(line.History) != 1 || line.History[0] != want[1] {
			t.Errorf("/history 1: %v, %v", line, err)
		}
		bob.send("/history")
		for _, text := range []string{"line 2", "line 3", "news"} {
			if got := <-bob.got; !strings.Contains(got, text) {
				t.Errorf("/history: %q has no %s", got, text)
			}
		}
		bob.send("/history of Rome")
		bob.expect(`{"error":"not said to anybody: write /history, or /history 20 for so many lines, from the first character on; a line that begins with // is text"}`)
	})
}

// A room without a history says so, and one in which nothing was said.
func TestNoHistory(t *testing.T) {
	inBubble(t, Config{FirstPlace: 5}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		bob.send("hello")
		bob.expect(group("bob", "hello"))
		bob.send("/history")
		bob.expect(`{"history":[]}`)
		ann := newListener(t)
		ann.arrives(m, "ann", wire.Recall{Since: wire.Mark{Place: 6}})
		if len(ann.heard) > 0 || !ann.missing || ann.mark.Place != 8 {
			t.Errorf("told %q, missing: %v, at %v", ann.heard, ann.missing, ann.mark)
		}
	})
}

// A connection that breaks anywhere loses nothing and has nothing told twice, be
// it behind any byte of what came: only whole frames count.
func TestGapsAreFilled(t *testing.T) {
	talk := func(t *testing.T, m *Manager) (bob *user, ann *listener) {
		ann = newListener(t)
		ann.arrives(m, "ann", wire.Recall{Lines: 200})
		bob = enter(t, m, "bob", "ann", "bob")
		for i := range 4 {
			bob.send(fmt.Sprint("to all ", i))
			bob.send(fmt.Sprint("/msg ann to ann ", i))
			bob.send(fmt.Sprint("/msg bob to bob ", i))
			ann.send(fmt.Sprint("/msg bob back ", i))
			ann.send(fmt.Sprint("/msg ann to myself ", i))
		}
		return bob, ann
	}
	frames := 1 + 4*4 // that ann is sent behind her roster
	for cut := 0; cut <= frames; cut++ {
		inBubble(t, Config{History: 100}, func(t *testing.T, m *Manager) {
			bob, ann := talk(t, m)
			synctest.Wait()
			ann.takes(cut)
			got := slices.Clone(ann.heard)
			mark := ann.mark
			ann.takes(frames - cut)
			want := ann.heard
			// Meanwhile she is away, for some of it as a ghost.
			again := newListener(t)
			again.token = ann.token
			again.arrives(m, "ann", wire.Recall{Since: mark})
			if all := append(got, again.heard...); !slices.Equal(all, want) || again.missing {
				t.Errorf("cut behind %d frames: heard %q, want %q, missing: %v", cut, all, want, again.missing)
			}
			again.conn.Close()
			synctest.Wait()
			bob.send("/msg ann for nobody")
			bob.send("the last")
			synctest.Wait()
			third := newListener(t)
			third.token = again.token
			third.arrives(m, "ann", wire.Recall{Since: again.mark})
			if !slices.Equal(third.heard, []string{group("bob", "the last")}) || third.missing {
				t.Errorf("then heard %q, missing: %v", third.heard, third.missing)
			}
		})
	}
}

// What is not kept any more is said to be missing, lines to the group and private
// ones; a stranger with a mark gets no private line.
func TestMissing(t *testing.T) {
	inBubble(t, Config{History: 2, FirstPlace: 1}, func(t *testing.T, m *Manager) {
		ann := newListener(t)
		ann.arrives(m, "ann", wire.Recall{Lines: 1})
		bob := enter(t, m, "bob", "ann", "bob")
		ask := func(since wire.Mark, want string, missing bool) {
			t.Helper()
			again := newListener(t)
			again.token = ann.token
			again.arrives(m, "ann", wire.Recall{Since: since})
			if got := fmt.Sprint(again.heard); got != want || again.missing != missing {
				t.Errorf("since %v: %s, missing: %v", since, got, again.missing)
			}
		}
		for i := range 3 {
			bob.send(fmt.Sprint("/msg ann p", i))
			bob.send(fmt.Sprint("g", i))
		}
		synctest.Wait()
		p := func(i int) string { return private("bob", fmt.Sprint("p", i), "ann") }
		g := func(i int) string { return group("bob", fmt.Sprint("g", i)) }
		ask(wire.Mark{Place: 3}, fmt.Sprint([]string{p(1), g(1), p(2), g(2)}), true)
		ask(wire.Mark{Place: 4, Private: 1}, fmt.Sprint([]string{p(1), g(1), p(2), g(2)}), false)
		ask(wire.Mark{Place: 5, Private: 2}, fmt.Sprint([]string{p(2), g(2)}), false)
		ask(wire.Mark{Place: 6, Private: 3}, "[]", false)
		stranger := newListener(t)
		stranger.arrives(m, "ann", wire.Recall{Since: wire.Mark{Place: 4}})
		if got := fmt.Sprint(stranger.heard); got != fmt.Sprint([]string{g(1), g(2)}) {
			t.Errorf("a stranger is told %s", got)
		}
	})
}

// A history of an earlier run comes before that of this one; who was there before
// that run's record is told that something is missing.
func TestEarlierRun(t *testing.T) {
	before := []Said{{Place: 10, Frame: []byte(group("bob", "old") + "\n")}, {Place: 12, Frame: []byte(group("bob", "older no more"))}}
	inBubble(t, Config{History: 10, Before: before, FirstPlace: 100}, func(t *testing.T, m *Manager) {
		bob := enter(t, m, "bob", "bob")
		bob.send("new")
		bob.expect(group("bob", "new"))
		for _, c := range []struct {
			place   uint64
			lines   int
			missing bool
		}{{8, 3, true}, {9, 3, false}, {10, 2, false}, {11, 2, false}, {99, 1, false}, {101, 1, false}, {102, 0, false}} {
			ann := newListener(t)
			ann.arrives(m, "ann", wire.Recall{Since: wire.Mark{Place: c.place}})
			if len(ann.heard) != c.lines || ann.missing != c.missing {
				t.Errorf("since %d: %q, missing: %v", c.place, ann.heard, ann.missing)
			}
		}
	})
}

// A history that is longer than a frame comes in several, and memory is that of
// its last lines.
func TestLongHistory(t *testing.T) {
	var h history
	h.begin(50, 0, nil)
	line := []byte(group("bob", strings.Repeat("long ", 700)) + "\n")
	for i := range 1000 {
		h.say(uint64(i), time.Now(), line)
	}
	if n := cap(h.public.lines); n > 200 {
		t.Errorf("%d places for 50 lines", n)
	}
	got := h.recall(wire.Recall{Lines: 1000}, 1000, nil, false)
	frames := slices.Collect(strings.Lines(string(got.appendFrames(nil))))
	lines := 0
	for i, raw := range frames {
		part, ok := wire.ParseHistory([]byte(raw))
		if !ok || part.Last != (i == len(frames)-1) || len(raw) > historyPiece+2*len(line) {
			t.Errorf("frame %d of %d bytes: %v %v", i, len(raw), ok, part.Last)
		}
		lines += len(part.Lines)
	}
	if lines != 50 || len(frames) < 4 || h.bytes() < 50*len(line) || len(h.last(0)) != 50 || len(h.last(7)) != 7 {
		t.Errorf("%d lines in %d frames, %d bytes", lines, len(frames), h.bytes())
	}
}
