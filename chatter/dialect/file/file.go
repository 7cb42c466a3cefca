package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/goccy/go-yaml"
)

// Dialect is a file that makes sense. Its codecs may be used by several goroutines,
// each codec by one.
type Dialect struct {
	layout
	name  string // of the file, for people
	pure  bool   // what receive makes of a message may be the same for all clients
	asks  bool   // receive waits for ready
	binds bool   // receive binds answers to what they answer
	says  bool   // own lines do not come back, and are taken to be said when they are sent
	calls bool   // a program asks over HTTP beside the stream,
	posts bool   // say or tell does,
	hears bool   // and receive has a look at the answers

	cost
	entered atomic.Bool  // somebody got in
	ignored atomic.Int64 // messages of which receive made nothing
	failed  chan struct{}

	mu sync.Mutex
	// Guarded by mu.
	err     error
	example string // the first that was ignored
}

// most is how long a file may be, in bytes.
const most = 1 << 20

// Load reads a dialect's file.
func Load(path string) (*Dialect, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	source, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	return Parse(path, source)
}

// Parse makes a dialect of a file's text. Its errors are *Error.
func Parse(name string, source []byte) (*Dialect, error) {
	switch {
	case len(source) > most:
		return nil, &Error{File: name, What: fmt.Sprintf("the file is longer than %d bytes: it is no dialect", most)}
	case len(bytes.TrimSpace(source)) == 0:
		return nil, empty(name)
	}
	d := &Dialect{name: filepath.Base(name), failed: make(chan struct{})}
	decoder := yaml.NewDecoder(bytes.NewReader(source), yaml.Strict())
	switch err := decoder.Decode(&d.layout); {
	case errors.Is(err, io.EOF):
		return nil, empty(name)
	case err != nil:
		return nil, ofYAML(name, err)
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, &Error{File: name, What: "there is more than one document in the file", Advice: "leave out what stands behind the line ---"}
	}
	if err := d.settle(name); err != nil {
		return nil, err
	}
	d.Receive.tags = true
	lines := strings.Split(string(source), "\n")
	for _, p := range d.programs() {
		if p.source == "" {
			continue
		}
		if err := p.compile(name, p.key, lines); err != nil {
			return nil, err
		}
	}
	return d, d.check(name)
}

func empty(name string) error {
	return &Error{File: name, What: "the file is empty", Advice: "chatsim -help dialect has an example"}
}

// programs returns all of the file, with their keys.
func (d *Dialect) programs() []*program {
	list := []*program{&d.Login, &d.Say, &d.Tell, &d.Leave, &d.Every.Send, &d.Receive, &d.Headers}
	for i, key := range []string{"login", "say", "tell", "leave", "every.send", "receive", "headers"} {
		list[i].key = key
	}
	for i := range d.HTTP {
		send, receive := &d.HTTP[i].Send, &d.HTTP[i].Receive
		send.key, receive.key = "http.send", "http.receive"
		list = append(list, send, receive)
	}
	if d.Path.key = "path"; !d.Path.isLiteral() {
		list = append(list, &d.Path)
	}
	return list
}

// settle sets what was left out, and refuses words that mean nothing.
func (d *Dialect) settle(name string) error {
	for _, w := range d.words() {
		if w.word.text == "" {
			w.word.text = w.values[0]
		}
		if !slices.Contains(w.values, w.word.text) {
			return &Error{File: name, Line: w.word.at.Line, Column: w.word.at.Column, What: fmt.Sprintf("%s: %s", w.key, w.word.text),
				Advice: w.key + " is one of " + strings.Join(w.values, ", ")}
		}
	}
	if path := d.Path.source; path != "" && path[0] != '/' && d.Path.isLiteral() {
		return &Error{File: name, What: "path: " + path + " does not begin with a slash", Advice: "write path: /" + path + `, or a program that yields one: path: '"/` + path + `?token=\($s.token)"'`}
	}
	if d.Protocol == "" {
		d.Protocol = "the dialect of " + d.name
	}
	return nil
}

var (
	// mentions matches what makes an object with a key.
	mentions = func(word string) *regexp.Regexp { return regexp.MustCompile(`\b` + word + `"?\s*:`) }

	mentionsLine   = mentions("line")
	mentionsIn     = mentions("(welcome|ready)")
	mentionsReady  = mentions("ready")
	mentionsRoster = mentions("roster")
	mentionsAck    = mentions("(ack|refused)")
	mentionsHTTP   = regexp.MustCompile(`\bhttp"?\s*:\s*[^/\s]`) // and no URL
	asksForHTTP    = regexp.MustCompile(`\bhttp\b`)
)

