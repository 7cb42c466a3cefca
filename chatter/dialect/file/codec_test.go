package file

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/itchyny/gojq"

	"chatsim/chatter/dialect"
	"chatsim/manager/wire"
)

// room makes a dialect of plain and more of a file; edits are pairs.
func room(t testing.TB, more string, edits ...string) *Dialect {
	t.Helper()
	d, err := Parse("f.yaml", []byte(strings.NewReplacer(edits...).Replace(plain)+more))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// hear returns what a codec makes of a stream in pieces.
func hear(c dialect.Codec, pieces ...string) (got []string) {
	var unread []byte
	for _, p := range pieces {
		unread = append(bytes.Clone(unread), p...)
		for {
			var f dialect.Frame
			n, err := c.Decode(&f, unread, false)
			if err == nil && f.Kind == wire.Invalid {
				err = c.Parse(&f)
			}
			unread = unread[n:]
			if err == dialect.ErrShort {
				break
			}
			if err == nil {
				got = append(got, Show(&f.Frame))
				continue
			}
			got = append(got, "! "+err.Error())
			if !errors.As(err, new(*dialect.FrameError)) {
				return got
			}
		}
	}
	return got
}

// frame returns a message of a server's WebSocket.
func frame(text string) string { return string([]byte{0x81, byte(len(text))}) + text }

// TestTransports has the same messages come in each transport, cut at any byte.
func TestTransports(t *testing.T) {
	messages := []string{`{"you":"bob2","all":["amy","bob2"]}`, `{"user":"amy","body":"hi"}`, `{"typing":1}`, `{"user":"bob2","body":"\u00e4\n"}`}
	want := []string{`= welcome "bob2"`, `= roster "amy" "bob2"`, `= line "amy": "hi"`, `= nothing`, `= line "bob2": "ä\n"`}
	for transport, framed := range map[string]func(string) string{
		Lines:  func(m string) string { return m + "\n" },
		Frames: func(m string) string { return string([]byte{0, 0, 0, byte(len(m))}) + m },
		WS:     frame,
	} {
		var stream string
		for _, m := range messages {
			stream += framed(m)
		}
		for _, more := range []string{"", "# $name is not asked for"} {
			for at := range len(stream) {
				d := room(t, "transport: "+transport+"\n", "receive: '", "receive: '"+strings.TrimPrefix(more, "# $name is not asked for")+"")
				c := d.Codec(Client{Asked: "bob"})
				if transport == WS {
					c = dialect.NewWebSocket(c)
				}
				if got := hear(c, stream[:at], stream[at:]); !slices.Equal(got, want) {
					t.Fatalf("%s cut at %d: %q", transport, at, got)
				}
			}
		}
	}
}

// TestOwnKnowledge has messages be taken at once where they may mean something else to
// each client, and none of them be skipped.
func TestOwnKnowledge(t *testing.T) {
	d := room(t, "", ".body}}", ".body}} | select($name != .line.from)")
	c := d.Codec(Client{Asked: "bob"})
	stream := `{"you":"bob","all":["bob"]}` + "\n" + `{"user":"amy","body":"hi"}` + "\n" + `{"user":"bob","body":"hi"}` + "\n"
	if got := hear(c, stream); !slices.Equal(got, []string{`= welcome "bob"`, `= roster "bob"`, `= line "amy": "hi"`, nothing}) {
		t.Errorf("%q", got)
	}
	for name, want := range map[string]bool{"": true, " | select($name != .line.from)": false, " | if $n > 1 then . else . end": false, " | if .line then . else $s end": true} {
		c := room(t, "", ".body}}", ".body}}"+name).Codec(Client{Asked: "bob"})
		var f dialect.Frame
		if _, err := c.Decode(&f, []byte("{\"user\":\"amy\",\"body\":\"hi\"}\n"), false); err != nil {
			t.Fatal(err)
		}
		if err := c.Parse(&f); err != nil || f.Kind != wire.Line || (f.Raw != nil) != want {
			t.Errorf("%q: %v, raw %q", name, err, f.Raw)
		}
	}
}

// TestTagged has programs yield what they yield, and whether that is for one client
// alone.
func TestTagged(t *testing.T) {
	for source, want := range map[string]string{
		`.`:                            `[[false,1]]`,
		`$name`:                        `[[true,"bob"]]`,
		`., $n`:                        `[[true,1],[true,7]]`,
		`empty`:                        `[]`,
		`if . == 1 then 2 else $n end`: `[[false,2]]`,
		`if . == 2 then 2 else $n end`: `[[true,7]]`,
		`if . == $n then 2 elif . == 1 then 3 else 4 end`:                `[[true,3]]`,
		`if . == 2 then $n elif . == 1 then 3, 4 end`:                    `[[false,3],[false,4]]`,
		`if . == 2 then $n end`:                                          `[[false,1]]`,
		`. + 1 | if . == 2 then if true then "a" else $n end end`:        `[[false,"a"]]`,
		`def f: . + 1; f | if . == 2 then "\(f)" else "\($n)" end`:       `[[false,"3"]]`,
		`def f: . + $n; f | if . == 8 then 1 else 2 end`:                 `[[true,1]]`,
		`. as $x | if $x == 1 then 5 else $n end`:                        `[[true,5]]`,
		`$n | if . == 7 then 5 else 6 end`:                               `[[true,5]]`,
		`(if . == 1 then 5 else $n end)`:                                 `[[true,5]]`,
		`[.[]?] | length`:                                                `[[false,0]]`,
		`try error("x") catch .`:                                         `[[false,"x"]]`,
		`if . == 1 then "$name" else 2 end`:                              `[[true,"$name"]]`,
		`first(if . == 1 then 5, 6 else $n end)`:                         `[[true,5]]`,
		`label $out | if . == 1 then 1, break $out, 2 else $s end`:       `[[true,1]]`,
		`if . == 1 then . as {a: $x} ?// $x | $x else $n end`:            `[[false,1]]`,
		`reduce (1, 2) as $x (0; . + $x) | if . == 3 then . else $n end`: `[[false,3]]`,
	} {
		p := &program{source: source, tags: true}
		if err := p.compile("f.yaml", "receive", nil); err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		out, err := p.run(1, []any{"bob", "", "", "", "", 7, 1, map[string]any{}})
		got, _ := gojq.Marshal(append([]any{}, out...))
		if string(got) != want || err != nil {
			t.Errorf("%s: %s, %v, want %s", source, got, err, want)
		}
	}
}

// TestTrials has transcripts come out as they are.
func TestTrials(t *testing.T) {
	for name, tc := range map[string]struct {
		d          *Dialect
		transcript string
	}{
		"text, answers and a handshake": {room(t, "decode: text\n", "say: '{body: $text}'", "say: '\"42\" + $text'", "receive: '", `receive: 'if startswith("0") then {send: ("40" + $name)} elif startswith("40") then {set: {id: .[2:]}}, {ready: true} elif . == "r" then {roster: [$s.id]} elif . == "2" then {send: "3"} elif false then {line: 1} else empty end # `),
			"login bob\n< 0{}\n> 40bob\n< 40x\n= welcome \"bob\"\n< r\n= roster \"x\"\n< 2\n> 3\nsay hi\n> 42hi\n"},
		"several in one message": {room(t, "split: \"\\n\"\n"), "login bob\n" + `< "{\"you\":\"bob\",\"all\":[\"bob\"]}\n{\"user\":\"a\",\"body\":\"b\"}\n"` + "\n= welcome \"bob\"\n= roster \"bob\"\n= line \"a\": \"b\"\n"},
		"a message is a string":  {room(t, "", "say: '{body: $text}'", "say: '$text'"), "login bob\nsay hi\n> \"\\\"hi\\\"\"\n"},
		"acks and refusals": {room(t, "can: {echo: false}\n", "{body: $text}", "{id: $ref, body: $text}", "else empty", "elif .ok then {ack: .ok} elif .no then {refused: {ref: .no, text: \"full\"}} elif .who then {refused: {target: .who}} else empty"),
			"login bob\nsay one\n> {\"body\":\"one\",\"id\":1}\nsay two\n> {\"body\":\"two\",\"id\":2}\n< {\"ok\":2}\n= line \"bob\": \"two\"\n< {\"no\":1}\n= error \"full: one\"\n< {\"no\":1}\n= error \"full\"\n< {\"who\":\"amy\"}\n= error \"no such user: amy\"\n"},
		"no echo": {room(t, "can: {echo: false, order: sender, views: none}\n"), "login bob\nsay hi\n= line \"bob\": \"hi\"\n> {\"body\":\"hi\"}\n"},
		"a taken name": {room(t, "login: '{hello: $name}'\ncan: {suffix: client}\n", "else empty", "elif .taken then {taken: true} else empty"),
			"login bob\n> {\"hello\":\"bob\"}\n< {\"taken\":1}\n> {\"hello\":\"bob2\"}\n< {\"you\":\"bob2\",\"all\":[\"bob2\"]}\n= welcome \"bob2\"\n= roster \"bob2\"\n"},
		"views without a place": {room(t, "can: {views: eventual}\n", "else empty", "elif .in then {join: .in} elif .out then {leave: .out} else empty"),
			"login bob\n< {\"you\":\"bob\",\"all\":[\"amy\",\"bob\"]}\n= welcome \"bob\"\n= roster \"amy\" \"bob\"\n< {\"in\":\"cat\"}\n= roster \"amy\" \"bob\" \"cat\"\n< {\"out\":\"amy\"}\n= roster \"bob\" \"cat\"\n< {\"in\":\"bob\"}\n= nothing\n"},
		"nobody is told": {room(t, "can: {views: none}\n"), "login bob\n< {\"you\":\"bob\",\"all\":[\"amy\"]}\n= welcome \"bob\"\n= roster \"bob\"\n"},
		"heartbeats":     {room(t, "every: {seconds: 5, send: '{beat: $ref}'}\nleave: '{bye: $n}'\n"), "login bob\nevery\n> {\"beat\":1}\nevery\n> {\"beat\":2}\nleave\n> {\"bye\":1}\n"},
		"no JSON":        {room(t, ""), "login bob\n< hello\n= frame \"hello\": it is no JSON: invalid character 'h' looking for beginning of value\n< 1 2\n= frame \"1 2\": it is no JSON alone: more follows; see split\n"},
		"large numbers":  {room(t, "", "else empty", "elif .id then {send: .id} else empty"), "login bob\n< {\"id\":12345678901234567890}\n> 12345678901234567890\n"},
	} {
		var out bytes.Buffer
		differs, err := tc.d.Try(strings.NewReader(tc.transcript), &out)
		if err != nil || differs > 0 || out.String() != tc.transcript {
			t.Errorf("%s: %d differ, %v:\n%s\nwant:\n%s", name, differs, err, out.String(), tc.transcript)
		}
	}
}

// TestTrialDiffers has a transcript with a remark where it says something else.
func TestTrialDiffers(t *testing.T) {
	var out bytes.Buffer
	n, err := room(t, "").Try(strings.NewReader("say hi\n> {}\n< {\"user\":\"a\",\"body\":\"b\"}\n"), &out)
	want := "login bob\nsay hi\n> {\"body\":\"hi\"}\n# the transcript has > {}\n< {\"user\":\"a\",\"body\":\"b\"}\n= line \"a\": \"b\"\n"
	if n != 1 || err != nil || out.String() != want {
		t.Errorf("%d, %v:\n%s", n, err, out.String())
	}
	for transcript, want := range map[string]string{"hello\n": `line 1 of the transcript: "hello" is no step`, "\n< \"x\n": "line 2 of the transcript: \"x: a message that begins"} {
		if _, err := room(t, "").Try(strings.NewReader(transcript), &out); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", transcript, err)
		}
	}
}

