package file

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"chatsim/chatter/dialect"
	"chatsim/manager/hinted"
)

// postingFile is a file whose lines are posted.
const postingFile = `transport: ws
say: '{http: {path: "/say", body: {id: $ref, body: $text}}}'
leave: '{type: "bye"}, {http: {path: "/bye"}}'
every: {seconds: 1, send: '{http: {path: "/ping"}}'}
receive: |
  if   .http.status == 202 then {ack: $ref}
  elif .http.status == 409 then {refused: {ref: $ref, text: "no"}}
  elif .http.status == 206 then {send: {type: "more"}}, {send: {http: {path: "/more"}}}
  elif .http.error         then {error: .http.error}
  elif .type == "welcome"  then {welcome: .name}
  elif .type == "message"  then {line: {from: .user, text: .body}}
  else empty end
can: {views: none, echo: false, order: sender}
`

// TestErrands has requests be made one at a time, in order, and what comes of the
// answers.
func TestErrands(t *testing.T) {
	const in = "login bob\n> open {\"headers\":{},\"path\":\"/\"}\n< {\"type\":\"welcome\",\"name\":\"bob\"}\n= welcome \"bob\"\n= roster \"bob\"\n"
	post := func(path, body string) string {
		method, header := "GET", ""
		if body != "null" {
			method, header = "POST", `"Content-Type":"application/json"`
		}
		return `> http {"body":` + body + `,"headers":{` + header + `},"method":"` + method + `","path":"` + path + `"}` + "\n"
	}
	say := func(ref, text string) string { return post("/say", `{"body":"`+text+`","id":`+ref+`}`) }
	answer := func(status string) string { return `< http {"status":` + status + `,"body":"x"}` + "\n" }
	for name, transcript := range map[string]string{
		"one after the other": "say a\n" + say("2", "a") + "say b\n" + answer("202") + "= line \"bob\": \"a\"\n" + say("3", "b"),
		"a refusal":           "say a\n" + say("2", "a") + answer("409") + "= error \"no, for “a”\"\n",
		"no word of it":       "say a\n" + say("2", "a") + answer("500") + "= error \"say: POST /say was answered 500: x, for “a”\"\n",
		"more to send":        "say a\n" + say("2", "a") + answer("206") + "> {\"type\":\"more\"}\n" + post("/more", "null") + answer("200"),
		"in between":          "say a\n" + say("2", "a") + "< {\"type\":\"message\",\"user\":\"amy\",\"body\":\"hi\"}\n= line \"amy\": \"hi\"\n" + answer("200"),
		"at its time":         "every\n" + post("/ping", "null") + answer("503") + "= failed, line 4: GET /ping was answered 503: x\n",
		"not before the last": "every\n" + post("/ping", "null") + "every\n" + answer("200") + "every\n" + post("/ping", "null"),
		"leave behind a line": "say a\n" + say("2", "a") + "leave\n> {\"type\":\"bye\"}\n" + answer("202") + "= line \"bob\": \"a\"\n" + post("/bye", "null") + answer("200"),
	} {
		d, err := Parse("f.yaml", []byte(postingFile))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if differs, err := d.Try(strings.NewReader(in+transcript), &out); differs > 0 || err != nil || out.String() != in+transcript {
			t.Errorf("%s: %d steps differ, %v:\n%s", name, differs, err, out.String())
		}
	}
}

// TestErrandErrors has what is wrong with a request, or with what is made of its
// answer, be told with where and with a hint.
func TestErrandErrors(t *testing.T) {
	for name, tc := range map[string]struct{ old, new, want string }{
		"a wrong key":       {`{path: "/say", body`, `{url: "/say", body`, `f.yaml:2:7: say yields {"body":{"body":"a","id": ...}: it has a key url`},
		"over TCP":          {"transport: ws\n", "", "f.yaml:1:7: say yields {\"body\":{\"body\":\"a\",\"id\": ...}: the stream is over TCP, so path has to be a whole URL: http://HOST:PORT/say"},
		"its own order":     {", order: sender", "", "f.yaml: can.echo: false with lines by HTTP"},
		"no program for it": {"if   .http", "if   .http.body.x == 1 then empty elif .http", "f.yaml:6:3: receive: expected an object but got: string"},
		"a wrong shape":     {"{ack: $ref}", "{ok: 1}", "f.yaml:6:3: receive yields {\"ok\":1}, which is of the wrong shape"},
	} {
		d, err := Parse("f.yaml", []byte(strings.Replace(postingFile, tc.old, tc.new, 1)))
		if err == nil {
			c := d.Codec(Client{Asked: "bob"})
			_, _ = c.Login(nil)
			if _, err = c.Say(nil, []byte("a")); err == nil {
				err = answeredWith(c, &dialect.Answer{Status: 202, Body: []byte("x")})
			}
		}
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) || hinted.Hint(err) == "" {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
}

// answeredWith makes the codec's request, and returns the error that comes of the answer.
func answeredWith(c dialect.Codec, a *dialect.Answer) error {
	asks := c.(dialect.Caller)
	if call, err := asks.Call(); call == nil || err != nil {
		return err
	}
	if err := asks.Answered(a); err != nil {
		return err
	}
	_, err := c.(dialect.Messenger).Queued(new(dialect.Frame))
	return err
}

// TestNoErrand has a file say by its text that it makes requests.
func TestNoErrand(t *testing.T) {
	d := room(t, "", "say: '{body: $text}'\n", "say: '{(\"ht\" + \"tp\"): {path: \"http://h/\"}}'\n")
	_, err := d.Codec(Client{Asked: "bob"}).Say(nil, []byte("a"))
	if err == nil || d.Err() == nil || !strings.HasPrefix(err.Error(), "f.yaml:1:7: say yields a request over HTTP, and the key http is put together in it") {
		t.Error(err)
	}
}

// TestErrandFails has a request without an answer end what is no stream yet, and be told
// in one that is; a line waits for the one before.
func TestErrandFails(t *testing.T) {
	d, err := Parse("f.yaml", []byte(strings.Replace(postingFile, "  elif .http.error         then {error: .http.error}\n", "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	c := d.Codec(Client{Asked: "bob"})
	_, _ = c.Login(nil)
	now := time.Unix(0, 0)
	if until := c.Held(now); !until.IsZero() {
		t.Error("a line waits for nothing until", until)
	}
	if _, err := c.Say(nil, []byte("a")); err != nil {
		t.Fatal(err)
	}
	if until := c.Held(now); !until.After(now) {
		t.Error("a line does not wait for the one before")
	}
	err = answeredWith(c, &dialect.Answer{Err: errors.New("nobody listens")})
	var called *dialect.CallError
	if !errors.As(err, &called) || err.Error() != "f.yaml:2:7: say: nobody listens" || d.Err() != nil {
		t.Error(err, d.Err())
	}
	if until := c.Held(now); !until.IsZero() {
		t.Error("a line waits for what is over until", until)
	}
}
