package wire

import (
	"fmt"
	"strings"
	"testing"
)

func showRequest(r Request) string {
	word := [...]string{Say: "say", Tell: "tell", Msg: "msg", Who: "who", Slip: "slip", Before: "before"}[r.Kind]
	if r.Kind == Before {
		return fmt.Sprintf("%s %d", word, r.Lines)
	}
	if r.Kind == Tell {
		return fmt.Sprintf("%s %q %q", word, r.Target, r.Text)
	}
	return fmt.Sprintf("%s %q", word, r.Text)
}

// The client asked for bob and is bob2.
func TestParseRequest(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"", `say ""`},
		{"hello", `say "hello"`},
		{"/history", `before 0`},
		{"/history  20 \r", `before 20`},
		{"/history 20 lines", `slip "/history"`},
		{"/history -1", `slip "/history"`},
		{"/historyx", `say "/historyx"`},
		{"hello\r", `say "hello"`},
		{"hello\r\r", `say "hello\r"`},
		{"hello@bob@" + Group, `say "hello"`},
		{"hello@bob2@" + Group + "\r", `say "hello"`},
		{"@bob@" + Group, `say ""`},
		{"a@b@c@bob@" + Group, `say "a@b@c"`},
		{"hello@bob@amy", `tell "amy" "hello"`},
		{"hello@bob2@bob2", `tell "bob2" "hello"`},
		{"@bob@amy", `tell "amy" ""`},
		{"hello@bob@", `tell "" "hello"`},
		{"hello@bob3@amy", `say "hello@bob3@amy"`},
		{"hello@amy@" + Group, `say "hello@amy@------Group chat-------"`},
		{"bob@amy", `say "bob@amy"`},
		{"@amy", `say "@amy"`},
		{"@" + Group, `say "@------Group chat-------"`},
		{Group, `say "------Group chat-------"`},
		{"mail me: me@home", `say "mail me: me@home"`},
		{"/who", `who ""`},
		{"/who\r", `who ""`},
		{"/whoever", `say "/whoever"`},
		{"/msg amy see you", `msg "amy see you"`},
		{"/msg ", `msg ""`},
		{"/msg", `slip "/msg"`},
		{" /msg amy psst", `slip "/msg"`},
		{"/Who", `slip "/who"`},
		{"/who ", `who ""`},
		{"/me waves", `say "/me waves"`},
		{" /msg@bob@" + Group, `say " /msg"`},
		{" /msg@eve@" + Group, `say " /msg@eve@------Group chat-------"`},
		{"/message amy", `say "/message amy"`},
		{"//who", `say "/who"`},
		{"//", `say "/"`},
		{"/", `say "/"`},
		{"/usr/bin", `say "/usr/bin"`},
		{"/who@bob@" + Group, `say "/who"`},
		{"//x@bob@amy", `tell "amy" "//x"`},
	} {
		if got := showRequest(ParseRequest([]byte(c.line), "bob", "bob2")); got != c.want {
			t.Errorf("ParseRequest(%q) = %s, want %s", c.line, got, c.want)
		}
	}
}

// What a client writes is what the server reads.
func TestMessageBothWays(t *testing.T) {
	for _, target := range []string{Group, "amy", "bob", "127.0.0.1:49204"} {
		for _, text := range []string{"", "hello", "a@b@c", "@bob@" + Group, "/who", " "} {
			line := AppendMessage(nil, []byte(text), "bob", target)
			want := Request{Kind: Tell, Target: []byte(target), Text: []byte(text)}
			if target == Group {
				want = Request{Kind: Say, Text: []byte(text)}
			}
			got := ParseRequest(line[:len(line)-1], "bob", "bob")
			if showRequest(got) != showRequest(want) {
				t.Errorf("%q is read as %s, want %s", line, showRequest(got), showRequest(want))
			}
		}
	}
}

func FuzzRequest(f *testing.F) {
	for _, s := range []string{"", "hello", "t@bob@amy", "t@bob@" + Group, "/msg a b", "/who\r", "//", "@", "@@", "t@bob2@"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		got := showRequest(ParseRequest(line, "bob", "bob2"))
		if want := showRequest(plainRequest(string(line))); got != want {
			t.Fatalf("ParseRequest(%q) = %s, want %s", line, got, want)
		}
		r := ParseRequest(line, "bob", "bob2")
		if r.Kind == Tell {
			whole := strings.TrimSuffix(string(line), "\r") + "\n"
			asked, given := AppendMessage(nil, r.Text, "bob", string(r.Target)), AppendMessage(nil, r.Text, "bob2", string(r.Target))
			if string(asked) != whole && string(given) != whole {
				t.Fatalf("%q prints back as %q or %q", line, asked, given)
			}
		}
	})
}

// plainRequest says the same as ParseRequest with the strings package.
func plainRequest(line string) Request {
	line = strings.TrimSuffix(line, "\r")
	if f := strings.Split(line, "@"); len(f) >= 3 {
		sender, target := f[len(f)-2], f[len(f)-1]
		text := []byte(strings.Join(f[:len(f)-2], "@"))
		switch {
		case sender != "bob" && sender != "bob2":
		case target == Group:
			return Request{Kind: Say, Text: text}
		default:
			return Request{Kind: Tell, Text: text, Target: []byte(target)}
		}
	}
	command, slip := Misspelled([]byte(line))
	switch {
	case strings.TrimRight(line, " ") == "/who":
		return Request{Kind: Who}
	case strings.HasPrefix(line, "/msg "):
		return Request{Kind: Msg, Text: []byte(line[5:])}
	case strings.HasPrefix(line, "//"):
		return Request{Kind: Say, Text: []byte(line[1:])}
	case slip && !strings.HasPrefix(line, "/me "):
		return Request{Kind: Slip, Text: []byte(command)}
	}
	return Request{Kind: Say, Text: []byte(line)}
}

func TestReasons(t *testing.T) {
	for r := None + 1; r < numReasons; r++ {
		for _, text := range []string{r.Text(), r.With("amy: or not")} {
			if got, ok := ParseReason([]byte(text)); got != r || !ok {
				t.Errorf("ParseReason(%q) = %v, %v, want %v", text, got, ok, r)
			}
		}
		if r.String() == "" || r.Text() == "" {
			t.Errorf("reason %d has no words", r)
		}
	}
	for _, text := range []string{"", "evicted", "the room is fuller", "no such user amy"} {
		if got, ok := ParseReason([]byte(text)); ok {
			t.Errorf("ParseReason(%q) = %v, want none", text, got)
		}
	}
	if got, want := NoSuchUser.With("amy"), "no such user: amy"; got != want {
		t.Errorf("the answer to an unknown target is %q, want %q", got, want)
	}
	if !Stalled.Closing() || None.Closing() || NoSuchUser.Closing() || LineTooLong.Closing() || NotSaid.Closing() {
		t.Error("Closing must hold for reasons that end the stay, and only for these")
	}
}