// TestFailures are of programs that make sense and do wrong: each ends, is the
// file's fault, and says where and what.
func TestFailures(t *testing.T) {
	long := strings.Repeat("x", 3000)
	for name, tc := range map[string]struct{ say, receive, want string }{
		"endless":         {"", "repeat(.)|empty", "f.yaml:2:11: receive: it has not ended within"},
		"an endless one":  {"", "def f: f; f", "f.yaml:2:11: receive: it has not ended within"},
		"a deep one":      {"", "def f: 1 + f; f", "f.yaml:2:11: receive: it has not ended within"},
		"too much":        {"", "repeat({error: \"x\"})", "f.yaml:2:11: receive yields more than 20000 values"},
		"doubling":        {"", "def f: . + .; reduce range(100) as $_ (\"" + long + "\"; f)", "f.yaml:2:11: receive: it has not ended within"},
		"endless say":     {"repeat($text)|empty", "", "f.yaml:1:7: say: it has not ended within"},
		"no frame":        {"", "if false then 1 end", `f.yaml:2:11: receive yields {"hello":1}, which is of the wrong shape: it has a key hello; is there an else empty?`},
		"a word":          {"", "\"welcome\"", `f.yaml:2:11: receive yields "welcome", which is of the wrong shape: it is no object`},
		"nothing in it":   {"", "{}", `f.yaml:2:11: receive yields {}, which is of the wrong shape: it has no key`},
		"null":            {"", "{welcome: .name}", `f.yaml:2:11: receive yields {"welcome":null}, which is of the wrong shape: welcome is null, not a name`},
		"a number":        {"", "{line: {from: 7, text: \"x\"}}", `f.yaml:2:11: receive yields {"line":{"from":7,"text":"x"}}, which is of the wrong shape: line.from is number, not a name`},
		"no text":         {"", "{line: {from: \"x\"}}", `f.yaml:2:11: receive yields {"line":{"from":"x"}}, which is of the wrong shape: line.text is null, not a string`},
		"a roster":        {"", "{roster: \"x\"}", `f.yaml:2:11: receive yields {"roster":"x"}, which is of the wrong shape: roster is string, not an array of names`},
		"numbers in one":  {"", "{roster: [1]}", `f.yaml:2:11: receive yields {"roster":[1]}, which is of the wrong shape: roster has number, not a name in it`},
		"not taken":       {"", "{taken: true}", `f.yaml:2:11: receive yields {"taken":true}, which is of the wrong shape: taken is for a client that`},
		"an error of jq":  {"", ".hello.x", `f.yaml:2:11: receive: expected an object but got: number (1)`},
		"an error of say": {"$text.x", "", `f.yaml:1:7: say: expected an object but got: string ("hi")`},
		"error":           {"", "error(\"no\")", `f.yaml:2:11: receive: error: no`},
	} {
		t.Run(name, func(t *testing.T) {
			d := room(t, "")
			for _, p := range []struct {
				p      *program
				source string
			}{{&d.Say, tc.say}, {&d.Receive, tc.receive}} {
				if p.source != "" {
					p.p.source = p.source
					if name != "doubling" { // which takes few steps
						p.p.within = time.Hour
					}
					if err := p.p.compile("f.yaml", p.p.key, nil); err != nil {
						t.Fatal(err)
					}
				}
			}
			c := d.Codec(Client{Asked: "bob"})
			_, err := c.Say(nil, []byte("hi"))
			got := hear(c, "{\"hello\":1}\n")
			if err == nil && len(got) > 0 {
				err = errors.New(strings.TrimPrefix(got[len(got)-1], "! "))
			}
			if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("%v, want %s", err, tc.want)
			}
			if d.Err() == nil {
				t.Error("the file has not failed")
			}
			select {
			case <-d.Failed():
			default:
				t.Error("nobody is told")
			}
		})
	}
}

