package room

import (
	"fmt"
	"slices"
	"testing"

	"chatsim/manager/wire"

	"pgregory.net/rapid"
)

// twin is the room in its most naive form.
type twin []string

func (w *twin) join(asked string, keys ...func(string) string) string {
	name := asked
	for n := 2; w.has(name, keys...); n++ {
		name = fmt.Sprint(asked, n)
	}
	*w = append(*w, name)
	return name
}

// restore returns what comes of a token: the stay with it ends, and its name is given
// again where that is free and what is asked for is what was.
func (w *twin) restore(asked, name, before string, present bool, keys ...func(string) string) string {
	if present {
		w.leave(name)
	}
	if asked != before && asked != name {
		return w.join(asked, keys...)
	}
	if w.has(name, keys...) {
		return w.join(before, keys...)
	}
	*w = append(*w, name)
	return name
}

// has reports whether somebody has a name that is the same by one of the keys.
func (w *twin) has(name string, keys ...func(string) string) bool {
	return slices.ContainsFunc(keys, func(key func(string) string) bool {
		return slices.ContainsFunc(*w, func(n string) bool { return key(n) == key(name) })
	})
}

func (w *twin) leave(name string) {
	i := slices.Index(*w, name)
	*w = slices.Delete(slices.Clone(*w), i, i+1)
}

// In any order of joins and leaves the room gives the names that its naive
// twin gives, and each roster that was taken reads at the end as it did then.
func TestTwin(t *testing.T) {
	t.Run("by sight", func(t *testing.T) { testTwin(t, nil) })
	t.Run("strict", func(t *testing.T) { testTwin(t, strict) })
}

var strict = []func(string) string{wire.Skeleton, wire.CapitalSkeleton}

// remembering returns a key that is computed once for each name.
func remembering(key func(string) string) func(string) string {
	known := make(map[string]string)
	return func(name string) string {
		k, ok := known[name]
		if !ok {
			k = key(name)
			known[name] = k
		}
		return k
	}
}

func testTwin(t *testing.T, keys []func(string) string) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			room    = Room{Keys: keys}
			naive   twin
			members []*Member
			gone    []*Member
			tokens  = map[byte]*Member{}
			taken   []Roster
			copies  []twin
		)
		keep := func(s Roster) {
			taken, copies = append(taken, s), append(copies, slices.Clone(naive))
		}
		asked := rapid.OneOf(
			rapid.SampledFrom([]string{"bob", "bob", "bob2", "bob22", "amy"}),
			rapid.StringMatching(`(bob|b)[0-9]{0,3}`),
			rapid.StringMatching("(bob|BOB|ВОВ|b0b|Вob|bo\u200db|bob\ufe0f|m|rn|M|bo b|bo\u00a0 b)([oOlI2]{0,2}|２|②)"),
		)
		same := []func(string) string{remembering(wire.Visible)}
		for _, key := range keys {
			same = append(same, remembering(key))
		}
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			switch op := rapid.IntRange(0, 10).Draw(t, "op"); {
			case op == 10:
				token, name := rapid.ByteRange(1, 6).Draw(t, "token"), asked.Draw(t, "asked")
				former, want := tokens[token], ""
				if former == nil {
					want = naive.join(name, same...)
				} else {
					name = rapid.SampledFrom([]string{former.Asked(), former.Name(), name}).Draw(t, "again")
					at := slices.Index(members, former)
					want = naive.restore(name, former.Name(), former.Asked(), at >= 0, same...)
					if at >= 0 {
						members, gone = slices.Delete(members, at, at+1), append(gone, former)
					}
				}
				m, roster := room.Return(name, Token{token})
				if m.Name() != want || room.Holder(Token{token}) != m {
					t.Fatalf("return for %q gave %q, want %q", name, m.Name(), want)
				}
				members, tokens[token] = append(members, m), m
				keep(roster)
			case op < 5 || len(members) == 0:
				name := asked.Draw(t, "asked")
				m, roster := room.Join(name)
				if want := naive.join(name, same...); m.Name() != want || m.Asked() != name {
					t.Fatalf("join %q gave %q for %q, want %q", name, m.Name(), m.Asked(), want)
				}
				members = append(members, m)
				if op == 0 {
					keep(roster)
				}
			case op < 9:
				i := rapid.IntRange(0, len(members)-1).Draw(t, "who")
				m := members[i]
				if !room.Leave(m) || room.Lookup(m.Name()) == m {
					t.Fatalf("%q does not leave", m.Name())
				}
				naive.leave(m.Name())
				members = slices.Delete(members, i, i+1)
				gone = append(gone, m)
			default:
				keep(room.Roster())
			}
		}
		keep(room.Roster())
		for i, roster := range taken {
			if got := slices.Collect(roster.Names()); !slices.Equal(got, copies[i]) || roster.Len() != len(got) {
				t.Fatalf("roster %d of %d reads %q, want %q", i, roster.Len(), got, copies[i])
			}
		}
		checkEnd(t, &room, members, gone)
	})
}

