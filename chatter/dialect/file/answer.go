package file

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/itchyny/gojq"

	"chatsim/chatter/dialect"
)

// badRequest is the first status by which a server refuses.
const badRequest = 400

// Answered takes the answer to the last request.
func (c *codec) Answered(a *dialect.Answer) error {
	p := &c.d.HTTP[c.made].Receive
	asked := c.asked
	c.made, c.asked = c.made+1, ""
	input := map[string]any{"status": a.Status, "headers": anyOf(a.Header), "cookies": anyOf(a.Cookies), "body": bodyOf(a.Body, a.Header["content-type"])}
	c.step(func() string { return "< http " + jsonOf(input) })
	was := fmt.Sprintf("%s was answered %s: %s", asked, strings.TrimSpace(fmt.Sprint(a.Status, " ", a.Reason)), quote(bytes.TrimSpace(a.Body)))
	bad := a.Status >= badRequest
	var yielded []any
	if p.code != nil {
		var err error
		if yielded, err = p.run(input, c.given("", "")); err != nil && !bad {
			return c.d.fail(p.wrong(0, err.(*Error).What+"; "+was, "receive of http is given {status, headers, cookies, body}"))
		}
	}
	for _, v := range yielded {
		let, err := c.learn(p, v, was, bad)
		if err != nil {
			return err
		}
		bad = bad && !let
	}
	if bad {
		at := &c.d.HTTP[c.made-1].Send
		return &dialect.CallError{Err: at.wrong(0, was, aboutStatus(a.Status))}
	}
	return nil
}

// aboutStatus returns what to do about an answer that lets nobody in.
func aboutStatus(status int) string {
	switch {
	case status == 401, status == 403:
		return "the server's own words; a password is given with -password-file FILE, and is $password in http.send"
	case status == 404, status == 405:
		return "look at path and method of http.send"
	case status == 429:
		return "the server limits how often one may log in: lift that for the run, take fewer -users, or come from several addresses, -source-addresses 127.0.0.2-127.0.0.9"
	case status == 409:
		return "where the name is taken, have http.receive yield {taken: true}, with can: {suffix: client}: the next name is asked for"
	case status >= 500:
		return "the server's own trouble: look at its log"
	}
	return "the server's own words; if this lets a chatter in all the same, have http.receive yield {ok: true}"
}

// answers is the hint on what http.receive may yield.
const answers = "http.receive yields {set: {KEY: VALUE}}, which is $s.KEY from then on, {welcome: NAME}, {taken: true}, {error: TEXT}, {ok: true}, or nothing: empty"

// learn takes one value that http.receive yields, and reports whether the client may
// go on, whatever the status was.
func (c *codec) learn(p *program, v any, was string, bad bool) (let bool, err error) {
	wrong := func(why string) (bool, error) {
		return false, c.d.fail(p.wrong(0, fmt.Sprintf("http.receive yields %s: %s; %s", gojq.Preview(v), why, was), answers))
	}
	object, ok := v.(map[string]any)
	if !ok {
		return wrong("it is no object")
	}
	for key, value := range object {
		text, isText := value.(string)
		switch {
		case key == "set":
			if why, _ := c.set(value); why != "" {
				return wrong("set" + why)
			}
			for name, kept := range value.(map[string]any) {
				if kept == nil && !bad {
					return false, &dialect.CallError{Err: p.wrong(0, fmt.Sprintf("http.receive sets %s to null: the answer has nothing there; %s", name, was), answers)}
				}
			}
		case key == "welcome" && isText && text != "":
			c.name, let = text, true
		case key == "taken" && !c.d.OwnSuffix():
			return wrong("taken is for a client that asks for the next name: write can: {suffix: client}")
		case key == "taken":
			c.name, c.made, let = c.Nicks.Take(c.Asked), 0, true
		case key == "ok" && value == true:
			let = true
		case key == "error" && isText:
			return false, &dialect.CallError{Err: p.wrong(0, text, "the server's own words, as http.receive has them")}
		case key == "welcome" || key == "error":
			return wrong(key + shape(value, "a string"))
		case key == "ok":
			return wrong(key + shape(value, "true"))
		default:
			return wrong("it has a key " + key)
		}
	}
	return let, nil
}
