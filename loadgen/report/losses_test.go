package report

import (
	"strings"
	"testing"
)

// TestLosses has it said what was lost, at whom, and that it may be.
func TestLosses(t *testing.T) {
	const may = "no violation: NATS promises to deliver a line at most once"
	for want, l := range map[string]Losses{
		"1 delivery at 1 chatter, bob · " + may: {Deliveries: 1, Lines: 1, Chatters: 1, Worst: []Loser{{3, "bob", 1}}},
		"1,200 deliveries at 3 chatters, most at bob (1,000) · 2 lines for everybody · 1 connection closed as too slow · " + may: {
			Deliveries: 1200, Lines: 40, Chatters: 3, Everywhere: 2, Closed: 1, Worst: []Loser{{3, "bob", 1000}}},
	} {
		l.Allowed = "NATS promises to deliver a line at most once"
		if got := strings.Join(l.parts(), " · "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if got := l.sentence(); !strings.HasPrefix(got, "Lost: 1") || !strings.HasSuffix(got, " at most once.") {
			t.Error(got)
		}
	}
	var none *Losses
	if none.parts() != nil || none.sentence() != "" || none.count() != 0 {
		t.Error("something is lost where nothing is")
	}
}
