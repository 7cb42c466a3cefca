package term

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"chatsim/manager/tongue"
	"chatsim/manager/wire"
)

// parsed returns what a server's frame is to a talk.
func parsed(t *testing.T, line string) event {
	t.Helper()
	var f wire.Frame
	if err := f.Parse([]byte(line)); err != nil {
		t.Fatal(err)
	}
	return newEvent(&f)
}

func texts(of []shown) (lines []string) {
	for _, s := range of {
		lines = append(lines, s.text)
	}
	return lines
}

const toAll = "@" + wire.Group

func TestHear(t *testing.T) {
	tk := &talk{words: &english, asked: "Ann", wanted: "Ann"}
	for _, c := range []struct {
		frame string
		want  []string
		style style
	}{
		{`{"welcome":"Ann2"}`, []string{english.Welcome, "You are Ann2 here: Ann is taken."}, note},
		{`["Ann","bob smith","Ann2"]`, []string{"3 online: Ann, bob smith, Ann2"}, note},
		{`{"join":["eve","zoe"]}`, []string{"eve, zoe joined"}, note},
		{`{"leave":["eve"]}`, []string{"eve left"}, note},
		{" Ann:hi@Ann" + toAll, []string{"Ann: hi"}, plain},
		{" Ann2:hi@Ann2" + toAll, []string{"Ann2: hi"}, own},
		{" Ann:/me waves@Ann" + toAll, []string{"* Ann waves"}, plain},
		{" zoe:psst@zoe@Ann2", []string{"[private from zoe] psst"}, private},
		{" zoe:/me nods@zoe@Ann2", []string{"[private from zoe] * zoe nods"}, private},
		{" Ann2:psst@Ann2@zoe", []string{"[private to zoe] psst"}, private},
		{`{"error":"no such user: x"}`, []string{"The room says: no such user: x"}, trouble},
		{" \u202ebob:\x1b[2J\x9b1ma\tb\u202e\u2066c@\u202ebob" + toAll, []string{"bob: [2J\ufffd1ma\tbc"}, plain},
		{`{"join":["\u001b[2Jx\u200f"]}`, []string{"[2Jx joined"}, note},
		{`{"motd":"hi"}`, nil, plain},
		{`{"notice":"you are an operator now"}`, []string{"you are an operator now"}, note},
		{`{"notice":"\u001b]0;t\u0007"}`, []string{"The room says: ]0;t"}, note},
		{" *:eve was removed by Ann@*" + toAll, []string{"eve was removed by Ann"}, note},
		{" *:hello@*" + toAll, []string{"*: hello"}, plain},
		{`{"history":[{"place":7,"time":"2026-01-02T15:04:05Z","line":" bob:x\u001b\u2028y@bob@` + wire.Group + `"},{"place":8,"line":"no line"}]}`, []string{"bob: x\ny"}, plain},
		{`{"history":[]}`, []string{english.NothingBefore}, note},
		{" bob:two\u2028lines\u2029here@bob" + toAll, []string{"bob: two\nlines\nhere"}, plain},
		{`{"error":"\u001b]0;t\u0007"}`, []string{"The room says: ]0;t"}, trouble},
	} {
		of := tk.hear(parsed(t, c.frame))
		if got := texts(of); !slices.Equal(got, c.want) || len(of) > 0 && of[0].style != c.style {
			t.Errorf("%q shows %q in style %d, want %q in %d", c.frame, got, of[0].style, c.want, c.style)
		}
	}
	if want := []string{"Ann", "bob smith", "Ann2", "zoe", "[2Jx"}; !slices.Equal(tk.online, want) {
		t.Errorf("online are %q", tk.online)
	}
	if tk.wrote != "zoe" {
		t.Errorf("%q wrote last", tk.wrote)
	}
}

// What name one has is told where it is not the one that was typed, or not the one
// of before the connection was lost.
func TestWelcomes(t *testing.T) {
	for _, c := range []struct{ wanted, was, name, want string }{
		{"Ann", "", "Ann", ""},
		{"Ann", "", "Ann2", "You are Ann2 here: Ann is taken."},
		{"A\u200bnn", "", "Ann", "You are Ann here: what cannot be seen is left out of a name."},
		{"A\u200bnn", "", "Ann2", "You are Ann2 here: Ann is taken."},
		{"A\u200bnn", "Ann", "Ann", ""},
		{"Ann", "Ann2", "Ann2", ""},
		{"Ann", "Ann2", "Ann", "You are Ann here."},
		{"Ann", "Ann", "Ann2", "You are Ann2 here: Ann is taken."},
	} {
		tk := &talk{words: &english, asked: "Ann", wanted: c.wanted, me: c.was}
		got := texts(tk.welcome(c.name))
		if want := slices.DeleteFunc([]string{english.Welcome, c.want}, func(s string) bool { return s == "" }); !slices.Equal(got, want) || tk.me != c.name {
			t.Errorf("%+v shows %q", c, got)
		}
	}
}

