package wire

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const inGroup = "@------Group chat-------"

// split takes a stream apart that came in one read.
func split(r *Raw, stream string) (frames []string, rest string) {
	b := []byte(stream)
	for len(b) > 0 {
		var f Frame
		n, err := r.Parse(&f, b, false)
		switch {
		case n == 0:
			return frames, string(b)
		case err != nil:
			frames = append(frames, fmt.Sprintf("%q: %v", b[:n], err))
		default:
			frames = append(frames, show(&f))
		}
		b = b[n:]
	}
	return frames, ""
}

func TestRaw(t *testing.T) {
	const roster = `["amy", "bob", "bob2", "1.2.3.4:5", "a b"]`
	line := func(sender, text, target string) string {
		return fmt.Sprintf("line %q %q %q private=%v", sender, text, target, target != Group)
	}
	for _, c := range []struct {
		name, stream string
		want         []string
		rest         string
	}{
		{"one line", " bob:hi@bob" + inGroup, []string{line("bob", "hi", Group)}, ""},
		{"two lines in one read", " bob:hi@bob" + inGroup + " amy:you@amy@bob", []string{line("bob", "hi", Group), line("amy", "you", "bob")}, ""},
		{"two private lines", " amy:a@amy@bob amy:b@amy@bob2 bob:c@bob@amy",
			[]string{line("amy", "a", "bob"), line("amy", "b", "bob2"), line("bob", "c", "amy")}, ""},
		{"roster between", " bob:hi@bob" + inGroup + `["amy","bob"] amy:you@amy@a b["x]\""]`,
			[]string{line("bob", "hi", Group), `kind 2 ["amy" "bob"]`, line("amy", "you", "a b"), `kind 2 ["x]\""]`}, ""},
		{"escapes of the original", `["\u5c0f\u660e"]["a"]`, []string{`kind 2 ["小明"]`, `kind 2 ["a"]`}, ""},
		{"name with a colon", " 1.2.3.4:5:a:b@1.2.3.4:5" + inGroup, []string{line("1.2.3.4:5", "a:b", Group)}, ""},
		{"@ in the text", " bob:a@b@c d@@ x@bob" + inGroup + " amy:@amy@amy", []string{line("bob", "a@b@c d@@ x", Group), line("amy", "", "amy")}, ""},
		{"a wide @ is an @", " bob:a＠b@bob" + inGroup + " bob:＠＠@bob@amy", []string{line("bob", "a@b", Group), line("bob", "@@", "amy")}, ""},
		{"believed sender", " bob2:hi@bob" + inGroup + " bob2:psst@bob@amy bob2:you@bob2@amy",
			[]string{line("bob", "hi", Group), line("bob", "psst", "amy"), line("bob2", "you", "amy")}, ""},
		{"stranger believed", " amy:hi@eve" + inGroup, []string{line("eve", "hi", Group)}, ""},
		{"glued messages", " bob:one@bob" + inGroup + "two@bob" + inGroup + " amy:hi@amy" + inGroup,
			[]string{line("bob", "one@bob"+inGroup+"two", Group), line("amy", "hi", Group)}, ""},
		{"glued private messages", " bob:one@bob@amytwo@bob@amy", []string{line("bob", "one@bob@amytwo", "amy")}, ""},
		{"somebody new", " eve:hi@eve" + inGroup + " eve:hi@eve@zoe amy:hi@amy@eve",
			[]string{line("eve", "hi", Group), line("eve", "hi", "zoe"), line("amy", "hi", "eve")}, ""},
		{"messages of nothing", " bob: bob: amy:hi@amy" + inGroup + ` 1.2.3.4:5:["a"] bob:`,
			[]string{`" bob:": chat line has no @sender@target`, `" bob:": chat line has no @sender@target`, line("amy", "hi", Group),
				`" 1.2.3.4:5:": chat line has no @sender@target`, `kind 2 ["a"]`, `" bob:": chat line has no @sender@target`}, ""},
		{"noise", "HTTP/1.1 [x] bob 400 bob:hi@bob@amy[\"a\"]\x00\xff bob:hi@bob@amy",
			[]string{`"HTTP/1.1 [x] bob 400": frame starts with none of space, [ and {`, line("bob", "hi", "amy"), `kind 2 ["a"]`,
				`"\x00\xff": frame starts with none of space, [ and {`, line("bob", "hi", "amy")}, ""},
		{"no name", " @bob" + inGroup + " bob:x@bob@amy", []string{`" @bob@------Group chat-------": chat line starts with no sender`, line("bob", "x", "amy")}, ""},
		{"bad array", `["a" "b"] bob:x@bob@amy`, []string{`"[\"a\" \"b\"]": not the JSON of a frame: invalid character '"' after array element`, line("bob", "x", "amy")}, ""},
		{"error of the server", " *:no such user: eve@*@bob", []string{`error "no such user: eve"`}, ""},
		{"part of an array", `["a","b`, nil, `["a","b`},
		{"part of a line", " bob:hi@bo", nil, " bob:hi@bo"},
		{"part of the group", " bob:hi@bob@------Group ch", nil, " bob:hi@bob@------Group ch"},
		{"one byte", "[", nil, "["},
	} {
		var r Raw
		if frames, rest := split(&r, roster); len(frames) != 1 || rest != "" {
			t.Fatalf("the roster is %q, %q", frames, rest)
		}
		frames, rest := split(&r, c.stream)
		if !slices.Equal(frames, c.want) || rest != c.rest {
			t.Errorf("%s:\n%q, rest %q, want\n%q, rest %q", c.name, frames, rest, c.want, c.rest)
		}
	}
}

