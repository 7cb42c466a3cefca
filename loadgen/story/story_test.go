package story

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What people write is read, and printed in the words that are read the same
// again.
func TestWords(t *testing.T) {
	const told = `
amy joins
bob joins; bob joins as bob2
bob2 tells amy: psst
amy says: bye; amy half-closes
amy joins again
amy says as bob: it was me
amy says 20 lines; bob tells amy 3 lines; bob says 4000 bytes
bob tells "nobody here": hello
"Zoë Q" joins; "Zoë Q" says: a: b
"" joins as nameless
bob types: one\r\ntwo; bob types byte by byte: "a; b"; bob types 5000 bytes
bob begins: half a li
bob stops reading; bob reads on
bob resets; nameless leaves
bob joins again; bob vanishes; bob joins again
amy says: "\x1b[2J \u202e ; \\"
`
	s, err := Parse(told)
	if err != nil {
		t.Fatal(err)
	}
	printed := words(s)
	again, err := Parse(printed)
	if err != nil {
		t.Fatalf("%v in\n%s", err, printed)
	}
	if diff := cmp.Diff(s, again, cmp.Transformer("", func(Pos) int { return 0 })); diff != "" {
		t.Errorf("-read +read again:\n%s", diff)
	}
	if want := strings.Count(strings.TrimSpace(strings.ReplaceAll(told, ";", "\n")), "\n") + 1 - 2; len(s.Steps) != want { // two of the semicolons are text
		t.Errorf("%d steps, want %d:\n%s", len(s.Steps), want, printed)
	}
	if got, want := s.Cast[2], (Chatter{"bob2", "bob"}); got != want {
		t.Errorf("the third is %+v, want %+v", got, want)
	}
	if got := s.Steps[len(s.Steps)-1].Text; got != "\x1b[2J \u202e ; \\" {
		t.Errorf("the last text is %q", got)
	}
}

func words(s *Story) string {
	var b strings.Builder
	for i := range s.Steps {
		b.WriteString(s.Words(&s.Steps[i]) + "\n")
	}
	return b.String()
}

// What is wrong is told with its place and what to write instead.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ told, err, advice string }{
		{"amy joins\nbob", "line 2, column 1: bob does nothing", "bob"},
		{"amy joins\namy shouts: x", `line 2, column 5: no chatter knows how to do "shouts"`, "says"},
		{"amy joins\namy sais: x", `line 2, column 5: no chatter knows how to do "sais"`, "did you mean says?"},
		{"amy joins; amy says", `line 1, column 16: "amy says" cannot be read`, "amy says: text"},
		{"amy joins: x", `line 1, column 5: "amy joins:" cannot be read`, "amy joins"},
		{"amy joins; bbo says: x", "line 1, column 12: nobody is called bbo", "joins before"},
		{"amy joins; bob joins; bbo says: x", "line 1, column 23: nobody is called bbo", "did you mean bob?"},
		{"amy joins; amy tells bob: x", "line 1, column 22: nobody is called bob", `tells "bob"`},
		{"amy joins; amy joins", "line 1, column 12: amy has joined before", "amy joins as amy2"},
		{"amy joins; amy joins again", "line 1, column 12: amy is there already", "leaves"},
		{"amy joins; bob joins; bob resets; bob says: x", "line 1, column 35: bob is not there", "bob joins again"},
		{"amy joins; bob joins; bob vanishes; bob says: x", "line 1, column 37: bob is not there", "bob joins again"},
		{"amy joins; amy vanishes; bob joins", "line 1, column 26: everybody has left", "have one stay"},
		{"amy joins; amy resets; bob joins", "line 1, column 24: everybody has left", "have one stay"},
		{"amy joins; amy reads on", "line 1, column 12: amy reads all the time", "stops reading"},
		{"amy joins; bob joins; amy stops reading; bob stops reading", "line 1, column 42: amy reads nothing already", "one at a time"},
		{"amy joins; amy says 0 lines", `line 1, column 16: "amy says 0 lines" cannot be read`, "amy says 3 lines"},
		{"amy joins; amy says 99999 lines", "line 1, column 16: 99999 lines are too many", "at most 10000"},
		{`amy joins; amy says: \q`, `line 1, column 22: a backslash with no meaning in "\\q"`, `\\`},
		{`amy joins; amy says: "x`, "line 1, column 22: a quote that does not end", `\"`},
		{`amy joins; amy says: "x" y`, "line 1, column 26: text behind the end of a quote", `\"`},
		{"amy joins;; bob joins", "line 1, column 11: a step without words", "amy joins"},
		{"", "a story without a step", "amy joins"},
	} {
		_, err := Parse(c.told)
		if err == nil {
			t.Errorf("%q is read", c.told)
			continue
		}
		e := err.(*Error)
		if e.Error() != c.err && !strings.HasPrefix(e.Error(), c.err) || !strings.Contains(e.Hint(), c.advice) {
			t.Errorf("%q:\n got %v\nhint %s\nwant %s\n     %s", c.told, e, e.Hint(), c.err, c.advice)
		}
	}
}

// What happens together is of several texts, and the first one joins alone.
func TestTogether(t *testing.T) {
	var b Builder
	at := []Pos{{2, 3}, {3, 3}}
	if err := b.Together([]string{"amy joins", "bob joins"}, at, Pos{1, 1}); err == nil || !strings.Contains(err.Error(), "alone") {
		t.Errorf("the first two at once: %v", err)
	}
	b = Builder{}
	if err := b.Step("amy joins; bob joins", Pos{1, 1}); err != nil {
		t.Fatal(err)
	}
	if err := b.Together([]string{"amy says: one; amy says: two", "bob half-closes"}, at, Pos{1, 1}); err != nil {
		t.Fatal(err)
	}
	if err := b.Together([]string{"bob joins again", "amy leaves"}, at, Pos{1, 1}); err != nil {
		t.Fatal(err)
	}
	if err := b.Step("bob says: x", Pos{4, 1}); err == nil {
		t.Error("nobody was there all the time, and that is taken")
	}
	s, err := b.Story()
	if err != nil {
		t.Fatal(err)
	}
	const want = `story:
  - amy joins
  - bob joins
  - together:
      - amy says: one
      - amy says: two
      - bob half-closes
  - together:
      - bob joins again
      - amy leaves
`
	if diff := cmp.Diff(want, s.YAML()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
