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
func (c *caller) Answered(a *dialect.Answer) error {
	p := &c.d.HTTP[c.made].Receive
	asked := c.asked
	c.made, c.asked = c.made+1, ""
	input, was := c.answeredBy(asked, a)
	bad := a.Status >= badRequest
	var yielded []any
	if p.code != nil {
		var err error
		if yielded, err = p.run(input, c.given("", "")); err != nil && !bad {
			return c.d.fail(p.wrong(0, err.(*Error).What+"; "+was, "receive of http is given {status, headers, cookies, body}"))
		}
	}
	to := answer{p, was, bad}
	for _, v := range yielded {
		let, err := c.learn(to, v)
		if err != nil {
			return err
		}
		bad = bad && !let
	}
	if bad {
		at := &c.d.HTTP[c.made-1].Send
		return &dialect.CallError{Err: at.wrong(0, was, aboutStatus(a.Status, at.key, "if this lets a chatter in all the same, have http.receive yield {ok: true}"))}
	}
	return nil
}

// answeredBy tells of an answer, and returns it as a program has it and in words.
func (u *user) answeredBy(asked string, a *dialect.Answer) (input map[string]any, was string) {
	input = map[string]any{"status": a.Status, "headers": anyOf(a.Header), "cookies": anyOf(a.Cookies), "body": bodyOf(a.Body, a.Header["content-type"])}
	was = fmt.Sprintf("%s was answered %s: %s", asked, strings.TrimSpace(fmt.Sprint(a.Status, " ", a.Reason)), quote(bytes.TrimSpace(a.Body)))
	if a.Err != nil {
		input["error"], was = a.Err.Error(), a.Err.Error()
	}
	u.step(func() string { return "< http " + jsonOf(input) })
	return input, was
}

// aboutStatus returns what to do about an answer to a program's request by which the
// server refuses; else what to do about one of which the status says nothing.
func aboutStatus(status int, key, other string) string {
	switch {
	case status == 401, status == 403:
		return "the server's own words; a password is given with -password-file FILE, and is $password in " + key
	case status == 404, status == 405:
		return "look at path and method of " + key
	case status == 429:
		return "the server limits how often one may ask: lift that for the run, take fewer -users, or come from several addresses, -source-addresses 127.0.0.2-127.0.0.9"
	case status == 409:
		return "where the name is taken, have the program that is given the answer yield {taken: true}, with can: {suffix: client}: the next name is asked for"
	case status >= 500:
		return "the server's own trouble: look at its log"
	}
	return "the server's own words; " + other
}

// answers is the hint on what http.receive may yield.
const answers = "http.receive yields {set: {KEY: VALUE}}, which is $s.KEY from then on, {welcome: NAME}, {taken: true}, {error: TEXT}, {ok: true}, or nothing: empty"

// answer is what http.receive was given.
type answer struct {
	*program
	was string // in words
	bad bool   // its status says that the client may not go on
}

// refusal returns the error of a client that may not go on.
func (a answer) refusal(what, advice string) error {
	return &dialect.CallError{Err: a.wrong(0, what, advice)}
}

// lessons are what http.receive may yield. Each reports whether the client may go
// on, whatever the status was, and returns what is wrong with its value; empty:
// nothing.
var lessons = map[string]func(c *caller, a answer, v any) (let bool, wrong string, err error){
	"set":     (*caller).keep,
	"welcome": (*caller).welcomed,
	"taken": func(c *caller, _ answer, _ any) (bool, string, error) {
		c.made = 0
		return true, c.chooseNext(), nil
	},
	"ok": func(_ *caller, _ answer, v any) (bool, string, error) {
		if v != true {
			return false, shape(v, "true"), nil
		}
		return true, "", nil
	},
	"error": func(_ *caller, a answer, v any) (bool, string, error) {
		text, ok := v.(string)
		if !ok {
			return false, shape(v, "a string"), nil
		}
		return false, "", a.refusal(text, "the server's own words, as http.receive has them")
	},
}

// learn takes one value that http.receive yields, and reports whether the client may
// go on, whatever the status was.
func (c *caller) learn(a answer, v any) (let bool, err error) {
	wrong := func(why string) (bool, error) {
		return false, c.d.fail(a.wrong(0, fmt.Sprintf("http.receive yields %s: %s; %s", gojq.Preview(v), why, a.was), answers))
	}
	object, ok := v.(map[string]any)
	if !ok {
		return wrong("it is no object")
	}
	for key, value := range object {
		lesson, ok := lessons[key]
		if !ok {
			return wrong("it has a key " + key)
		}
		lets, why, err := lesson(c, a, value)
		switch {
		case err != nil:
			return false, err
		case why != "":
			return wrong(key + why)
		}
		let = let || lets
	}
	return let, nil
}

// keep sets what an answer has for later. One that lets a client in has all of it.
func (c *caller) keep(a answer, v any) (let bool, wrong string, err error) {
	if wrong := c.set(v); wrong != "" {
		return false, wrong, nil
	}
	for name, kept := range v.(map[string]any) {
		if kept == nil && !a.bad {
			return false, "", a.refusal(fmt.Sprintf("http.receive sets %s to null: the answer has nothing there; %s", name, a.was), answers)
		}
	}
	return false, "", nil
}

func (c *caller) welcomed(_ answer, v any) (let bool, wrong string, err error) {
	name, _ := v.(string)
	if name == "" {
		return false, shape(v, "a string"), nil
	}
	c.name = name
	return true, "", nil
}