// TestNothing has a server that never says what lets anybody in.
func TestNothing(t *testing.T) {
	d := room(t, "")
	c := d.Codec(Client{Asked: "bob"})
	got := hear(c, strings.Repeat("{\"typing\":1}\n", 19))
	if len(got) != 19 {
		t.Fatalf("%q", got)
	}
	got = hear(c, "{\"typing\":2}\n")
	if want := `! f.yaml:2:11: receive yields nothing for 20 messages, and so nobody gets in; the last one was {"typing":2}`; !slices.Equal(got, []string{want}) {
		t.Errorf("%q", got)
	}
	d = room(t, "")
	hear(d.Codec(Client{Asked: "amy"}), "{\"you\":\"amy\",\"all\":[\"amy\"]}\n")
	if got := hear(d.Codec(Client{Asked: "bob"}), strings.Repeat("{\"typing\":1}\n", 50)); len(got) != 50 || d.Err() != nil {
		t.Errorf("where others are in: %q", got[len(got)-1])
	}
	in := room(t, "").Codec(Client{Asked: "bob"})
	if got := hear(in, "{\"you\":\"bob\",\"all\":[\"bob\"]}\n"+strings.Repeat("{\"typing\":1}\n", 50)); len(got) != 52 {
		t.Errorf("who is in: %q", got[len(got)-1])
	}
}

