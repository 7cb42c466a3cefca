package file

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/itchyny/gojq"

	"chatsim/chatter/dialect"
)

// step is a request that is made over HTTP before the stream begins, and what its
// answer means.
type step struct {
	Send    program `yaml:"send"`
	Receive program `yaml:"receive"` // left out: nothing
}

// steps are made one after the other. A file with one needs no list.
type steps []step

// UnmarshalYAML takes a step or a list of them.
func (s *steps) UnmarshalYAML(node ast.Node) error {
	if _, list := node.(*ast.SequenceNode); list {
		return yaml.NodeToValue(node, (*[]step)(s), yaml.Strict())
	}
	*s = make(steps, 1)
	return yaml.NodeToValue(node, &(*s)[0], yaml.Strict())
}

// caller makes the requests over HTTP that the file has before the stream.
type caller struct {
	*user
	made  int    // steps that are done
	asked string // the request that waits for its answer, for people; empty: none does
}

// Calls reports whether a client asks over HTTP, or for the WebSocket with more than
// a path.
func (d *Dialect) Calls() bool {
	return len(d.HTTP) > 0 || !d.Path.isLiteral() || d.Headers.source != "" || d.CallsBeside()
}

// WebSocket returns the path of the WebSocket, which a program may yet replace.
func (d *Dialect) WebSocket() string {
	if d.Path.source == "" || !d.Path.isLiteral() {
		return "/"
	}
	return d.Path.source
}

// PathGiven reports whether a program yields the path of the WebSocket.
func (d *Dialect) PathGiven() bool { return !d.Path.isLiteral() }

// isLiteral reports whether the text of path is a path, and no program.
func (p *program) isLiteral() bool {
	return strings.HasPrefix(p.source, "/") || !strings.ContainsAny(p.source, `"$`)
}

// Call returns the next request.
func (c *caller) Call() (*dialect.Call, error) {
	c.choose()
	for ; c.made < len(c.d.HTTP); c.made++ {
		p := &c.d.HTTP[c.made].Send
		yielded, err := p.run(nil, c.given("", ""))
		switch {
		case err != nil:
			return nil, c.d.fail(err)
		case len(yielded) == 1:
			return c.ask(p, yielded[0])
		case len(yielded) > 1:
			return nil, c.d.fail(p.wrong(0, fmt.Sprintf("http.send yields %d requests", len(yielded)), "one at a time: http is a list of {send: …, receive: …}"))
		}
	}
	return nil, nil
}

// requests is the hint on what http.send may yield, or {http: …} of another program.
const requests = ` yields {method: "POST", path: "/login", body: {user: $name}}; headers: {NAME: TEXT} may be added, and form: {NAME: TEXT} in place of body`

// ask returns the request that http.send has yielded.
func (c *caller) ask(p *program, v any) (*dialect.Call, error) {
	call, err := c.callOf(p, v, p.key+requests)
	if err == nil {
		c.asked = c.asks(call)
	}
	return call, err
}

// callOf returns the request that a program has yielded.
func (u *user) callOf(p *program, v any, hint string) (*dialect.Call, error) {
	object, ok := v.(map[string]any)
	call, why := &dialect.Call{Header: make(map[string]string)}, "it is no object"
	if ok {
		why = cmp.Or(fill(call, object), u.reachable(call.URL), tooLong(call.Body))
	}
	if why != "" {
		return nil, u.d.fail(p.wrong(0, fmt.Sprintf("%s yields %s: %s", p.key, gojq.Preview(v), why), hint))
	}
	return call, nil
}

// asks tells of a request that is made now, and returns it for people.
func (u *user) asks(call *dialect.Call) (what string) {
	u.step(func() string {
		return "> http " + jsonOf(map[string]any{"method": call.Method, "path": call.URL, "headers": anyOf(call.Header), "body": bodyOf(call.Body, call.Header["Content-Type"])})
	})
	return call.Method + " " + call.URL
}

// fill puts what a program has yielded into a request.
func fill(call *dialect.Call, object map[string]any) (wrong string) {
	for key, value := range object {
		text, isText := value.(string)
		why := ""
		switch {
		case key == "headers":
			why = textsOf(value, call.Header)
		case key == "body" || key == "form":
		case key != "method" && key != "path":
			return "it has a key " + key
		case !isText:
			why = shape(value, "a string")
		case key == "path":
			call.URL = text
		default:
			call.Method = strings.ToUpper(text)
		}
		if why != "" {
			return key + why
		}
	}
	return fillBody(call, object["body"], object["form"])
}

// tooLong returns what is wrong with a message by its length.
func tooLong(message []byte) (wrong string) {
	if len(message) <= maxMessage {
		return ""
	}
	return fmt.Sprintf("a message of %d bytes, and at most %d are sent", len(message), maxMessage)
}

// reachable returns what is wrong with the path of a request.
func (u *user) reachable(path string) (wrong string) {
	at, err := url.Parse(path)
	switch {
	case err != nil:
		return "path: " + err.Error()
	case (at.Scheme == "http" || at.Scheme == "https") && at.Host != "":
	case !strings.HasPrefix(path, "/"):
		return "path is neither one, with its slash, nor a URL: http://HOST:PORT/login"
	case u.d.Over() != WS:
		return "the stream is over TCP, so path has to be a whole URL: http://HOST:PORT" + path
	}
	return ""
}

// fillBody puts a body into a request, and sets the method that was left out.
func fillBody(call *dialect.Call, body, form any) (wrong string) {
	kind := ""
	switch text, isText := body.(string); {
	case body != nil && form != nil:
		return "it has both body and form"
	case form != nil:
		fields := make(map[string]string)
		if why := textsOf(form, fields); why != "" {
			return "form" + why
		}
		values := make(url.Values)
		for name, value := range fields {
			values.Set(name, value)
		}
		kind, call.Body = "application/x-www-form-urlencoded", []byte(values.Encode())
	case isText:
		kind, call.Body = "text/plain; charset=utf-8", []byte(text)
	case body != nil:
		kind, call.Body = "application/json", []byte(jsonOf(body))
	}
	if call.Method == "" {
		call.Method = "GET"
		if kind != "" {
			call.Method = "POST"
		}
	}
	if kind != "" {
		call.Header["Content-Type"] = cmp.Or(call.Header["Content-Type"], kind)
	}
	return ""
}

// textsOf reads an object of strings into texts, the names of headers as they are
// usually written.
func textsOf(v any, texts map[string]string) (wrong string) {
	object, ok := v.(map[string]any)
	if !ok {
		return shape(v, "an object")
	}
	for name, value := range object {
		text, ok := value.(string)
		if !ok {
			return "." + name + shape(value, "a string")
		}
		texts[name] = text
	}
	return ""
}

// bodyOf returns a body as a program, or a transcript, has it: what is no JSON is a
// string.
func bodyOf(body []byte, kind string) any {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) > 0 && (strings.Contains(kind, "json") || trimmed[0] == '{' || trimmed[0] == '[') {
		decoder := json.NewDecoder(bytes.NewReader(trimmed))
		decoder.UseNumber()
		var v any
		if decoder.Decode(&v) == nil && !decoder.More() {
			return v
		}
	}
	if len(body) == 0 {
		return nil
	}
	return strings.ToValidUTF8(string(body), "\ufffd")
}

func anyOf(texts map[string]string) map[string]any {
	out := make(map[string]any, len(texts))
	for k, v := range texts {
		out[k] = v
	}
	return out
}

func jsonOf(v any) string {
	b, err := gojq.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
