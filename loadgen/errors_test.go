package loadgen

import (
	"fmt"
	"strings"
	"testing"

	"chatsim/loadgen/report"
)

// TestErrorKinds: what is particular to one error does not make a kind of it,
// and no server can make the report long.
func TestErrorKinds(t *testing.T) {
	for _, c := range []struct{ a, b, kind string }{
		{"no such user: amy", "no such user: bob", "no such user: …"},
		{"User amy is away", "User Zoë is away", "User … is away"},
		{"line 17 refused after 0.3s", "line 4 refused after 12s", "line … refused after …"},
		{"line 2 of amy: slow down", "line 10 of Zoë: slow down", "line … of …: slow down"},
		{"(user1)", "(user22)", "(…)"},
		{`"amy" is taken`, `"a b" is taken`, `"…" is taken`},
		{"rate limit: slow  down", "rate limit: slow down", "rate limit: slow down"},
		{"refused: k3f9-17-204; la la", "refused: k3f9-1-2; la la", "refused: …; la la"},
		{"", " ", ""},
	} {
		s := said{names: map[string]bool{"amy": true, "Zoë": true}}
		s.add(c.a)
		s.add(c.b)
		got := s.report()
		if len(got.Kinds) != 1 || got.Kinds[0].Text != c.kind || got.Kinds[0].Count != 2 || got.Kinds[0].Example != c.a {
			t.Errorf("%q, %q: %+v", c.a, c.b, got)
		}
	}
	var s said
	for i := range 1000 {
		s.add(strings.Repeat(string(rune('a'+i%26))+"é\xff", 1+i))
	}
	got := s.report()
	if len(got.Kinds) != maxErrorKinds || got.Count != 1000 {
		t.Errorf("%d kinds of %d", len(got.Kinds), got.Count)
	}
	sum := got.Others
	for _, k := range got.Kinds {
		sum += k.Count
		if len(k.Text)+len(k.Example) > 4*maxErrorText {
			t.Errorf("%d bytes are kept", len(k.Text))
		}
	}
	if sum != 1000 {
		t.Errorf("the kinds come to %d", sum)
	}
	if fmt.Sprint(new(said).report()) != "{0 [] 0}" {
		t.Errorf("nothing said: %v", new(said).report())
	}
}

func TestFloods(t *testing.T) {
	for said, want := range map[string]bool{"(chatsim@127.0.0.1) [RecvQ exceeded]": true, "Excess Flood": true, "no such user: bob": false, "Ping timeout": false} {
		if got := floods(&report.Errors{Kinds: []report.ErrorKind{{Text: "…", Example: said}}}); got != want {
			t.Errorf("%q: %t", said, got)
		}
	}
}
