package feed

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// evictCase is a little program over the cursors a, b, c and d in a window of
// 1024 bytes: "append N", "take X" (all, and of several such as "take abc"),
// "nibble X" (one byte), "bite X" (half a window), "block X", "unblock X", "touch X", "finish X", "drop X", "excuse X",
// "aside X", "tell X N", "pause N" (seconds), "guest", and "evict" which prints
// who goes. A step may be preceded by the second at which it happens.
type evictCase struct {
	name  string
	steps string
	want  string
}

const testGrace = 5 * time.Second

func TestEvict(t *testing.T) {
	for _, tc := range []evictCase{
		{"nobody blocked", "append 100; 100 evict", ""},
		{"a stalled one among others", "append 100; 1 block a; 5 evict; 6 evict", "a stalled"},
		{"caught up is not blocked", "append 100; 1 block a; 2 take a; 2 unblock a; 9 evict", ""},
		{"progress counts", "append 100; 1 block a; 4 nibble a; 8 evict; 9 evict", "a stalled"},
		{"progress in the kernel counts", "append 100; 1 block a; 4 touch a; 8 evict; 9 evict", "a stalled"},
		{"all but one stalled", "append 100; block a; block b; block c; 5 evict", "c stalled b stalled a stalled"},
		{"all stalled: nobody goes", "append 100; block a; block b; block c; block d; 9 evict", ""},
		{"all stalled and a guest waits", "append 100; block a; block b; block c; block d; guest; 9 evict",
			"d stalled c stalled b stalled a stalled"},
		{"slow for the grace", "append 600; take bcd; block a; 1 evict; 5 nibble a; 5 evict; 6 nibble a; 6 evict", "a slow"},
		{"behind, but not all the time",
			"append 600; take bcd; block a; 1 evict; 4 take a; append 600; take bcd; 5 evict; 7 nibble a; 9 nibble a; 9 evict; 10 evict", "a slow"},
		{"half a window in the grace is enough",
			"append 2000; take bcd; block a; 0.9 touch a; 1 evict; 5 bite a; 6 touch a; 6 evict; 10 bite a; 10 evict; 10.9 touch a; 11 evict; 14 touch a; 14 evict", ""},
		{"but once is not", "append 2000; take bcd; block a; 0.9 touch a; 1 evict; 5 bite a; 6 touch a; 6 evict; 10 nibble a; 10 evict; 10.9 touch a; 11 evict", "a slow"},
		{"half may be slow", "append 600; take cd; block a; block b; 1 evict; 5 nibble a; nibble b; 6 evict", "b slow a slow"},
		{"most are slow: nobody goes",
			"append 600; take d; block a; block b; block c; 1 evict; 5 nibble a; nibble b; nibble c; 6 evict", ""},
		{"most wait to be served: nobody goes", "append 600; take d; block a; 1 evict; 5 nibble a; 6 evict", ""},
		{"most had to wait meanwhile", "append 600; take bcd; block a; 1 evict; append 200; 2.9 touch a; 3 evict; take bcd; 6 nibble a; 6 evict; 9 touch a; 9 evict", ""},
		{"one that has left can stall as well", "append 100; finish a; block a; 5 evict", "a stalled"},
		{"all stalled, one of them has left", "append 100; finish b; block a; block b; block c; block d; 5 evict", "b stalled"},
		{"dropped ones are out", "append 100; block a; block b; drop a; 5 evict", "b stalled"},
		{"once only", "append 100; block a; 5 evict; 6 evict", "a stalled"},
		{"one that takes nothing while the others wait", "append 1000; take bcd; block a; 0.1 evict; 0.2 evict", "a stalled"},
		{"one that took too little until others wait is slow", "append 600; take bcd; block a; 1 evict; 2 nibble a; append 400; 2.1 take bcd; 2.3 evict", "a slow"},
		{"one that took nothing since it fell behind has stalled", "append 600; take bcd; block a; 0.9 nibble a; 1 evict; append 400; 2.1 take bcd; 2.3 evict", "a stalled"},
		{"only where they wait", "append 500; take bcd; block a; 0.2 evict; 4.9 evict", ""},
		{"and nobody is to blame who has not been written to", "append 1000; take bcd; 0.2 evict; 9 evict", ""},
		{"one that takes something", "append 1000; take bcd; block a; 0.1 touch a; 0.2 touch a; 0.3 evict; 4.9 touch a; 4.9 evict", ""},
		{"one that waits for us", "append 1000; take bcd; block a; 0.2 excuse a; 0.2 evict; 0.39 evict; 0.4 evict", "a stalled"},
		{"while others are written to it takes longer", "append 1000; take cd; block a; block b; 0.9 nibble b; 0.99 evict; 1 nibble b; 1 evict", "a stalled"},
		{"most stall: it takes longer", "append 1000; take d; block a; block b; block c; 0.2 evict; 0.99 evict; 1 evict",
			"a stalled b stalled c stalled"},
		{"most stall while another is written to: not before the grace",
			"append 1000; block a; block b; block c; block d; 1 nibble d; 1 evict; 4.9 nibble d; 4.9 evict; 5 evict", "c stalled b stalled a stalled"},
		{"all stall: nobody goes, however full", "append 1000; block a; block b; block c; block d; 1 evict; 9 evict", ""},
		{"beside one that stands aside all stall", "append 1000; take d; aside d; block a; block b; block c; 1 evict; 9 evict", ""},
		{"those go who are furthest behind", "append 600; take b; append 300; take cd; block a; block b; 0.2 evict", "a stalled"},
		{"one that would hold up the others next", "append 600; take b; append 300; take cd; block b; 0.2 evict; 9 evict", "b stalled"},
		{"who is furthest behind is served: nobody goes", "append 700; take b; append 200; take cd; block b; 0.2 evict", ""},
		{"a time in which nothing was done here does not count", "append 1000; take bcd; block a; 3 pause 3; 3 evict; 3.19 evict; 3.2 evict", "a stalled"},
		{"private entries fill the window too", "tell a 900; block a; 0.2 evict", "a stalled"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := playEvict(t, tc.steps); got != tc.want {
				t.Errorf("evicted %q, want %q", got, tc.want)
			}
		})
	}
}

