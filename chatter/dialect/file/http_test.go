package file

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"chatsim/chatter/dialect"
	"chatsim/manager/hinted"
)

// asking is a file whose clients ask over HTTP first.
func asking(t *testing.T, http string) *Dialect {
	t.Helper()
	return room(t, "transport: ws\ncan: {suffix: client}\n"+http)
}

// TestCall has requests made of what a program yields.
func TestCall(t *testing.T) {
	for source, want := range map[string]string{
		`{path: "/a"}`:                                                 "GET /a",
		`{path: "/a", body: {user: $name}}`:                            `POST /a application/json {"user":"bob"}`,
		`{path: "/a", form: {user: "b b"}}`:                            `POST /a application/x-www-form-urlencoded user=b+b`,
		`{path: "/a", body: "hi", method: "put"}`:                      `PUT /a text/plain; charset=utf-8 hi`,
		`{path: "https://h:1/a", headers: {"Content-Type": "x/y"}}`:    "GET https://h:1/a x/y ",
		`{path: "/a", body: [1], headers: {"Content-Type": "a/json"}}`: "POST /a a/json [1]",
	} {
		c := asking(t, "http: {send: '"+source+"'}\n").Codec(Client{Asked: "bob", Nicks: new(dialect.Nicks)}).(dialect.Caller)
		call, err := c.Call()
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		got := strings.TrimSpace(strings.Join([]string{call.Method, call.URL, call.Header["Content-Type"], string(call.Body)}, " "))
		if got != strings.TrimSpace(want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// TestCallErrors has what is wrong with a file that asks over HTTP, or with an answer,
// be told with where and with a hint.
func TestCallErrors(t *testing.T) {
	const ok = `{path: "/a"}`
	answer := func(status int, body string) *dialect.Answer {
		return &dialect.Answer{Status: status, Reason: http.StatusText(status), Body: []byte(body)}
	}
	for name, tc := range map[string]struct {
		file    string
		answer  *dialect.Answer
		want    string
		refused bool // by the server: the file makes sense
	}{
		"no object":     {file: `http: {send: '"/a"'}`, want: `f.yaml:5:15: http.send yields "/a": it is no object`},
		"a wrong key":   {file: `http: {send: '{url: "/a"}'}`, want: `f.yaml:5:15: http.send yields {"url":"/a"}: it has a key url`},
		"no path":       {file: `http: {send: '{body: 1}'}`, want: `f.yaml:5:15: http.send yields {"body":1}: path is neither one`},
		"two bodies":    {file: `http: {send: '{path: "/a", body: 1, form: {}}'}`, want: `f.yaml:5:15: http.send yields {"body":1,"form":{},"path ...}: it has both body and form`},
		"two requests":  {file: `http: {send: '{path: "/a"}, {path: "/b"}'}`, want: "f.yaml:5:15: http.send yields 2 requests"},
		"a header":      {file: `http: {send: '{path: "/a", headers: {A: 1}}'}`, want: `f.yaml:5:15: http.send yields {"headers":{"A":1},"path" ...}: headers.A is number, not a string`},
		"refused":       {file: `http: {send: '` + ok + `'}`, answer: answer(401, " no\n"), want: `f.yaml:5:15: GET /a was answered 401 Unauthorized: no`, refused: true},
		"refused early": {file: `http: {send: '` + ok + `', receive: '{set: {t: .body.t}}'}`, answer: answer(500, "oops"), want: `f.yaml:5:15: GET /a was answered 500 Internal Server Error: oops`, refused: true},
		"nothing there": {file: `http: {send: '` + ok + `', receive: '{set: {t: .body.t}}'}`, answer: answer(200, `{"x":1}`), want: `f.yaml:5:40: http.receive sets t to null: the answer has nothing there; GET /a was answered 200 OK: {"x":1}`, refused: true},
		"its own words": {file: `http: {send: '` + ok + `', receive: '{error: .body}'}`, answer: answer(200, "full"), want: `f.yaml:5:40: full`, refused: true},
		"a wrong shape": {file: `http: {send: '` + ok + `', receive: '{token: 1}'}`, answer: answer(200, "x"), want: `f.yaml:5:40: http.receive yields {"token":1}: it has a key token`},
		"no program":    {file: `http: {send: '` + ok + `', receive: '.body[0].x'}`, answer: answer(200, `{"x":1}`), want: `f.yaml:5:40: http.receive: `},
	} {
		d := asking(t, tc.file+"\n")
		c := d.Codec(Client{Asked: "bob", Nicks: new(dialect.Nicks)}).(dialect.Caller)
		_, err := c.Call()
		if err == nil && tc.answer != nil {
			err = c.Answered(tc.answer)
		}
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) || hinted.Hint(err) == "" {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
		if refused := errors.As(err, new(*dialect.CallError)); refused != tc.refused || refused == (d.Err() != nil) {
			t.Errorf("%s: refused %t, the file's fault: %v", name, refused, d.Err())
		}
	}
	for source, want := range map[string]string{
		"http: {send: ''}\ntransport: ws\n":                        "f.yaml: http has no send",
		"http: {sent: '1'}\n":                                      "f.yaml:3:8: unknown field",
		"http: [{send: '1', x: 1}]\n":                              "f.yaml:3:20: unknown field",
		"http: {send: '{path: '}\n":                                "f.yaml:3:22: http.send is no jq program",
		"headers: '{}'\n":                                          "f.yaml: path and headers are a WebSocket's",
		"transport: ws\npath: '\"/a\\($s.t)'\n":                    "f.yaml:4:18: path is no jq program",
		"transport: ws\nhttp: {send: '1', receive: 'input | .'}\n": "f.yaml:4:29: http.receive: input is out of a program's reach",
	} {
		if _, err := Parse("f.yaml", []byte(plain+source)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
}

// TestCalls has a client come through several requests, and again under another name.
func TestCalls(t *testing.T) {
	d := asking(t, `http:
  - {send: '{path: "/csrf"}', receive: '{set: {csrf: .body}}'}
  - {send: 'if $password == "" then empty else {path: "/never"} end'}
  - {send: '{path: "/login", body: {user: $name, csrf: $s.csrf}}', receive: 'if .status == 409 then {taken: true} else {set: {token: .body.token}, welcome: "Bob"} end'}
path: '"/ws/\($s.token)"'
headers: '{"X-User": $name}'
`)
	c := d.Codec(Client{Asked: "bob", Nicks: new(dialect.Nicks)}).(dialect.Caller)
	for i, step := range []struct {
		body   string
		status int
		answer string
	}{{"", 200, "x"}, {`{"csrf":"x","user":"bob"}`, http.StatusConflict, "taken"}, {"", 200, "y"}, {`{"csrf":"y","user":"bob2"}`, 200, `{"token":"t"}`}} {
		call, err := c.Call()
		if err != nil || string(call.Body) != step.body {
			t.Fatalf("request %d: %v, %v", i, call, err)
		}
		if err := c.Answered(&dialect.Answer{Status: step.status, Body: []byte(step.answer)}); err != nil {
			t.Fatal(err)
		}
	}
	if call, err := c.Call(); call != nil || err != nil {
		t.Fatal(call, err)
	}
	path, header, err := c.Upgrade(func(path string) string { return "at=" + path })
	if err != nil || path != "/ws/t" || header["X-User"] != "Bob" || header["Cookie"] != "at=/ws/t" {
		t.Error(path, header, err)
	}
}
