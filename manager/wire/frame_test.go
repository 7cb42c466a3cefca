package wire

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// show prints a frame's content in a form that tests compare.
func show(f *Frame) string {
	switch f.Kind {
	case Line:
		return fmt.Sprintf("line %q %q %q private=%v", f.Sender, f.Text, f.Target, f.Private)
	case Error:
		return fmt.Sprintf("error %q", f.Text)
	case Welcome:
		if len(f.Token) > 0 {
			return fmt.Sprintf("kind 3 %q token %q", f.Names, f.Token)
		}
	}
	return fmt.Sprintf("kind %d %q", f.Kind, f.Names)
}

// printFrame returns the inverse of Parse for what this package writes.
func printFrame(f *Frame) []byte {
	names := make([]string, len(f.Names))
	for i, name := range f.Names {
		names[i] = string(name)
	}
	switch f.Kind {
	case Line:
		return AppendLine(nil, string(f.Sender), f.Text, string(f.Target))
	case Roster:
		return AppendRoster(nil, slices.Values(names))
	case Welcome:
		if len(f.Token) > 0 {
			return AppendWelcomeToken(nil, names[0], string(f.Token))
		}
		return AppendWelcome(nil, names[0])
	case Join:
		return AppendJoin(nil, names[0])
	case Leave:
		return AppendLeave(nil, names[0])
	case Error:
		return AppendError(nil, string(f.Text))
	}
	return nil
}

// Each of these is what the Append functions write, and parses to the second
// column.
var written = []struct{ frame, want string }{
	{" bob:hello@bob@" + Group, `line "bob" "hello" "------Group chat-------" private=false`},
	{" bob:@bob@" + Group, `line "bob" "" "------Group chat-------" private=false`},
	{" bob:psst@bob@amy", `line "bob" "psst" "amy" private=true`},
	{" 127.0.0.1:49204:a:b@c@d@127.0.0.1:49204@" + Group, `line "127.0.0.1:49204" "a:b@c@d" "------Group chat-------" private=false`},
	{" bob:@bob@" + Group + "@bob@bob", `line "bob" "@bob@------Group chat-------" "bob" private=true`},
	{" 李 雷:你好@李 雷@" + Group, `line "李 雷" "你好" "------Group chat-------" private=false`},
	{`[]`, `kind 2 []`},
	{`["bob","bob2","127.0.0.1:49204"]`, `kind 2 ["bob" "bob2" "127.0.0.1:49204"]`},
	{`["a\"b","c\\d","é","e]"]`, `kind 2 ["a\"b" "c\\d" "é" "e]"]`},
	{`{"welcome":"bob2"}`, `kind 3 ["bob2"]`},
	{`{"welcome":"Ann","token":"00ff"}`, `kind 3 ["Ann"] token "00ff"`},
	{`{"join":["bob"]}`, `kind 4 ["bob"]`},
	{`{"leave":["\"\\\""]}`, `kind 5 ["\"\\\""]`},
	{`{"error":"no such user: amy"}`, `error "no such user: amy"`},
	{`{"error":"bell \u0007 \u000a end"}`, `error "bell \a \n end"`},
}

func TestWrittenFrames(t *testing.T) {
	var f Frame
	for _, c := range written {
		if err := f.Parse([]byte(c.frame)); err != nil {
			t.Errorf("Parse(%q): %v", c.frame, err)
			continue
		}
		if got := show(&f); got != c.want {
			t.Errorf("Parse(%q) = %s, want %s", c.frame, got, c.want)
		}
		if got := string(printFrame(&f)); got != c.frame+"\n" {
			t.Errorf("%q prints back as %q", c.frame, got)
		}
	}
}

// What other servers may write: any JSON of the same meaning.
func TestForeignJSON(t *testing.T) {
	for _, c := range []struct{ frame, want string }{
		{" \t", ""},
		{"[ \"a\" ,\t\"b\" ]\r", `kind 2 ["a" "b"]`},
		{"{ \"join\" : [ \"a\" , \"b\" ] } ", `kind 4 ["a" "b"]`},
		{`{"leave":[]}`, `kind 5 []`},
		{`{"join":["a","b","c"]}`, `kind 4 ["a" "b" "c"]`},
		{`["\u0041\ud83d\ude00","\/\b\f\n\r\t"]`, `kind 2 ["A😀" "/\b\f\n\r\t"]`},
		{"[\"\xff\"]", `kind 2 ["` + "\uFFFD" + `"]`},
		{`{"at":12,"join":["a"],"by":{"join":[null]}}`, `kind 4 ["a"]`},
		{`{"\u0077elcome":"a"}`, `kind 3 ["a"]`},
		{`{"why":[1,{}],"error":"no"}`, `error "no"`},
		{`{"token":"x","welcome":"a"}`, `kind 3 ["a"] token "x"`},
		{`{"welcome":"a","token":12}`, `kind 3 ["a"]`},
		{`{"welcome":"a","token":null}`, `kind 3 ["a"]`},
		{`{"join":["a"],"token":"x"}`, `kind 4 ["a"]`},
		{`{"token":"x"}`, `kind 7 []`},
		{`{}`, `kind 7 []`},
		{`{"motd":"hi"}`, `kind 7 []`},
		{`{"Join":["a"]}`, `kind 7 []`},
		{`{"motd":{"join":["a"]},"motd":null}`, `kind 7 []`},
	} {
		var f Frame
		err := f.Parse([]byte(c.frame))
		if c.want == "" {
			if err == nil {
				t.Errorf("Parse(%q) = %s, want an error", c.frame, show(&f))
			}
			continue
		}
		if err != nil || show(&f) != c.want {
			t.Errorf("Parse(%q) = %s, %v, want %s", c.frame, show(&f), err, c.want)
		}
	}
}