// TestSent has what is sent be framed as the transport has it.
func TestSent(t *testing.T) {
	for transport, want := range map[string]string{Lines: "{\"body\":\"hi\"}\n", Frames: "\x00\x00\x00\x0d{\"body\":\"hi\"}"} {
		c := room(t, "transport: "+transport+"\n").Codec(Client{Asked: "bob"})
		if out, err := c.Say(nil, []byte("hi")); string(out) != want || err != nil {
			t.Errorf("%s: %q, %v", transport, out, err)
		}
	}
	c := room(t, "decode: text\n", "{body: $text}", "$text").Codec(Client{Asked: "bob"})
	if _, err := c.Say(nil, []byte("a\nb")); err == nil || !strings.Contains(err.Error(), "a message that is a line holds no line break") {
		t.Error(err)
	}
	if _, err := c.Tell(nil, "amy", []byte("x")); err != dialect.ErrPrivate {
		t.Error(err)
	}
}

// TestWaitsForTheTime has every speak when its time has come, and not before.
func TestWaitsForTheTime(t *testing.T) {
	c := room(t, "every: {seconds: 5, send: '1'}\n").Codec(Client{Asked: "bob"})
	var got []string
	for _, s := range []int{0, 3, 5, 6, 10, 30, 31} {
		out, next := c.Tick(nil, time.Unix(int64(s), 0))
		got = append(got, fmt.Sprintf("%d %q %d", s, out, next.Unix()))
	}
	if want := []string{`0 "" 5`, `3 "" 5`, `5 "1\n" 10`, `6 "" 10`, `10 "1\n" 15`, `30 "1\n" 35`, `31 "" 35`}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