// gap is what a file lacks as a whole.
type gap struct {
	is           func(d *Dialect) bool
	what, advice string
}

// lacksWord returns the question whether receive never makes an object with a key.
func lacksWord(mention *regexp.Regexp) func(*Dialect) bool {
	return func(d *Dialect) bool { return !mention.MatchString(d.Receive.source) }
}

// gaps are looked for in this order.
var gaps = []gap{
	{func(d *Dialect) bool {
		return slices.ContainsFunc(d.HTTP, func(s step) bool { return s.Send.isEmpty() })
	}, "http has no send: nothing would be asked", `http: {send: '{method: "POST", path: "/login", body: {user: $name}}', receive: '{set: {token: .body.token}}'}`},
	{func(d *Dialect) bool { return d.Say.isEmpty() },
		"say is missing: nothing could be said", `say: '{type: "message", body: $text}'`},
	{func(d *Dialect) bool { return d.Receive.isEmpty() },
		"receive is missing: nothing could be understood", `receive: 'if .type == "message" then {line: {from: .user, text: .body}} else empty end'`},
	{lacksWord(mentionsLine),
		"receive makes no {line: {from: NAME, text: TEXT}}: no delivery could be seen", "chatsim -help dialect has an example"},
	{lacksWord(mentionsIn),
		"receive makes neither {welcome: NAME} nor {ready: true}: nobody could be seen to get in",
		"what the server answers to the login is a welcome, or ready where it has no name; where it answers nothing, have the login say a line and take that for ready"},
	{func(d *Dialect) bool { return d.Views() != None && lacksWord(mentionsRoster)(d) },
		"receive makes no {roster: [NAMES]}: who is there could not be seen", "where the server does not tell, write can: {views: none}"},
	{func(d *Dialect) bool { return d.says && (!d.BySender() || d.Views() == Ordered) },
		"can.echo: false without {ack: REF}: where a chatter's own line stands among the others could not be seen",
		"have say send $ref, and receive make {ack: REF} of the server's answer; where it answers nothing, write can: {echo: false, order: sender, views: eventual}, or views: none: own lines are then taken to be said when they are sent"},
	{func(d *Dialect) bool { return d.posts && !d.Echoes() && (!d.BySender() || d.Views() == Ordered) },
		"can.echo: false with lines by HTTP: the answers come beside the stream, so where a chatter's own line stands among the others could not be seen",
		"write can: {echo: false, order: sender, views: eventual}, or views: none"},
	{func(d *Dialect) bool {
		return d.Every.Seconds < 0 || (d.Every.Seconds > 0) != (d.Every.Send.source != "")
	}, "every needs both seconds, above 0, and send", `every: {seconds: 25, send: '{type: "ping"}'}`},
}

// check looks at what the file as a whole lacks.
func (d *Dialect) check(name string) error {
	if d.Over() != WS && (d.Headers.source != "" || d.PathGiven()) {
		return &Error{File: name, What: "path and headers are a WebSocket's, and the transport is " + d.Over(), Advice: "write transport: ws, or leave them out"}
	}
	d.binds = !lacksWord(mentionsAck)(d)
	d.says = !d.Echoes() && !d.binds
	d.posts = mentionsHTTP.MatchString(d.Say.source + "\n" + d.Tell.source)
	d.calls = d.posts || slices.ContainsFunc([]*program{&d.Login, &d.Leave, &d.Every.Send, &d.Receive}, func(p *program) bool { return mentionsHTTP.MatchString(p.source) })
	d.hears = asksForHTTP.MatchString(d.Receive.source)
	for _, g := range gaps {
		if g.is(d) {
			return &Error{File: name, What: g.what, Advice: g.advice}
		}
	}
	d.pure = d.Views() != Eventual
	d.asks = !lacksWord(mentionsReady)(d)
	return nil
}

// What became of it.

// Failed returns a channel that is closed once the file has failed.
func (d *Dialect) Failed() <-chan struct{} { return d.failed }

// Err returns the first failure of the file; nil: none.
func (d *Dialect) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// fail records a failure of the file and returns it.
func (d *Dialect) fail(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err == nil {
		d.err = err
		close(d.failed)
	}
	return err
}

// Ignored returns of how many messages receive has made nothing, and one of them.
func (d *Dialect) Ignored() (n int64, example string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ignored.Load(), d.example
}
