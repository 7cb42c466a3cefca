package irc

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"chatsim/manager/wire"
)

func TestFit(t *testing.T) {
	for name, want := range map[string]string{
		"bob": "bob", "Ann Smith": "Ann_Smith", "a,b!c*d?e": "a_b_c_d_e", "#bob": "_#bob", "+1": "_+1", ":x": "_:x", "~": "_~",
		"127.0.0.1:4000": "127.0.0.1:4000", "[::1]:4000": "[::1]:4000", "王芳": "王芳", "🧑‍🚀": "🧑‍🚀", "-": "-",
	} {
		if got := Fit(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestNicksComeBack(t *testing.T) {
	var b Book
	for _, c := range [][2]string{{"Ann Smith", "Ann_Smith"}, {"ann_smith", "ann_smith_2"}, {"ANN,SMITH", "ANN_SMITH_3"}, {"ann_smith_2", "ann_smith_2_2"}} {
		if got := b.Add(c[0]); got != c[1] {
			t.Errorf("%q is called %q, want %q", c[0], got, c[1])
		}
		if name, ok := b.Name(strings.ToUpper(c[1])); name != c[0] || !ok {
			t.Errorf("%q comes back to %q", c[1], name)
		}
	}
}

// No two users have one nick in the eyes of a client, and each comes back.
func TestBook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b Book
		nicks := map[string]string{} // of the names present
		var before Odd
		var was map[string]string
		name := rapid.StringMatching(`[aA _,2]{1,3}`)
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				name := name.Draw(t, "name")
				if _, present := nicks[name]; !present {
					nicks[name] = b.Add(name)
				}
			},
			"remove": func(t *rapid.T) {
				name := name.Draw(t, "name")
				if _, present := nicks[name]; present {
					b.Remove(name)
					delete(nicks, name)
				}
			},
			"hand out": func(*rapid.T) { before = b.Odd(); was = maps.Clone(before) },
			"": func(t *rapid.T) {
				folded := map[string]bool{}
				for name, nick := range nicks {
					folded[Fold(nick)] = true
					if got, ok := b.Name(nick); got != name || !ok || b.odd.Nick(name) != nick || Fit(nick) != nick {
						t.Fatalf("%q is called %q, which comes back to %q", name, nick, got)
					}
				}
				if len(folded) != len(nicks) || len(b.names) != len(nicks) || len(nicks) == 0 && len(b.odd)+len(b.crowds) > 0 {
					t.Fatalf("%d nicks for %d names: %v", len(folded), len(nicks), nicks)
				}
				if !maps.Equal(before, was) {
					t.Fatalf("nicks that were handed out have changed")
				}
			},
		})
	})
}

