package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatsim/loadgen/check"
	"chatsim/loadgen/check/ledger"
	"chatsim/manager/wire"
)

// events are of every kind, as a recording gives them.
func events() []ledger.Event {
	names := func(ns ...string) (out [][]byte) {
		for _, n := range ns {
			out = append(out, []byte(n))
		}
		return out
	}
	frame := func(session int, f wire.Frame) ledger.Event {
		return ledger.Event{Kind: ledger.EventSaw, Session: session, At: 3e6, Frame: &f}
	}
	long := strings.Repeat("n", maxName+1)
	evs := []ledger.Event{
		{Kind: ledger.EventBegan, Level: ledger.Order, Nonce: "t3st", Capabilities: ledger.Capabilities{Protocol: "a dialect", Views: ledger.WholeRosters, Sets: true, OwnSuffix: true, NoClaims: true, NoPrivate: true, BySender: true, CutsLeaves: true, Silent: true, AtMostOnce: true, Servers: 3}},
		{Kind: ledger.EventDialled, Chatter: 7, Asked: "Zoë", At: 5, Server: 2},
		{Kind: ledger.EventDialled, Session: 1, Chatter: 0, Asked: "", At: 3},
		frame(0, wire.Frame{Kind: wire.Welcome, Names: names("Zoë")}),
		frame(0, wire.Frame{Kind: wire.Roster, Names: names("a", "b", long, "c", "Zoë")}),
		frame(1, wire.Frame{Kind: wire.Roster, Names: names("a", "b")}),
		frame(0, wire.Frame{Kind: wire.Roster, Names: names("b", "a", long, "c", "d")}),
		frame(0, wire.Frame{Kind: wire.Roster, Names: names("a", "c", "e", "d", "d")}),
		frame(0, wire.Frame{Kind: wire.Roster, Names: names("f")}),
		frame(1, wire.Frame{Kind: wire.Join, Names: names("b", "c")}),
		frame(1, wire.Frame{Kind: wire.Leave, Names: names("")}),
		frame(1, wire.Frame{Kind: wire.Error, Text: []byte("no such user: x")}),
		frame(1, wire.Frame{Kind: wire.Line, Sender: []byte("a"), Text: []byte("@\t\x00"), Target: []byte(wire.Group)}),
		frame(1, wire.Frame{Kind: wire.Line, Private: true, Sender: []byte("a"), Text: []byte("t3st-7-3;hm"), Target: []byte("b")}),
		{Kind: ledger.EventSent, Session: 0, Pos: 4, Note: ledger.Note{Seq: 3, Text: "t3st-7-3;and more", Actual: 9e9, Intended: 8e9, Measured: true}},
		{Kind: ledger.EventSent, Session: 0, Pos: 2, Note: ledger.Note{Seq: 4, Text: "t3st-7-3;another's", Target: "b", Claims: "c", Actual: 9e9, Intended: 9e9}},
		{Kind: ledger.EventSaw, Session: 1, At: 9e9 + 1, C: 9, Pos: 4, Line: ledger.Ref{Chatter: 7, Seq: 4}},
		{Kind: ledger.EventSaw, Session: 1, At: 9e9 + 1, C: 12, Pos: 12, Line: ledger.Ref{Chatter: 7, Seq: 3}},
		{Kind: ledger.EventGarbled, Session: 1, C: 13, Pos: 12, Text: "not \xff"},
		{Kind: ledger.EventPassed, Session: 1, At: 1, C: 14, Pos: 13},
		{Kind: ledger.EventStalls, Session: 0, At: 77},
		{Kind: ledger.EventResumes, Session: 0, At: 78},
		{Kind: ledger.EventSilent, Session: 0, At: 79},
		{Kind: ledger.EventLost, Session: 0, At: 80, Took: 25 * time.Second},
		{Kind: ledger.EventFound, Session: 0},
		{Kind: ledger.EventLeaving, Session: 0, Leave: ledger.HalfClose, At: 80},
		{Kind: ledger.EventOver, Session: 0, At: 81, C: 14, Pos: 14, Isolated: 99},
		{Kind: ledger.EventStood, Frontier: 20, Places: []ledger.Standing{{Session: 0, Pos: 14}, {Session: 1, Pos: 20, Isolated: 3}}},
		{Kind: ledger.EventStood, Frontier: 21},
		{Kind: ledger.EventSlow, At: 90, Took: 6 * time.Second},
		{Kind: ledger.EventAsked, Session: 0, At: 91},
		{Kind: ledger.EventDenied, Session: 1, At: 92, Denial: ledger.Turned, Text: "full"},
		{Kind: ledger.EventCalm, Took: 7 * time.Second},
	}
	return append(evs, ledger.Event{Kind: ledger.EventFinished, End: ledger.End{Required: []string{string(check.Agreement)}, Advancing: true, Cut: true}})
}

