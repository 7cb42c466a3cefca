package progress

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"chatsim/loadgen"
)

var course = []loadgen.Progress{
	{Phase: loadgen.Joining, Done: 0.5, Joined: 50},
	{Phase: loadgen.Joining, Done: 1, Joined: 100},
	{Phase: loadgen.Warming, Done: 0.9, Joined: 100, Sent: 90},
	{Phase: loadgen.Loading, Done: 0.5, Joined: 100, Sent: 600, Deliveries: 60000},
	{Phase: loadgen.Loading, Part: loadgen.Part{Name: "all-come-back-from-lunch", Number: 2, Of: 4, At: 3700 * time.Millisecond, For: time.Minute}, Done: 0.7, Joined: 100, Sent: 700, Deliveries: 70000},
	{Phase: loadgen.Loading, Acting: []loadgen.Acting{{Role: "flood", Evicted: 2}, {Role: "slow"}}, Done: 0.8, Joined: 100, Sent: 800, Deliveries: 80000},
	{Phase: loadgen.Loading, Deaths: []loadgen.Death{{Addr: "[2001:db8::4001]:4001", Killed: true, Silence: time.Second}}, Done: 0.9, Joined: 90, Sent: 900, Deliveries: 90000},
	{Phase: loadgen.Loading, Done: 1, Joined: 100, Sent: 1100, Deliveries: 110000},
	{Phase: loadgen.Drains, Joined: 100, Sent: 1101, Deliveries: 110100},
}

func TestLinesEveryTenthAtMost(t *testing.T) {
	var b bytes.Buffer
	show := Lines(&b, time.Second, 10*time.Second)
	for _, p := range course {
		show(p)
		show(p)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	want := []string{"10 %  joining: 100 in the room", "50 %", "100 %  measuring: 1,100 lines sent, 110,000 deliveries"}
	if !strings.Contains(b.String(), "all-come-back-from-lunch, phase 2 of 4, 3s of 1m: 700 lines sent") {
		t.Errorf("the phase of the scenario is not told:\n%s", b.String())
	}
	if !strings.Contains(b.String(), "measuring, with flood (2 evicted) and slow: 800 lines sent") {
		t.Errorf("the roles that act are not told:\n%s", b.String())
	}
	if len(lines) > 10 || !strings.HasSuffix(lines[0], want[0]) || !strings.HasSuffix(lines[len(lines)-1], want[2]) {
		t.Errorf("got\n%s", b.String())
	}
}

func TestPositionNeverGoesBack(t *testing.T) {
	last := -1.0
	for _, p := range course {
		at := position(p, time.Second, 10*time.Second)
		if at < last || at > 1 {
			t.Errorf("%v is at %v after %v", p, at, last)
		}
		last = at
	}
	if last != 1 {
		t.Errorf("the end is at %v", last)
	}
}

// TestBarFits holds that no line of a bar reaches the terminal's edge, also when
// the terminal becomes narrower, and that nothing is left of it.
func TestBarFits(t *testing.T) {
	for _, columns := range []int{20, 30, 40, 60, 80, 200} {
		var b bytes.Buffer
		width := 200
		show, done := Bar(&b, func() int { return width }, time.Second, 10*time.Second)
		show(course[0])
		width = columns
		b.Reset()
		for _, p := range append(course, violated) {
			show(p)
		}
		done()
		for _, line := range strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\r' || r == '\n' }) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, " ")); n >= columns {
				t.Errorf("%d columns in a terminal of %d: %q", n, columns, line)
			}
		}
		if strings.Contains(b.String(), "\n") {
			t.Errorf("a bar of %d columns scrolls: %q", columns, b.String())
		}
		if out := b.String(); strings.TrimSpace(out[strings.LastIndexByte(strings.TrimRight(out, "\r "), '\r')+1:]) == "" || !strings.HasSuffix(out, " \r") {
			t.Errorf("the bar is not cleared at the end: %q", out)
		}
		if columns >= 60 && !strings.Contains(b.String(), "measuring: 110,000 deliveries") && !strings.Contains(b.String(), "measuring: 1,100 lines") {
			t.Errorf("no progress in %q", b.String())
		}
		if !strings.Contains(b.String(), "2 VIOLATIONS") && (columns >= 30 || !strings.Contains(b.String(), "2!")) {
			t.Errorf("no violation in %q", b.String())
		}
	}
}

func TestLinesTellTheFirstViolation(t *testing.T) {
	var b bytes.Buffer
	show := Lines(&b, 0, 10*time.Second)
	suspected := course[3]
	suspected.Done, suspected.Suspected = 0.01, true
	show(suspected)
	early := violated
	early.Done = 0.07
	for range 3 {
		show(early)
	}
	show(violated)
	want := "chatsim:  10 %  SUSPECTED VIOLATION, the end decides, measuring: 600 lines sent, 60,000 deliveries\n" +
		"chatsim:  16 %  2 VIOLATIONS so far (total order, FIFO order), measuring: 600 lines sent, 60,000 deliveries\n" +
		"chatsim:  50 %  2 VIOLATIONS so far (total order, FIFO order), measuring: 600 lines sent, 60,000 deliveries\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// A server that has died is told at once, and from then on with how long its silence was.
func TestDeathsAreTold(t *testing.T) {
	var b bytes.Buffer
	show := Lines(&b, 0, 10*time.Second)
	p := course[3]
	p.Deaths = []loadgen.Death{{Addr: "127.0.0.1:4001", Killed: true, Silence: 123456789}}
	show(p)
	p.Done, p.Deaths[0].Silence = 0.52, 1345*time.Millisecond
	show(p)
	p.Deaths = append(p.Deaths, loadgen.Death{Addr: "127.0.0.1:4002\x1b[2J"})
	show(p)
	show(p)
	want := "chatsim:  50 %  measuring, without 127.0.0.1:4001 (killed, 120ms of silence): 600 lines sent, 60,000 deliveries\n" +
		"chatsim:  56 %  measuring, without 127.0.0.1:4001 (killed, 1.35s of silence) and 127.0.0.1:4002\\x1b[2J (died, 0s of silence): 600 lines sent, 60,000 deliveries\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	if shorter := describe(p)[1]; shorter != "measuring, 2 servers dead: 600 lines sent, 60,000 deliveries" {
		t.Errorf("where there is less room: %q", shorter)
	}
}

var violated = loadgen.Progress{Phase: loadgen.Loading, Done: 0.5, Joined: 100, Sent: 600, Deliveries: 60000,
	Violations: 2, Violated: []string{"total order", "FIFO order"}}
