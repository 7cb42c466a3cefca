package room

import (
	"fmt"
	"strings"
	"testing"

	"chatsim/manager/wire"
)

// Enough namesakes for three levels of bits, left and given again in order.
func TestDeepSuffixes(t *testing.T) {
	const users = 64*64 + 100
	var room Room
	members := make([]*Member, users)
	for i := range members {
		members[i], _ = room.Join("bob")
	}
	for _, n := range []int{4196, 4195, 4097, 4096, 64, 2} {
		if !room.Leave(members[n-1]) {
			t.Fatalf("bob%d does not leave", n)
		}
	}
	for _, n := range []int{2, 64, 4096, 4097, 4195, 4196, 4197} {
		if m, _ := room.Join("bob"); m.Name() != fmt.Sprint("bob", n) {
			t.Fatalf("join gave %q, want bob%d", m.Name(), n)
		}
	}
}

// The suffixes of one index reach further because another one has taken those
// below: a smaller one that is freed is given again.
func TestSuffixFreedBelow(t *testing.T) {
	room := Room{Keys: []func(string) string{strings.ToLower}}
	room.Join("BOB")
	members := make(map[string]*Member)
	for range 200 {
		m, _ := room.Join("bob")
		members[m.Name()] = m
	}
	if m, _ := room.Join("BOB"); m.Name() != "BOB202" {
		t.Fatalf("join gave %q, want BOB202", m.Name())
	}
	for _, n := range []string{"5", "63", "64", "150"} {
		if !room.Leave(members["bob"+n]) {
			t.Fatalf("bob%s does not leave", n)
		}
		if m, _ := room.Join("BOB"); m.Name() != "BOB"+n {
			t.Fatalf("join gave %q, want BOB%s", m.Name(), n)
		}
	}
}

// The limit is on the name asked for, not on the one given.
func TestSuffixOfLongestName(t *testing.T) {
	var room Room
	long := strings.Repeat("n", wire.MaxName)
	room.Join(long)
	m, roster := room.Join(long)
	if m.Name() != long+"2" || m.Asked() != long {
		t.Errorf("the second one is %q", m.Name())
	}
	if got, _ := room.LookupPrefix([]byte(long + "2 hello")); got != m {
		t.Errorf("a text to %q finds %v", m.Name(), got)
	}
	if frame := wire.AppendRoster(nil, roster.Names()); len(frame) > roster.Size() || len(frame) < roster.Size()-1 {
		t.Errorf("roster of %d bytes says %d", len(frame), roster.Size())
	}
}
