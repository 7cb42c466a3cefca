package check

import (
	"fmt"
	"testing"

	"chatsim/manager/wire"
)

// TestCountedByTheirBytes: also where no order is kept, most lines are taken by
// their bytes, whatever a receiver has missed, and all are counted once.
func TestCountedByTheirBytes(t *testing.T) {
	for _, level := range []Level{Count, Off} {
		t.Run(level.String(), func(t *testing.T) {
			j := New(Config{Nonce: "t3st", Level: level})
			var sessions []*Session
			for i := range 3 {
				s := j.Dial(i, fmt.Sprintf("u%d", i), 0)
				s.Observe(&wire.Frame{Kind: wire.Welcome, Names: [][]byte{[]byte(s.Asked)}}, 1)
				s.Observe(&wire.Frame{Kind: wire.Roster, Names: [][]byte{[]byte(s.Asked)}}, 1)
				sessions = append(sessions, s)
			}
			const lines = 3000 // more than are kept
			frames := stream(sessions, 0, lines)
			take := func(s *Session, i int) (passed bool) {
				f := frames[i]
				raw := wire.AppendLine(nil, string(f.Sender), f.Text, string(f.Target))
				f.Raw = raw[:len(raw)-1]
				l, passed := s.Pass(f.Raw, 2)
				if !passed {
					l = s.Observe(&f, 2)
				}
				if l == nil || l.Text != string(f.Text) {
					t.Fatalf("line %d: %v is taken", i, l)
				}
				return passed
			}
			parsed := 0
			for i := range frames {
				if take(sessions[0], i) {
					t.Errorf("line %d is known before anybody has it", i)
				}
				if i != 20 && i != 2070 && !take(sessions[1], i) { // those are lost
					parsed++
				}
				if i%10 == 9 { // backwards, to one
					for k := i; k > i-10; k-- {
						take(sessions[2], k)
					}
					for _, s := range sessions {
						s.Flush(2)
					}
				}
			}
			if parsed != 2 {
				t.Errorf("%d lines are parsed, want the two behind what was lost", parsed)
			}
			for i, want := range []int64{lines, lines - 2, lines} {
				if got := sessions[i].Lines; got != want {
					t.Errorf("%d lines at receiver %d, want %d", got, i, want)
				}
			}
		})
	}
}
