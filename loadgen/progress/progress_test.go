package progress

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"chatsim/loadgen"
)

var course = []loadgen.Progress{
	{Phase: loadgen.Joining, Done: 0.5, Joined: 50},
	{Phase: loadgen.Joining, Done: 1, Joined: 100},
	{Phase: loadgen.Warming, Done: 0.9, Joined: 100, Sent: 90},
	{Phase: loadgen.Loading, Done: 0.5, Joined: 100, Sent: 600, Deliveries: 60000},
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

func TestBarLeavesNothing(t *testing.T) {
	var b bytes.Buffer
	show, done := Bar(&b, time.Second, 10*time.Second)
	for _, p := range course {
		show(p)
	}
	done()
	out := b.String()
	if !strings.Contains(out, "measuring: 600 lines sent") {
		t.Errorf("no progress in %q", out)
	}
	if last := out[strings.LastIndexByte(out, '\r')+1:]; strings.TrimSpace(last) != "" {
		t.Errorf("the bar left %q", last)
	}
}