func checkEnd(t *rapid.T, room *Room, members, gone []*Member) {
	for _, m := range members {
		if room.Lookup(m.Name()) != m || room.LookupBytes([]byte(m.Name())) != m {
			t.Fatalf("%q is not found", m.Name())
		}
	}
	for _, m := range gone {
		if room.Leave(m) {
			t.Fatalf("%q left twice", m.Name())
		}
	}
	if room.Len() != len(members) {
		t.Fatalf("room has %d members, want %d", room.Len(), len(members))
	}
	for _, m := range members {
		room.Leave(m)
	}
	for _, x := range room.by {
		if room.Len() != 0 || room.size != 0 || len(x.present) != 0 || len(x.crowds) != 0 {
			t.Fatalf("an empty room has %d members, size %d, %d names, %d crowds", room.Len(), room.size, len(x.present), len(x.crowds))
		}
	}
}

// Those who left with a token are known by it for as long as not too many others
// did after them.
func TestFormerAreBounded(t *testing.T) {
	var room Room
	for i := range maxFormer + 10 {
		m, _ := room.Return("bob", Token{1, byte(i), byte(i >> 8)})
		room.Leave(m)
		if i > 5 { // one that comes back is not the oldest any more
			m, _ = room.Return("bob", Token{1, 5})
			room.Leave(m)
		}
	}
	if len(room.tokens) > maxFormer || len(room.former) > maxFormer || cap(room.former) > 4*maxFormer {
		t.Errorf("%d tokens and %d former members are kept", len(room.tokens), len(room.former))
	}
	if room.Knows(Token{1, 6}) || !room.Knows(Token{1, 5}) || room.Holder(Token{1, 5}) != nil {
		t.Error("the oldest are not forgotten, or others are")
	}
}

func TestSessionEndsWithTheStay(t *testing.T) {
	var room Room
	m, _ := room.Join("bob")
	m.Session = "session"
	if room.Lookup("bob").Session != "session" {
		t.Error("the session is not found by name")
	}
	room.Leave(m)
	if m.Session != nil {
		t.Error("a member that left holds on to its session")
	}
}

// Rosters are read by other goroutines while the room goes on.
func TestRosterBesideTheRoom(t *testing.T) {
	var room Room
	var members []*Member
	for range 100 {
		m, _ := room.Join("bob")
		members = append(members, m)
	}
	roster := room.Roster()
	want := slices.Collect(roster.Names())
	read := make(chan []string)
	go func() {
		for range 50 {
			read <- slices.Collect(roster.Names())
		}
		close(read)
	}()
	for i := 0; ; i++ {
		got, more := <-read
		if !more {
			break
		}
		if !slices.Equal(got, want) {
			t.Errorf("reading %d gave %q", i, got)
		}
		room.Leave(members[2*i])
		room.Leave(members[2*i+1])
		room.Join("amy")
	}
}

func TestNoAllocation(t *testing.T) {
	var room Room
	room.Join("amy")
	room.Join("bob")
	text := []byte("bob how are you today")
	if n := testing.AllocsPerRun(100, func() {
		if m, _ := room.LookupPrefix(text); m == nil || room.LookupBytes(text[:3]) != m {
			t.Error("bob is not found")
		}
		if room.Roster().Len() != 2 {
			t.Error("roster is wrong")
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

const benchUsers = 10_000

func BenchmarkJoinNamesakes(b *testing.B) {
	benchmarkJoins(b, nil, func(int) string { return "bob" })
}

func BenchmarkJoinNamesakesStrict(b *testing.B) {
	benchmarkJoins(b, strict, func(int) string { return "bob" })
}

// The same name in two spellings, each of which is taken in one index alone.
func BenchmarkJoinLookAlikesStrict(b *testing.B) {
	names := []string{"bob", "ВОВ", "b0b"}
	benchmarkJoins(b, strict, func(i int) string { return names[i%len(names)] })
}

func BenchmarkJoinLiteral(b *testing.B) {
	names := make([]string, benchUsers)
	for i := range names {
		names[i] = fmt.Sprintf("user%05d", i)
	}
	benchmarkJoins(b, nil, func(i int) string { return names[i] })
}

func benchmarkJoins(b *testing.B, keys []func(string) string, name func(i int) string) {
	b.ReportAllocs()
	for b.Loop() {
		room := Room{Keys: keys}
		for i := range benchUsers {
			room.Join(name(i))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchUsers, "ns/join")
}

// One leaves and comes back, again and again, in a room of namesakes.
func BenchmarkChurnNamesakes(b *testing.B) {
	var room Room
	members := make([]*Member, benchUsers)
	for i := range members {
		members[i], _ = room.Join("bob")
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i = (i + 7919) % benchUsers
		room.Leave(members[i])
		members[i], _ = room.Join("bob")
	}
}