// A history that comes in several frames is shown when it is whole: what a connection
// that is lost in its midst has told is told again by the next.
func TestCutInTheMidstOfAHistory(t *testing.T) {
	line := func(n int) string { return fmt.Sprintf(" bob:line %d@bob%s", n, toAll) }
	said := func(n int) string { return fmt.Sprintf(`{"place":%d,"line":"%s"}`, n, line(n)) }
	greeting := []string{`{"welcome":"Ann"}`, `{"history":[` + said(1) + `,` + said(2) + `]}`, `{"history":[` + said(3) + `],"mark":"3.0"}`, `["bob","Ann"]`}
	for cut := range len(greeting) + 2 {
		tk := &talk{words: &english, asked: "Ann", wanted: "Ann"}
		var seen []string
		hear := func(frames ...string) {
			for _, f := range frames {
				for _, text := range texts(tk.hear(parsed(t, f))) {
					if strings.HasPrefix(text, "bob: ") {
						seen = append(seen, text)
					}
				}
			}
		}
		stream := append(slices.Clone(greeting), line(4))
		hear(stream[:cut]...)
		tk.lost()
		lacks := []string{}
		for n := int(tk.mark.Place) + 1; n <= 5; n++ {
			lacks = append(lacks, said(n))
		}
		hear(`{"welcome":"Ann"}`, `{"history":[`+strings.Join(lacks, ",")+`],"mark":"5.0"}`, `["bob","Ann"]`, line(6))
		if want := []string{"bob: line 1", "bob: line 2", "bob: line 3", "bob: line 4", "bob: line 5", "bob: line 6"}; !slices.Equal(seen, want) || tk.mark.Place != 6 {
			t.Errorf("cut behind %d frames one sees %q, and stands at %v", cut, seen, tk.mark)
		}
	}
}

func TestLongRoster(t *testing.T) {
	tk := &talk{words: &english}
	for n := range 1000 {
		tk.online = append(tk.online, fmt.Sprint("n", n))
	}
	if got := tk.who(); !strings.HasPrefix(got, "1000 online: n0, n1,") || !strings.HasSuffix(got, "n29, and 970 more") {
		t.Errorf("%s", got)
	}
}

func TestTyped(t *testing.T) {
	fits := wire.DefaultMaxLine - len("@Ann@"+wire.Group)
	for _, c := range []struct {
		line string
		want action
	}{
		{"hi there\r\n", action{send: true, text: "hi there", target: wire.Group}},
		{"  \n", action{}},
		{"a@b /x", action{send: true, text: "a@b /x", target: wire.Group}},
		{"a\x1b[2Jb", action{send: true, text: "a[2Jb", target: wire.Group}},
		{"//who", action{send: true, text: "/who", target: wire.Group}},
		{"/me waves ", action{send: true, text: "/me waves", target: wire.Group}},
		{"/msg bob hi", action{send: true, text: "hi", target: "bob"}},
		{"/msg bob smith hi", action{send: true, text: "hi", target: "bob smith"}},
		{"/msg bob smithy hi", action{send: true, text: "smithy hi", target: "bob"}},
		{"/msg ❤ hi", action{send: true, text: "hi", target: "❤\ufe0f"}},
		{"/msg b\u200bob  smith\ufe0f hi", action{send: true, text: "hi", target: "bob smith"}},
		{"/reply hi", action{send: true, text: "hi", target: "bob"}},
		{"/quit", action{quit: true}},
		{"/msg eve hi", action{show: []shown{say(trouble, "Nobody here is called eve; /who lists the names.")}}},
		{"/msg bob", action{show: []shown{say(trouble, "/msg bob needs a text. /help lists the commands.")}}},
		{"/msg", action{show: []shown{say(trouble, "/msg needs a text. /help lists the commands.")}}},
		{"/leave", action{quit: true}},
		{"/history 5", action{order: "/history 5"}},
		{"/nick Anna", action{order: "/nick Anna"}},
		{"/bans", action{order: "/bans"}},
		{"/op", action{show: []shown{say(trouble, english.NoWord)}}},
		{"/kick", action{show: []shown{say(trouble, "/kick needs a name. /help lists the commands.")}}},
		{"/me", action{show: []shown{say(trouble, "/me needs a text. /help lists the commands.")}}},
		{"/reply", action{show: []shown{say(trouble, "/reply needs a text. /help lists the commands.")}}},
		{"/msgbob hi", action{show: []shown{say(trouble, "There is no command /msgbob. /help lists them; //msgbob says it as text.")}}},
		{"/usr/bin is full", action{send: true, text: "/usr/bin is full", target: wire.Group}},
		{"/ or not", action{send: true, text: "/ or not", target: wire.Group}},
		{"/usr is full", action{show: []shown{say(trouble, "There is no command /usr. /help lists them; //usr says it as text.")}}},
		{" /msg bob hi", action{show: []shown{say(trouble, "That looks like /msg, so nobody was sent it. Begin the line with /msg itself, or with // to say it to everybody.")}}},
		{"/Who", action{show: []shown{say(trouble, "That looks like /who, so nobody was sent it. Begin the line with /who itself, or with // to say it to everybody.")}}},
		{"/who", action{show: []shown{say(note, "4 online: Ann, bob, bob smith, ❤\ufe0f")}}},
		{strings.Repeat("x", fits), action{send: true, text: strings.Repeat("x", fits), target: wire.Group}},
		{strings.Repeat("x", fits+1), action{show: []shown{say(trouble, fmt.Sprintf("That text has %d bytes, at most %d are possible. It was not sent.", fits+1, fits))}}},
	} {
		tk := &talk{words: &english, me: "Ann", online: []string{"Ann", "bob", "bob smith", "❤\ufe0f"}, wrote: "bob"}
		if got := tk.typed(c.line); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q leads to %+v, want %+v", c.line, got, c.want)
		}
	}
	tk := &talk{words: &english}
	if got := tk.typed("/reply hi"); !reflect.DeepEqual(got.show, []shown{say(trouble, english.NoReply)}) {
		t.Errorf("a reply to nobody leads to %+v", got)
	}
	if got := tk.typed("/help"); len(got.show) != strings.Count(english.Help, "\n")+1 {
		t.Errorf("help is %v", got.show)
	}
}