// file writes events as a trace.
func file(t testing.TB, evs []ledger.Event) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, []byte(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	for i := range evs {
		w.Record(&evs[i])
	}
	if err := w.Close([]byte(`{"b":2}`)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sameEvent compares frames by what they say.
func sameEvent(a, b ledger.Event) bool {
	show := func(e ledger.Event) string {
		f, places := e.Frame, e.Places
		e.Frame, e.Places = nil, nil
		s := fmt.Sprintf("%+v %v", e, places)
		if f != nil {
			s += fmt.Sprintf(" %v %v %q %q %q %q", f.Kind, f.Private, f.Sender, f.Text, f.Target, f.Names)
		}
		return s
	}
	return show(a) == show(b)
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	evs := events()
	for _, l := range layouts {
		if l.fields != nil && !slices.ContainsFunc(evs, func(e ledger.Event) bool { return e.Kind == l.kind }) {
			t.Errorf("no event of kind %d is tried", l.kind)
		}
	}
	r, err := NewReader(bytes.NewReader(file(t, evs)))
	if err != nil {
		t.Fatal(err)
	}
	if string(r.Header()) != `{"a":1}` || r.Summary() != nil {
		t.Errorf("header %s, summary %s", r.Header(), r.Summary())
	}
	var ev ledger.Event
	for i := range evs {
		if err := r.Next(&ev); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		if !sameEvent(ev, evs[i]) {
			t.Errorf("event %d: %+v came back as %+v", i, evs[i], ev)
		}
	}
	if err := r.Next(&ev); err != io.EOF || string(r.Summary()) != `{"b":2}` {
		t.Errorf("at the end: %v, summary %s", err, r.Summary())
	}
}

// TestRostersAreSmall: who comes into a room of many costs about its own name.
func TestRostersAreSmall(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	evs := []ledger.Event{{Kind: ledger.EventBegan, Nonce: "t3st"}}
	var here [][]byte
	plain := 0
	for n := range 1000 {
		evs = append(evs, ledger.Event{Kind: ledger.EventDialled, Session: n, Chatter: n})
		here = append(here, fmt.Appendf(nil, "somebody%d", n))
		seen := here
		if n > 20 {
			seen = here[:len(here)-rnd.IntN(10)] // read in another order than joined
			if n%10 == 0 {
				gone := rnd.IntN(len(here) - 20)
				here = append(append([][]byte(nil), here[:gone]...), here[gone+1:]...)
			}
		}
		for _, name := range seen {
			plain += len(name)
		}
		evs = append(evs, ledger.Event{Kind: ledger.EventSaw, Session: n, Frame: &wire.Frame{Kind: wire.Roster, Names: seen}})
	}
	b := file(t, evs)
	if len(b) > 100_000 {
		t.Errorf("%d bytes for rosters of %d", len(b), plain)
	}
	r, err := NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var ev ledger.Event
	for i := range evs {
		if err := r.Next(&ev); err != nil || !sameEvent(ev, evs[i]) {
			t.Fatalf("event %d: %v", i, err)
		}
	}
}

func TestWhatIsNoTrace(t *testing.T) {
	whole := file(t, events())
	var none *NotTraceError
	for _, c := range []struct{ in, want string }{
		{"", "is empty, no trace"},
		{"x", "is not a trace"},
		{"chatsim-report 1\n", "is not a trace"},
		{strings.Repeat("\x00", 1<<20), "is not a trace"},
		{"chatsim-trace one\n" + strings.Repeat(" ", 20), "is not a trace"},
		{"chatsim-trace 0\n" + strings.Repeat(" ", 20), "is not a trace"},
		{"chatsim-trace 01\n" + strings.Repeat(" ", 20), "is not a trace"},
		{"\xff\xfec\x00h\x00a\x00", "is not a trace: it is in UTF-16, as PowerShell's > writes"},
		{"\xef\xbb\xbf" + string(whole), "is not a trace: it begins with a byte order mark, which an editor has put there"},
		{"{\"schema\": 1}", "is not a trace: it is a report in JSON, which -compare reads"},
		{"\x1f\x8b\x08", "is not a trace: it is compressed, by gzip"},
		{"chatsim-trace 4\n" + string(whole[16:]), "is a trace of version 4, newer than this chatsim, which reads up to 3"},
	} {
		if _, err := NewReader(strings.NewReader(c.in)); !errors.As(err, &none) || err.Error() != c.want {
			t.Errorf("%.20q: %v, want %s", c.in, err, c.want)
		}
	}
	if _, err := NewReader(strings.NewReader("chatsim-trace 4\n")); !errors.As(err, &none) || none.Version != "4" || none.Hint() == "" {
		t.Errorf("newer: %v", err)
	}
}

// TestEveryCutAndDamage: a trace that ends anywhere, or has any byte changed,
// is told to be so, and what came before is read.
func TestEveryCutAndDamage(t *testing.T) {
	evs := events()
	whole := file(t, evs)
	read := func(b []byte) (n int, err error) {
		r, err := NewReader(bytes.NewReader(b))
		var ev ledger.Event
		for err == nil {
			if err = r.Next(&ev); err == nil {
				n++
			}
		}
		return n, err
	}
	if n, err := read(whole); n != len(evs) || err != io.EOF {
		t.Fatalf("%d events, %v", n, err)
	}
	var ce *CutError
	var none *NotTraceError
	most := 0
	for i := 1; i < len(whole); i++ {
		n, err := read(whole[:i])
		if !errors.As(err, &ce) || ce.Offset > int64(i) || !strings.HasPrefix(ce.Error(), "it is cut after ") {
			t.Errorf("cut at %d: %v", i, err)
		}
		most = max(most, n)
		b := bytes.Clone(whole)
		b[i] ^= 0x10
		if n, err = read(b); !errors.As(err, &ce) && !(i < 16 && errors.As(err, &none)) {
			t.Errorf("damaged at %d: %v after %d events", i, err, n)
		}
	}
	if most != len(evs) {
		t.Errorf("at most %d events of a cut trace are read", most)
	}
	if _, err := read(append(bytes.Clone(whole), 'x')); !errors.As(err, &ce) {
		t.Errorf("with more behind it: %v", err)
	}
}

// sink is a file that may be full.
type sink struct {
	bytes.Buffer
	full bool
}

var errFull = errors.New("no space left")

func (s *sink) Write(b []byte) (int, error) {
	if s.full {
		return 0, errFull
	}
	return s.Buffer.Write(b)
}

// TestACrashLeavesWhatWas: a second after an event it is in the file.
func TestACrashLeavesWhatWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out sink
		w, err := NewWriter(&out, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		evs := events()
		for i := range evs {
			w.Record(&evs[i])
		}
		time.Sleep(flushEvery + 1)
		synctest.Wait()
		r, err := NewReader(bytes.NewReader(out.Bytes()))
		var ev ledger.Event
		n := 0
		for ; err == nil; n++ {
			err = r.Next(&ev)
		}
		if n != len(evs)+1 {
			t.Errorf("%d of %d events are in the file: %v", n-1, len(evs), err)
		}
		if err := w.Close(nil); err != nil {
			t.Error(err)
		}
	})
}

// TestAFullDisk: the run goes on, and the error is told at the end.
func TestAFullDisk(t *testing.T) {
	out := &sink{}
	w, err := NewWriter(out, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	evs := events()
	out.full = true
	for range 200_000 {
		w.Record(&evs[1])
	}
	if err := w.Close([]byte("{}")); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
	if !reflect.DeepEqual(w.full, [][]byte(nil)) {
		t.Errorf("%d blocks are kept", len(w.full))
	}
	if _, err := NewWriter(out, nil); !errors.Is(err, errFull) {
		t.Errorf("at the beginning: %v", err)
	}
}