// A client that was given another name than it asked for may be told of itself
// by either.
func TestRawOwnName(t *testing.T) {
	r := Raw{Asked: "bob", Given: "bob2"}
	split(&r, `["bob","amy","bob2"]`)
	frames, rest := split(&r, " bob2:mine@bob"+inGroup+" bob2:mine@bob2@amy bob:his@bob"+inGroup+" bob2:mine@bob@amy")
	want := []string{`line "bob2" "mine" "------Group chat-------" private=false`, `line "bob2" "mine" "amy" private=true`,
		`line "bob" "his" "------Group chat-------" private=false`, `line "bob2" "mine" "amy" private=true`}
	if !slices.Equal(frames, want) || rest != "" {
		t.Errorf("%q, rest %q, want %q", frames, rest, want)
	}
}

func TestRawGivesUp(t *testing.T) {
	var r Raw
	var f Frame
	for start, want := range map[string]error{" bob:x": ErrNoEnd, `["x`: ErrJSON} {
		b := []byte(start + strings.Repeat("x", MaxRawWait))
		if n, err := r.Parse(&f, b, true); n != len(b) || !errors.Is(err, want) {
			t.Errorf("%s…: %d of %d bytes, %v", start, n, len(b), err)
		}
	}
}

func TestAppendRawMessage(t *testing.T) {
	if got := string(AppendRawMessage([]byte("x"), []byte("hi"), "bob", Group)); got != "xhi@bob"+inGroup {
		t.Errorf("message %q", got)
	}
}

// A right stream comes apart in the same way wherever a read cuts it.
func FuzzRawSplits(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		names := []string{"bob", "bob2", "amy", "小明", "1.2.3.4:5", "a b"}
		pick := func() string { return names[rnd.IntN(len(names))] }
		stream := string(AppendRoster(nil, slices.Values(names)))
		stream = stream[:len(stream)-1]
		for range 6 {
			switch rnd.IntN(4) {
			case 0:
				stream += fmt.Sprintf("[%q, %q]", pick(), pick())
			case 1:
				name := pick()
				stream += " " + name + ":psst@" + name + "@" + pick()
			default:
				name := pick()
				stream += " " + name + ":k-1-2;x＠y [z: bob@" + name + inGroup
			}
		}
		var whole Raw
		want, rest := split(&whole, stream)
		if rest != "" || len(want) != 7 {
			t.Fatalf("%q gives %q, rest %q", stream, want, rest)
		}
		var r Raw
		var got []string
		var fr Frame
		for from, to := 0, 0; from < len(stream); {
			to = min(len(stream), max(to, from)+1+rnd.IntN(20))
			for {
				n, err := r.Parse(&fr, []byte(stream[from:to]), to < len(stream))
				if n == 0 {
					break
				}
				if err != nil {
					t.Fatalf("%q: %v", stream[from:to], err)
				}
				got, from = append(got, show(&fr)), from+n
			}
			if to == len(stream) && from < to {
				t.Fatalf("%q is left of %q", stream[from:], stream)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q gives\n%q in parts,\n%q as a whole", stream, got, want)
		}
	})
}

// Whatever comes, it is taken apart to its end, or waited for.
func FuzzRawNoise(f *testing.F) {
	f.Add([]byte(` a:b@a@b["a"] a: a@@@[[`), true)
	f.Fuzz(func(t *testing.T, b []byte, more bool) {
		r := Raw{Asked: "a", Given: "a2"}
		var fr Frame
		for len(b) > 0 {
			n, err := r.Parse(&fr, b, more)
			if n < 0 || n > len(b) || n == 0 && err != nil {
				t.Fatalf("%d of %d bytes, %v", n, len(b), err)
			}
			if n == 0 {
				return
			}
			if (fr.Kind == Invalid) != (err != nil) {
				t.Fatalf("kind %v with %v", fr.Kind, err)
			}
			b = b[n:]
		}
	})
}
