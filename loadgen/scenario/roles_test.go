package scenario

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Roles take turns, in the phases in which they act, each behind as long without any.
func TestTurns(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"users: 9\nroles: {flood: {}}", "flood 5-10 flood 15-20 flood 25-30 flood 35-40 flood 45-50"}, // of 50 s
		{"users: 9\nroles: {flood: {every: 10s}}", "flood 10-20 flood 30-40"},
		{"users: 9\nroles: {flood: {every: 2s}, slow: {every: 10s}}", "flood 2-4 slow 14-24 flood 26-28 slow 38-48"},
		{"users: 9\nroles: {flood: {in: b, every: 1s}}\nphases: [{for: 3s, name: a}, {for: 4500ms, name: b}]", "flood 4-5 flood 6-7"},
		{"users: 9\nroles: {flood: {in: [b, c], every: 1s}, noise: {every: 1s}}\nphases: [{for: 1s, warm: true}, {for: 3s, name: a}, {for: 2s, name: b}, {for: 2s, name: c}]",
			"noise 1-2 flood 4-5 noise 6-7"},
		{"users: 2\nroles: {stalled: {talks: true}}", ""}, // the first sees all, and one more has to
		{"users: 3\nroles: {stalled: {talks: true, every: 20s}}", "stalled 20-40"},
	} {
		s := written(t, c.text)
		var got []string
		last := time.Duration(0)
		for _, turn := range s.Turns(50 * time.Second) {
			got = append(got, fmt.Sprintf("%s %v-%v", s.Roles[turn.Role].Kind, turn.Acts.From.Seconds(), turn.Acts.To.Seconds()))
			length := turn.Acts.To - turn.Acts.From
			if turn.Calm.To != turn.Acts.From || turn.Calm.To-turn.Calm.From != length/2 || turn.Calm.To-length < last {
				t.Errorf("%q: %+v after %v", c.text, turn, last)
			}
			last = turn.Acts.To
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, strings.Join(got, " "), c.want)
		}
	}
}

// A long run has no more windows than can be kept.
func TestTurnsAreBounded(t *testing.T) {
	s := written(t, "users: 9\nroles: {flood: {every: 100ms}, slow: {every: 100ms}}")
	if n := len(s.Turns(24 * time.Hour)); n < 50 || n > 2*maxRolePairs {
		t.Errorf("%d turns in a day", n)
	}
}

// Who has a role says nothing of the script: the users' is the same without.
func TestRolesLeaveTheScript(t *testing.T) {
	text := "users: 9\ntalk: {private: 30%}\nleaves: {rate: 1/s}\n"
	without, with := written(t, text), written(t, text+"roles: {flood: {count: 3}, noise: {}}")
	if !slices.Equal(eventsAt(without), eventsAt(with)) || with.RoleUsers(9) != 4 || with.Peak(9) != 9 {
		t.Error("the users' script is another one")
	}
}

func eventsAt(s *Script) []Event {
	var all []Event
	p := s.Plan(100)
	for e, ok := p.Next(5 * time.Second); ok; e, ok = p.Next(5 * time.Second) {
		all = append(all, e)
	}
	return all
}

// Noise is of the seed, and of every kind; none of it is a command.
func TestNoise(t *testing.T) {
	s := written(t, "users: 2")
	ends, long, text := 0, 0, map[string]bool{}
	for seq := range 200 {
		b := s.Noise(5, seq)
		if string(b) != string(s.Noise(5, seq)) || len(b) == 0 || b[0] == '/' {
			t.Fatalf("piece %d: %.20q", seq, b)
		}
		text[string(b)] = true
		if b[len(b)-1] == '\n' {
			ends++
		}
		if len(b) > overlong {
			long++
		}
	}
	if ends < 100 || ends == 200 || long == 0 || len(text) < 80 {
		t.Errorf("%d of 200 pieces end, %d are far too long, %d differ", ends, long, len(text))
	}
}

// A dry run shows who has a role, when, and what is too little to tell.
func TestDrawRoles(t *testing.T) {
	s := written(t, "users: 50\nphases: [{for: 20s, rate: 10, name: all}]\nroles: {slow: {share: 10%, reads: 10kB/s}, stalled: {talks: true}, flood: {rate: 2000, every: 3s}}")
	var b strings.Builder
	if err := s.Draw(&b, 80); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n            slow ┤   ■", "slow: 5 chatters more, each reads 10 kB/s, in 2 windows of 1s: 5 are needed",
		"stalled: one of those who talk reads nothing, in 2 windows of 1s", "flood: 1 chatter more says 2,000 lines/s, in 2 windows of 3s"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing:\n%s", want, b.String())
		}
	}
}