// said joins the texts of what AppendSaid has made.
func said(t interface{ Fatalf(string, ...any) }, out []byte, prefix string) string {
	var texts []string
	for line := range strings.Lines(string(out)) {
		if len(line) > MaxLine {
			t.Fatalf("a line of %d bytes", len(line))
		}
		text, ok := strings.CutPrefix(strings.TrimSuffix(line, "\r\n"), prefix)
		if !ok || strings.ContainsAny(text, "\r\n") {
			t.Fatalf("the line %q", line)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "|")
}

func TestAppendSaid(t *testing.T) {
	const prefix = ":bob!u@chatsim PRIVMSG #chat :"
	room := MaxLine - len(prefix) - 2
	full := strings.Repeat("x", room)
	for text, want := range map[string]string{
		"hello":                         "hello",
		"":                              " ",
		"one\u2028two\u2029three":       "one|two|three",
		"one\u2028\u2028two":            "one| |two",
		"\u2060no separator, though e2": "\u2060no separator, though e2",
		"/me waves":                     "\x01ACTION waves\x01",
		"/me waves\u2028a lot":          "\x01ACTION waves\x01|\x01ACTION a lot\x01",
		full:                            full,
		full + "y":                      full + "|y",
		full[1:] + "é":                  full[1:] + "|é",
		full[7:] + " and more":          full[7:] + " and|more",
		"a " + full:                     "a " + full[2:] + "|" + "xx",
		full + "\u2028y":                full + "|y",
		"/me " + full:                   "\x01ACTION " + full[9:] + "\x01|\x01ACTION " + full[:9] + "\x01",
		strings.Repeat("王", room/3+1):   strings.Repeat("王", room/3) + "|王",
	} {
		if got := said(t, AppendSaid(nil, nil, "bob", Channel, []byte(text)), prefix); got != want {
			t.Errorf("%q is said as\n%q\nwant\n%q", text, got, want)
		}
	}
	at := AppendTime(nil, time.Unix(1, 234567890))
	if got := string(AppendSaid(nil, at, "bob", "amy", []byte("hi"))); got != "@time=1970-01-01T00:00:01.234Z :bob!u@chatsim PRIVMSG amy :hi\r\n" {
		t.Errorf("with its time: %q", got)
	}
}

// FuzzSaid cuts any text of the room into lines that together are the text.
func FuzzSaid(f *testing.F) {
	f.Add("hello there", "bob")
	f.Add(strings.Repeat("long ", 300)+"\u2028x", "bob")
	f.Add("/me "+strings.Repeat("王", 400), strings.Repeat("名", 24))
	f.Fuzz(func(t *testing.T, raw, name string) {
		name, err := wire.CleanName(name)
		if err != nil {
			return
		}
		text := string(wire.AppendText(nil, []byte(raw)))
		prefix := ":" + Fit(name) + "!u@chatsim PRIVMSG #chat :"
		got := said(t, AppendSaid(nil, nil, Fit(name), Channel, []byte(text)), prefix)
		got = strings.NewReplacer(action, "", "\x01", "").Replace(got)
		if !utf8.ValidString(got) {
			t.Fatalf("%q was cut within a character", text)
		}
		bare := strings.NewReplacer(" ", "", "|", "", "\u2028", "", "\u2029", "")
		if want := bare.Replace(strings.TrimPrefix(text, me)); bare.Replace(got) != want {
			t.Fatalf("said\n%q\nwant\n%q", got, want)
		}
	})
}

func TestAnswers(t *testing.T) {
	p := &Peer{Nick: "me"}
	odd := Odd{"Ann Smith": "Ann_Smith"}
	names := func() []string { return []string{"bob", "Ann Smith", "me"} }
	ann := Found{Nick: "Ann_Smith", Name: "Ann Smith", Away: "lunch"}
	timed, noon := &Peer{Nick: "me", Caps: Caps{Time: true}}, time.Date(2026, 1, 2, 12, 0, 0, 0, time.Local)
	utc := string(AppendTime(nil, noon))
	for want, got := range map[string][]byte{
		"NOTICE me :[2026-01-02 12:00] <Ann Smith> hello":                  p.AppendBefore(nil, noon, "Ann Smith", []byte("hello")),
		utc + ":Ann_Smith!u@chatsim PRIVMSG #chat :hello":                  timed.AppendBefore(nil, noon, "Ann Smith", []byte("hello")),
		utc + "NOTICE #chat :hello":                                        timed.AppendBefore(nil, noon, wire.Server, []byte("hello")),
		"353 me = #chat :bob Ann_Smith me|366 me #chat :End of NAMES list": p.AppendNames(nil, slices.Values(names()), odd),
		"352 me #chat u chatsim room.chatsim bob H :0 bob|352 me #chat u chatsim room.chatsim Ann_Smith H :0 Ann Smith|" +
			"352 me #chat u chatsim room.chatsim me H :0 me|315 me #chat :End of WHO list": p.AppendWhoAll(nil, slices.Values(names()), odd),
		"352 me #chat u chatsim room.chatsim Ann_Smith G :0 Ann Smith|315 me x :End of WHO list": p.AppendWhoOne(nil, []byte("x"), ann),
		"315 me x :End of WHO list": p.AppendWhoOne(nil, []byte("x"), Found{}),
		"311 me Ann_Smith u chatsim * :Ann Smith|319 me Ann_Smith :#chat|312 me Ann_Smith room.chatsim :chatsim|301 me Ann_Smith :lunch|" +
			"318 me Ann_Smith :End of WHOIS list": p.AppendWhois(nil, nil, ann),
		"401 me x :No such nick|318 me x :End of WHOIS list": p.AppendWhois(nil, []byte("x"), Found{}),
		"302 me :Ann_Smith=-u@chatsim bob=+u@chatsim":        p.AppendFound(nil, []Found{ann, {Nick: "bob"}}, true),
		"303 me :Ann_Smith":                              p.AppendFound(nil, []Found{ann}, false),
		"306 me :You have been marked as being away":     p.AppendMarked(nil, true),
		"305 me :You are no longer marked as being away": p.AppendMarked(nil, false),
		"251 me :There are 3 users and 0 services on 1 server|255 me :I have 3 clients and 0 servers": p.AppendLUsers(nil, 3),
		"417 me :Input line was too long":                                                     AppendError(nil, "me", wire.LineTooLong.Text()),
		"401 me amy :No such nick":                                                            AppendError(nil, "me", wire.NoSuchUser.With("amy")),
		"NOTICE me :not said to anybody: x":                                                   AppendError(nil, "me", wire.NotSaid.With("x")),
		"464 me :Password incorrect|ERROR :Closing link: wrong password: x":                   AppendLast(nil, "me", wire.Password.With("x")),
		"KICK #chat me :removed by the operator|ERROR :Closing link: removed by the operator": AppendLast(nil, "me", wire.Kicked.Text()),
	} {
		text := strings.ReplaceAll(strings.ReplaceAll(string(got), "\r\n", "|"), ":room.chatsim ", "")
		if strings.TrimSuffix(text, "|") != want {
			t.Errorf("got\n%s\nwant\n%s", text, want)
		}
	}
}

// Names come in lines that IRC can carry, all of them and in order.
func TestManyNames(t *testing.T) {
	var all []string
	for i := range 1000 {
		all = append(all, fmt.Sprintf("user%d%s", i, strings.Repeat("x", i%60)))
	}
	out := string((&Peer{Nick: "me"}).AppendNames(nil, slices.Values(all), nil))
	var got []string
	for line := range strings.Lines(out) {
		if len(line) > MaxLine {
			t.Errorf("a line of %d bytes", len(line))
		}
		if names, ok := strings.CutPrefix(strings.TrimSpace(line), ":room.chatsim 353 me = #chat :"); ok {
			got = append(got, strings.Fields(names)...)
		}
	}
	if !slices.Equal(got, all) {
		t.Errorf("%d names of %d, or in another order", len(got), len(all))
	}
}
