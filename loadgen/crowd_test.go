package loadgen

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"chatsim/loadgen/scenario"
	"chatsim/loadgen/scenario/file"
	"chatsim/manager/hinted"
)

// crowded returns a Config whose scenario is the text of a file.
func crowded(t *testing.T, text string, users int) Config {
	t.Helper()
	f, err := file.Read("x.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return Config{Scenario: scenario.Of(f, nil), Users: users}
}

var proposed = regexp.MustCompile(`-users ([0-9]+)`)

// follow returns the number of users that the hint of an error names; 0: it names none.
func follow(t *testing.T, err error) int {
	t.Helper()
	m := proposed.FindStringSubmatch(hinted.Hint(err))
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// With as many users as a hint names the scenario can be made, and with one fewer it
// cannot; where none is named there is no such number.
func TestProposedUsers(t *testing.T) {
	for _, c := range []struct {
		text        string
		users, want int
	}{
		{"phases: [ { for: 1s, rate: 1, leave: 10 } ]", 5, 11},
		{"{ phases: [ { for: 1s, rate: 1, leave: 10 } ], roles: { flood: { count: 7 }, slow: { count: 3 } } }", 5, 20},
		{"{ phases: [ { for: 1s, rate: 1, leave: 10 } ], roles: { flood: { share: 50% } } }", 5, 20},
		{"{ phases: [ { for: 1s, rate: 1, join: 5 }, { for: 1s, leave: 10 } ], roles: { flood: { share: 50% }, slow: { count: 3 } } }", 5, 16},
		{"roles: { flood: { share: 60% }, slow: { count: 4 } }", 3, 9},
		{"{ phases: [ { for: 1s, rate: 1, leave: 10 } ], roles: { flood: { share: 50% }, slow: { share: 50% } } }", 5, 0},
	} {
		_, err := crowded(t, c.text, c.users).Script()
		if err == nil || follow(t, err) != c.want {
			t.Errorf("%d users of %s: %v, hint %q; want %d proposed", c.users, c.text, err, hinted.Hint(err), c.want)
		}
	}

	rng := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 300 {
		share := 1 + rng.IntN(99)
		text := fmt.Sprintf("{ phases: [ { for: 1s, rate: 1, join: %d }, { for: 1s, leave: %d } ], roles: { flood: { share: %d%% }, noise: { count: %d }, slow: { share: %d%% } } }",
			1+rng.IntN(20), 1+rng.IntN(60), share, 1+rng.IntN(20), 1+rng.IntN(100-share))
		cfg := crowded(t, text, 1+rng.IntN(60))
		_, err := cfg.Script()
		if err == nil {
			continue
		}
		refused++
		n := follow(t, err)
		if n == 0 {
			for _, cfg.Users = range []int{1000, 100_000, 10_000_000} {
				if _, err := cfg.Script(); err == nil {
					t.Fatalf("no number is proposed, and %d do, for %s", cfg.Users, text)
				}
			}
			continue
		}
		cfg.Users = n
		if _, err := cfg.Script(); err != nil {
			t.Fatalf("%d users are proposed for %s: %v", n, text, err)
		}
	}
	if refused < 75 {
		t.Errorf("%d of 300 scenarios are refused", refused)
	}
}

// What is proposed where there are too few descriptors takes no more of them, and the
// scenario can be made with it.
func TestUsersAmong(t *testing.T) {
	for _, c := range []struct {
		text           string
		chatters, want int
	}{
		{"phases: [ { for: 1s, rate: 1 } ]", 60, 60},
		{"phases: [ { for: 1s, rate: 1, join: 50 } ]", 60, 10},
		{"{ phases: [ { for: 1s, rate: 1, join: 50 }, { for: 1s, leave: 54 } ], roles: { flood: { share: 10% } } }", 60, 9},
		{"{ phases: [ { for: 1s, rate: 1, join: 50 }, { for: 1s, leave: 60 } ] }", 60, 0},
		{"{ phases: [ { for: 1s, rate: 1, join: 50 } ], roles: { flood: { count: 20 } } }", 60, 0},
	} {
		cfg := crowded(t, c.text, 1000)
		got := cfg.usersAmong(c.chatters)
		if got != c.want {
			t.Errorf("%d are proposed for %s, want %d", got, c.text, c.want)
		}
		if cfg.Users = got; got > 0 && cfg.Chatters() > c.chatters {
			t.Errorf("%d users of %s are %d chatters", got, c.text, cfg.Chatters())
		}
	}
}
