package file

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"chatsim/chatter/dialect"
	"chatsim/manager/hinted"
	"chatsim/manager/wire"
)

// errand holds the requests over HTTP that programs have asked for beside the stream.
// They are made one at a time.
type errand struct {
	*view
	begun    bool      // the stream has
	requests []request // the first is under way, or next
	underWay bool
	what     string // the one that is under way, for people

	answering string // the line of the request whose answer receive is given
}

// request is a request that a program has asked for.
type request struct {
	call *dialect.Call
	by   *program
	ref  int
	text string // of the line that it sends; empty: none
}

// CallsBeside reports whether a client asks over HTTP beside its stream.
func (d *Dialect) CallsBeside() bool { return d.calls }

// requestIn returns what stands in {http: …}; false: a value is a message.
func requestIn(v any) (asked any, ok bool) {
	object, _ := v.(map[string]any)
	asked, ok = object["http"]
	return asked, ok && len(object) == 1
}

// request has a request be made once those before it are answered.
func (e *errand) request(p *program, asked any, text string) error {
	if !e.d.calls {
		return e.d.fail(p.wrong(0, p.key+" yields a request over HTTP, and the key http is put together in it", "write it as it is: {http: {method: …, path: …}}"))
	}
	if len(e.requests) == maxPending {
		return e.d.fail(p.wrong(0, fmt.Sprintf("%s: more than %d requests wait for the one under way, %s", p.key, maxPending, e.what), "the server answers more slowly than it is asked: ask less often"))
	}
	call, err := e.callOf(p, asked, "http of "+p.key+requests)
	if err == nil {
		e.requests = append(e.requests, request{call, p, e.ref, text})
	}
	return err
}

// asksFor reports whether a program's request is not answered yet.
func (e *errand) asksFor(p *program) bool {
	return slices.ContainsFunc(e.requests, func(r request) bool { return r.by == p })
}

// Call returns the next request, before the stream or beside it.
func (c *codec) Call() (*dialect.Call, error) {
	switch {
	case !c.begun:
		return c.caller.Call()
	case c.underWay || len(c.requests) == 0:
		return nil, nil
	}
	call := c.requests[0].call
	c.underWay, c.what = true, c.asks(call)
	return call, nil
}

// heldFor is how long a line waits for the answer to the one before, which lets it go.
const heldFor = time.Minute

// Held has lines that are sent over HTTP wait for each other.
func (c *codec) Held(now time.Time) (until time.Time) {
	if !c.d.posts || len(c.requests) == 0 {
		return time.Time{}
	}
	return now.Add(heldFor)
}

// Answered takes the answer to the last request.
func (c *codec) Answered(a *dialect.Answer) error {
	if !c.begun {
		return c.caller.Answered(a)
	}
	r := c.requests[0]
	c.requests, c.underWay = c.requests[1:], false
	if errors.Is(a.Err, context.Canceled) { // the stream is over
		return nil
	}
	input, was := c.answeredBy(c.what, a)
	bad := a.Err != nil || a.Status >= badRequest
	understood, err := c.hear(&r, input, bad, was)
	switch {
	case err != nil:
		c.queue = append(c.queue, queued{err: err})
	case bad && !understood:
		c.failed(&r, a, was)
	}
	return nil
}

// hear has receive make something of an answer, and reports whether it does. Where it
// has no word of HTTP it is not asked.
func (c *codec) hear(r *request, input map[string]any, bad bool, was string) (understood bool, err error) {
	if !c.d.hears {
		return false, nil
	}
	values := c.given("", "")
	values[atRef] = r.ref
	yielded, err := c.d.Receive.run(map[string]any{"http": input}, values)
	if err != nil {
		if bad {
			return false, nil
		}
		return false, c.d.fail(c.d.Receive.wrong(0, err.(*Error).What+"; "+was,
			`an answer comes to receive as {http: {status, headers, cookies, body}}: ask for it first, if type == "object" and has("http") then … else … end`))
	}
	c.answering = r.text
	defer func() { c.answering = "" }()
	for _, v := range yielded {
		if err := c.apply(v.([]any)[1]); err != nil {
			return true, err
		}
	}
	return len(yielded) > 0, nil
}

// failed tells of a request that was of no use. A line was refused if there is an
// answer; else nobody knows what became of it, and it stays due.
func (e *errand) failed(r *request, a *dialect.Answer, was string) {
	if a.Err == nil && r.text != "" && e.in {
		e.put(wire.Frame{Kind: wire.Error, Text: fmt.Appendf(nil, "%s: %s, for “%s”", r.by.key, was, r.text)})
		return
	}
	advice := hinted.Hint(a.Err)
	if a.Err == nil {
		advice = aboutStatus(a.Status, r.by.key, "what it means to a chatter receive says: if .http.status == "+fmt.Sprint(a.Status)+" then … ")
	}
	err := &dialect.CallError{Err: r.by.wrong(0, r.by.key+": "+was, advice)}
	e.queue = append(e.queue, queued{err: err})
	e.step(func() string { return fmt.Sprintf("= failed, line %d: %s", r.by.at.Line, was) })
}