func TestMalformedFrames(t *testing.T) {
	for _, c := range []struct {
		frame string
		want  error
	}{
		{"", ErrEmpty},
		{"hello", ErrFirstByte},
		{"\x00", ErrFirstByte},
		{" ", ErrNoTarget},
		{" bob:hello", ErrNoTarget},
		{" bob:hello@bob@", ErrNoTarget},
		{" hello@amy", ErrNoSender},
		{" hello@" + Group, ErrNoSender},
		{" :hello@@" + Group, ErrNoSender},
		{" bob:hello@amy@" + Group, ErrSenderDiffer},
		{" bob hello@bob@" + Group, ErrSenderDiffer},
		{" bob@bob@" + Group, ErrSenderDiffer},
		{"@" + Group, ErrFirstByte},
		{`[`, ErrJSON},
		{`["a"`, ErrJSON},
		{`["a",]`, ErrJSON},
		{`["a"]["b"]`, ErrJSON},
		{`["a",null]`, ErrJSON},
		{`["a",1]`, ErrJSON},
		{"[\"a\x01\"]", ErrJSON},
		{`["a\q"]`, ErrJSON},
		{`["a\`, ErrJSON},
		{`{"join"}`, ErrJSON},
		{`{"join":"a"}`, ErrJSON},
		{`{"join":null}`, ErrJSON},
		{`{"welcome":["a"]}`, ErrJSON},
		{`{"welcome":null}`, ErrJSON},
		{`{"error":1}`, ErrJSON},
		{`{"join":["a"],"leave":["b"]}`, ErrJSON},
		{`{"join":["a"],"join":["b"]}`, ErrJSON},
		{`{"join":["a"]}{}`, ErrJSON},
		{`{"join":["a"]`, ErrJSON},
		{`{"ping":1`, ErrJSON},
		{`{"ping":}`, ErrJSON},
		{`{"ping":1}{"ping":2}`, ErrJSON},
	} {
		f := Frame{Kind: Line}
		if err := f.Parse([]byte(c.frame)); !errors.Is(err, c.want) || f.Kind != Invalid {
			t.Errorf("Parse(%q) = %s, %v, want %v", c.frame, show(&f), err, c.want)
		}
	}
}

func TestGroupEnd(t *testing.T) {
	if groupEnd != "@"+Group {
		t.Errorf("groupEnd is %q, want %q", groupEnd, "@"+Group)
	}
	for i := range len(groupEnd) {
		b := []byte(groupEnd)
		b[i]++
		if isGroupEnd(b) || isGroupEnd(b[:i]) {
			t.Errorf("isGroupEnd holds for %q or %q", b, b[:i])
		}
	}
}

// A Frame is used again and again: nothing of one frame may show in the next.
func TestFrameIsReused(t *testing.T) {
	var used Frame
	for _, first := range written {
		for _, second := range written {
			if err := errors.Join(used.Parse([]byte(first.frame)), used.Parse([]byte(second.frame))); err != nil {
				t.Fatal(err)
			}
			if got := show(&used); got != second.want {
				t.Errorf("%q after %q = %s, want %s", second.frame, first.frame, got, second.want)
			}
		}
	}
}

// A roster of a full room is one frame.
func TestLongRoster(t *testing.T) {
	names := make([]string, 9900)
	for i := range names {
		names[i] = fmt.Sprintf("user\\%d", i)
	}
	var f Frame
	if err := f.Parse([]byte(strings.TrimSuffix(string(AppendRoster(nil, slices.Values(names))), "\n"))); err != nil {
		t.Fatal(err)
	}
	for i, name := range f.Names {
		if string(name) != names[i] {
			t.Fatalf("name %d of the roster is %q, want %q", i, name, names[i])
		}
	}
	if len(f.Names) != len(names) {
		t.Errorf("roster has %d names, want %d", len(f.Names), len(names))
	}
}
