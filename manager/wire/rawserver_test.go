package wire

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRawPeerLines(t *testing.T) {
	peer := RawPeer{Asked: "bob", Given: "bob2"}
	for _, c := range []struct{ sender, text, target, want string }{
		{"amy", "hi", Group, " amy:hi@amy" + inGroup},
		{"amy", "a@b@@", Group, " amy:a＠b＠＠@amy" + inGroup},
		{"amy", "psst", "bob2", " amy:psst@amy@bob"},
		{"bob2", "mine", Group, " bob2:mine@bob" + inGroup},
		{"bob2", "psst", "amy", " bob2:psst@bob@amy"},
		{"bob", "his", Group, " bob:his@bob" + inGroup},
		{"1.2.3.4:5", "", Group, " 1.2.3.4:5:@1.2.3.4:5" + inGroup},
	} {
		if got := string(peer.AppendLine(nil, []byte(c.sender), []byte(c.text), []byte(c.target))); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if got := string(peer.AppendError(nil, []byte("no such user: eve"))); got != " *:no such user: eve@*@bob" {
		t.Errorf("error %q", got)
	}
}

// A text is cut at a rune, and only where it has to be.
func TestRawPeerCuts(t *testing.T) {
	peer := RawPeer{}
	for _, text := range []string{strings.Repeat("x", 5000), strings.Repeat("é", 2000), "a" + strings.Repeat("小", 1000), strings.Repeat("@", 1000), strings.Repeat("a@😀", 400)} {
		for size := range len(text) {
			if size > 900 && size < 1030 || size == len(text)-1 {
				part := strings.ToValidUTF8(text[:size], "")
				got := string(peer.AppendLine(nil, []byte("amy"), []byte(part), []byte(Group)))
				whole := " amy:" + strings.ReplaceAll(part, "@", rawAt) + "@amy" + inGroup
				switch {
				case !utf8.ValidString(got):
					t.Fatalf("%d bytes give invalid %q", size, got)
				case len(whole) <= RawMax && got != whole:
					t.Fatalf("%d bytes were cut to %d though they fit", size, len(got))
				case len(whole) > RawMax && (len(got) > RawMax || len(got) < RawMax-len("＠")+1-len("😀") || !strings.HasSuffix(got, rawCut+"@amy"+inGroup)):
					t.Fatalf("%d bytes give %d: …%q", size, len(got), got[len(got)-50:])
				}
			}
		}
	}
}

func TestRawPeerRoster(t *testing.T) {
	peer := RawPeer{}
	if got := string(peer.AppendRoster(nil, slices.Values([]string{"amy", `b"o\b`, "小明"}))); got != `["amy","b\"o\\b","小明"]` {
		t.Errorf("roster %q", got)
	}
	if got := string(peer.AppendRoster(nil, slices.Values([]string(nil)))); got != `[]` {
		t.Errorf("roster of nobody %q", got)
	}
	for size := 1; size <= 64; size++ {
		name := strings.Repeat("n", size)
		got := peer.AppendRoster(nil, slices.Values(slices.Repeat([]string{name}, 1100)))
		var f Frame
		if err := f.Parse(got); err != nil || len(got) > RawMax || len(got)+size+3 <= RawMax {
			t.Errorf("names of %d: %d bytes, %d names, %v", size, len(got), len(f.Names), err)
		}
	}
}

// knownNames returns Known for these names.
func knownNames(names ...string) func([]byte) int {
	return func(b []byte) (n int) {
		for _, name := range names {
			if len(name) > n && strings.HasPrefix(string(b), name) {
				n = len(name)
			}
		}
		return n
	}
}

// messages takes apart what came at once.
func messages(in *RawInput, b string, last bool) (got []string, rest string) {
	for len(b) > 0 {
		req, n := in.Next([]byte(b), last)
		if n == 0 {
			return got, b
		}
		got = append(got, strings.TrimSuffix(fmt.Sprintf("%d %q %q", req.Kind, req.Text, req.Target), ` ""`))
		b = b[n:]
	}
	return got, ""
}

func TestRawInput(t *testing.T) {
	say := func(text string) string { return fmt.Sprintf("%d %q", Say, text) }
	tell := func(text, target string) string { return fmt.Sprintf("%d %q %q", Tell, text, target) }
	for _, c := range []struct {
		name, in string
		want     []string
		wait     string // what is waited for
		last     []string
	}{
		{"one", "hi@bob" + inGroup, []string{say("hi")}, "", nil},
		{"signed with the name given", "hi@bob2" + inGroup + "psst@bob2@amy", []string{say("hi"), tell("psst", "amy")}, "", nil},
		{"two glued", "hi@bob" + inGroup + "you@bob" + inGroup, []string{say("hi"), say("you")}, "", nil},
		{"private, then public", "psst@bob@amyhi@bob" + inGroup, []string{tell("psst", "amy"), say("hi")}, "", nil},
		{"the longer name", "psst@bob@amy smithhi@bob@amy", []string{tell("psst", "amy smith"), tell("hi", "amy")}, "", nil},
		{"@ in texts", "a@b@@c@bob" + inGroup + "@bob@amy", []string{say("a@b@@c"), tell("", "amy")}, "", nil},
		{"no end yet", "hi@bo", nil, "hi@bo", []string{say("hi@bo")}},
		{"no end of the group", "hi@bob@------Group", nil, "hi@bob@------Group", []string{tell("hi", "------Group")}},
		{"cut rune", "\xe5\xb0", nil, "\xe5\xb0", []string{say("\xe5\xb0")}},
		{"plain text", "hello", nil, "hello", []string{say("hello")}},
		{"a claim", "hi@eve" + inGroup, []string{say("hi@eve" + inGroup)}, "", nil},
		{"private, then a claim", "psst@bob@amyhi@eve" + inGroup, []string{tell("psst", "amy"), say("hi@eve" + inGroup)}, "", nil},
		{"nobody", "psst@bob@eve", nil, "psst@bob@eve", []string{tell("psst", "eve")}},
		{"somebody's name and more", "psst@bob@amyx", nil, "psst@bob@amyx", []string{tell("psst", "amyx")}},
		{"nobody, then public: not for all", "psst@bob@evehi@bob" + inGroup, []string{tell("psst", "evehi")}, "", nil},
		{"nobody, then private", "psst@bob@evehi@bob@amyand@bob" + inGroup, []string{tell("psst", "evehi"), say("and")}, "", nil},
		{"nobody, twice", "psst@bob@evehi@bob@zoe", nil, "psst@bob@evehi@bob@zoe", []string{tell("psst", "evehi")}},
	} {
		in := &RawInput{Asked: "bob", Given: "bob2", Known: knownNames("amy", "amy smith", "bob", "bob2")}
		got, rest := messages(in, c.in, false)
		if !slices.Equal(got, c.want) || rest != c.wait {
			t.Errorf("%s: %q, waits for more than %q, want %q and %q", c.name, got, rest, c.want, c.wait)
		}
		if got, rest := messages(in, rest, true); !slices.Equal(got, c.last) || rest != "" {
			t.Errorf("%s: at last %q, rest %q, want %q", c.name, got, rest, c.last)
		}
	}
}

func TestRawName(t *testing.T) {
	for in, want := range map[string]string{
		"bob":                             "bob",
		"bobhi@bob" + inGroup:             "bob",
		"bobhi@amy@x y@bob" + inGroup:     "bob",
		"小明你好@小明@bob":                     "小明",
		"a@b":                             "a@b",
		"bob@eve@x":                       "bob@eve@x",
		NoName:                            NoName,
		"hi@" + strings.Repeat("@", 2000): "hi@" + strings.Repeat("@", 2000),
	} {
		if name, n := RawName([]byte(in)); string(name) != want || n != len(want) {
			t.Errorf("%q gives %q (%d)", in, name, n)
		}
	}
}

// What a client sends comes apart in the same way wherever reads cut it, and
// what the server sends comes to the client's parser as it was meant.
func FuzzRawBothWays(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		names := []string{"amy", "ann lee", "bob2", "bob", "小明", "1.2.3.4:5"}
		texts := []string{"hi", "", "a@b", "小@明@@", "k-1-2 x", strings.Repeat("long ", 150)}
		var stream string
		var want []string
		for range 8 {
			text, target := texts[rnd.IntN(len(texts))], names[rnd.IntN(len(names))]
			if rnd.IntN(2) == 0 {
				target = Group
			}
			stream += text + "@bob@" + target
			if target == Group {
				want = append(want, fmt.Sprintf("%d %q", Say, text))
			} else {
				want = append(want, fmt.Sprintf("%d %q %q", Tell, text, target))
			}
		}
		in := &RawInput{Asked: "bob", Given: "bob2", Known: knownNames(names...)}
		if got, rest := messages(in, stream, true); !slices.Equal(got, want) || rest != "" {
			t.Fatalf("%q gives %q, rest %q", stream, got, rest)
		}

		peer := RawPeer{Asked: "bob", Given: "bob2"}
		r := Raw{Asked: "bob", Given: "bob2"}
		var frame Frame
		roster := peer.AppendRoster(nil, slices.Values(names))
		if n, err := r.Parse(&frame, roster, false); n != len(roster) || err != nil {
			t.Fatalf("roster %q: %d, %v", roster, n, err)
		}
		for range 8 {
			sender, text, target := names[rnd.IntN(len(names))], texts[rnd.IntN(len(texts))], names[rnd.IntN(len(names))]
			b := peer.AppendLine(nil, []byte(sender), []byte(text), []byte(target))
			n, err := r.Parse(&frame, b, false)
			if target == "bob2" {
				target = "bob"
			}
			if n != len(b) || err != nil || string(frame.Sender) != sender || string(frame.Text) != text || string(frame.Target) != target {
				t.Fatalf("%q gives %d bytes, %v, %s", b, n, err, show(&frame))
			}
		}
	})
}
