package room

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// A restored room is told from the one that was saved by nothing: what comes then
// makes the same names in both.
func TestRestore(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var a Room
		present := churn(&a, rnd, nil, 60)
		b, of := copyOf(t, &a)
		twins := make([]*Member, len(present))
		for i, m := range present {
			twins[i] = of[m]
		}
		again := rand.New(rand.NewPCG(seed, 2))
		churn(&a, rand.New(rand.NewPCG(seed, 2)), present, 60)
		churn(b, again, twins, 60)
		if got, want := slices.Collect(b.Roster().Names()), slices.Collect(a.Roster().Names()); !slices.Equal(got, want) {
			t.Fatalf("seed %d: the restored room has %q, the other %q", seed, got, want)
		}
		if first, _ := json.Marshal(a.Save()); !reflect.DeepEqual(first, must(json.Marshal(b.Save()))) {
			t.Fatalf("seed %d: saved again it is another", seed)
		}
	}
}

func must(b []byte, _ error) []byte { return b }

// copyOf restores a room from what was saved of another, as text, and returns which
// member is which.
func copyOf(t *testing.T, a *Room) (*Room, map[*Member]*Member) {
	t.Helper()
	was := a.Save()
	text, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	var saved []Saved
	if err := json.Unmarshal(text, &saved); err != nil {
		t.Fatal(err)
	}
	b := new(Room)
	b.Restore(saved)
	of := make(map[*Member]*Member)
	for i := range was {
		of[was[i].Member] = saved[i].Member
	}
	return b, of
}

// churn has users come, go, come back and be renamed.
func churn(r *Room, rnd *rand.Rand, present []*Member, steps int) []*Member {
	for range steps {
		name := fmt.Sprint("bob", []string{"", "2", "1", "3"}[rnd.IntN(4)])
		pick := func() (m *Member) {
			i := rnd.IntN(len(present))
			m, present = present[i], slices.Delete(slices.Clone(present), i, i+1)
			return m
		}
		switch n := rnd.IntN(6); {
		case n < 2 || len(present) == 0:
			m, _ := r.Join(name)
			present = append(present, m)
		case n == 2:
			token := Token{byte(1 + rnd.IntN(6))}
			if m := r.Holder(token); m != nil {
				present = slices.DeleteFunc(slices.Clone(present), func(o *Member) bool { return o == m })
			}
			m, _ := r.Return(name, token)
			present = append(present, m)
		case n == 3:
			r.LeaveHeld(pick())
		case n == 4:
			r.Leave(pick())
		default:
			present = append(present, r.Rename(pick(), name))
		}
	}
	return present
}