func playEvict(t *testing.T, steps string) string {
	l := NewLog(1024)
	cs := map[string]*Cursor{"a": {}, "b": {}, "c": {}, "d": {}}
	names := map[*Cursor]string{}
	for name, c := range cs {
		l.Subscribe(c)
		names[c] = name
	}
	var now time.Duration
	var gone []string
	for step := range strings.SplitSeq(steps, ";") {
		words := strings.Fields(step)
		if second, err := strconv.ParseFloat(words[0], 64); err == nil {
			now, words = time.Duration(second*float64(time.Second)), words[1:]
		}
		arg := words[len(words)-1]
		c := cs[arg]
		switch words[0] {
		case "append":
			var n int
			if _, err := fmt.Sscan(arg, &n); err != nil {
				t.Fatal(err)
			}
			l.Append(make([]byte, n))
		case "take":
			for _, name := range arg {
				take(l, cs[string(name)], 64, now)
			}
		case "nibble":
			l.Advance(c, 1, now)
		case "bite":
			for taken := 0; taken < 512; {
				b := l.Next(c, make([]byte, 512-taken))
				l.Advance(c, len(b), now)
				taken += len(b)
			}
		case "block":
			l.Block(c, now)
		case "unblock":
			l.Unblock(c)
		case "touch":
			l.Touch(c, now)
		case "finish":
			l.Finish(c)
		case "drop":
			l.Drop(c)
		case "excuse":
			l.Excuse(c, now)
		case "aside":
			l.Aside(c)
		case "pause":
			seconds, err := strconv.Atoi(arg)
			if err != nil {
				t.Fatal(err)
			}
			l.Pause(time.Duration(seconds) * time.Second)
		case "tell":
			n, err := strconv.Atoi(arg)
			if err != nil {
				t.Fatal(err)
			}
			l.AppendPrivate(cs[words[1]], make([]byte, n))
		case "guest":
			l.guests++
		case "evict":
			for _, e := range l.Evict(now, testGrace) {
				gone = append(gone, names[e.Cursor]+" "+e.Reason.String())
			}
		default:
			t.Fatalf("unknown step %q", step)
		}
	}
	return strings.Join(gone, " ")
}

func TestEvictingFreesTheWindow(t *testing.T) {
	l := NewLog(1024)
	var stalled, healthy Cursor
	l.Subscribe(&stalled)
	l.Subscribe(&healthy)
	for !l.Full() {
		l.Append([]byte("0123456789abcdef"))
		take(l, &healthy, 64, 0)
	}
	l.Block(&stalled, 0)
	if got := l.Evict(testGrace, testGrace); len(got) != 1 || got[0] != (Evicted{&stalled, Stalled}) {
		t.Fatalf("evicted %v, want the stalled one", got)
	}
	if l.Full() || l.chunks > 2 || l.Blocked() != 0 {
		t.Errorf("full %v with %d chunks, %d blocked", l.Full(), l.chunks, l.Blocked())
	}
}