// No line that is meant for a command is said to the group, however it is
// spelled: the table is that of the server.
func TestTypedMisspelled(t *testing.T) {
	var table []struct{ Line, Command string }
	b, err := os.ReadFile("../../manager/wire/testdata/commands.json")
	if err == nil {
		err = json.Unmarshal(b, &table)
	}
	if err != nil || len(table) == 0 {
		t.Fatal(err)
	}
	for _, c := range table {
		tk := &talk{words: &english, me: "Bob", online: []string{"Ann", "Bob"}, wrote: "Ann"}
		a := tk.typed(c.Line)
		hinted := slices.ContainsFunc(a.show, func(s shown) bool { return s.style == trouble })
		unknown := c.Command == "" && isWord(strings.Fields(c.Line + " x")[0])
		switch {
		case c.Command != "" && a.send && a.target == wire.Group && a.text[:4] != "/me ":
			t.Errorf("%q is said to everybody: %+v", c.Line, a)
		case c.Command == "" && hinted != unknown:
			t.Errorf("%q leads to %+v", c.Line, a)
		}
	}
}

// Both languages say everything, with the same values in it.
func TestWords(t *testing.T) {
	en, zh := reflect.ValueOf(english), reflect.ValueOf(chinese)
	verbs := func(s string) (n []int) { return []int{strings.Count(s, "%s"), strings.Count(s, "%d")} }
	for i := range en.NumField() {
		if en.Field(i).Kind() != reflect.String {
			continue
		}
		name, e, z := en.Type().Field(i).Name, en.Field(i).String(), zh.Field(i).String()
		if e == "" || z == "" || e == z || !slices.Equal(verbs(e), verbs(z)) {
			t.Errorf("%s: %q, %q", name, e, z)
		}
	}
	for reason, hint := range english.Hints {
		if other := chinese.Hints[reason]; hint == "" || other == "" || other == hint || len(english.Hints) != len(chinese.Hints) {
			t.Errorf("%v: %q, %q", reason, hint, other)
		}
	}
	for locale, want := range map[string]*words{"": &english, "C": &english, "en_US.UTF-8": &english, "zh_CN.UTF-8": &chinese, "zh": &chinese} {
		if wordsFor(locale) != want {
			t.Errorf("locale %q", locale)
		}
	}
	env := map[string]string{"LANG": "zh_TW", "LC_MESSAGES": "en_GB"}
	if got := tongue.Locale(func(k string) string { return env[k] }); got != "en_GB" {
		t.Errorf("locale %q", got)
	}
}

// What is kept of a text is what is shown, with its line breaks.
func TestLogged(t *testing.T) {
	for text, want := range map[string]string{"a": "a", "": "", "a\u2028b\u2029": "a\u2028b\u2029", "\u202ea\x1b\u2028\u2028": "a\u2028\u2028"} {
		if got := string(appendLogged(nil, []byte(text))); got != want {
			t.Errorf("%q is kept as %q, want %q", text, got, want)
		}
	}
}

func TestLogName(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"Ann", "小明", "..", "a_b", "a/b", `a\b`, "1.2.3.4:5", "CON", "a b", strings.Repeat("明", 1000), strings.Repeat("明", 1001)} {
		got := logName(name)
		if len(got) > 128 || !utf8.ValidString(got) {
			t.Errorf("%q gives %q", name, got)
		}
		if other, ok := seen[got]; ok || !strings.HasPrefix(got, "client") || !strings.HasSuffix(got, ".txt") || strings.ContainsAny(got, `/\:`) {
			t.Errorf("%q gives %q, as does %q", name, got, other)
		}
		seen[got] = name
	}
	if seen["clientAnn.txt"] != "Ann" || seen["client小明.txt"] != "小明" {
		t.Errorf("%q", seen)
	}
}
